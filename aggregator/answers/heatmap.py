"""A heatmap: question in, everything that the page shows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.changed import change_of
from aggregator.answers.counting import count_elements
from aggregator.answers.explain import MapWarning, explain
from aggregator.answers.located import LocatedSample, locate
from aggregator.answers.sample import read_sample
from aggregator.grids.density import SIGMA, density, per_thousand
from aggregator.grids.dwell import spread, spread_whole
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.account import Account, account
from aggregator.measures.changed import PageChange
from aggregator.measures.elements_table import ElementCounts, ElementRow, element_table
from aggregator.pictures.newest import newest_picture
from aggregator.placing.projection import Placed, place_spots
from aggregator.placing.states import InState
from aggregator.queries.chosen_rows import chosen_points
from aggregator.queries.conditions import Where, where
from aggregator.queries.pages import read_page_span, resolve_pages
from aggregator.shapes.cells import Cells
from aggregator.shapes.grid import CELL, Grid
from aggregator.shapes.records import Records
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class Heatmap:
    """`grid` is in the unit of `scale`: per 1,000 of the `visitors` who had a view of the `pages`.

    `cells` are the points that the map is drawn from, and `placed` where each cell is. `counts`: what counts for each
    element of the layout. `elsewhere`: points that belong to the page's other states, on whose pictures they are drawn.
    `devices`: visitors by device, None where another query counts them (answers.traffic.devices_of).
    `changed`: whether the page has changed since the picture was taken. `located`: for reading the points themselves.
    """

    scope: Scope
    pages: tuple[str, ...]
    snapshot: Snapshot
    layout: Layout
    cells: Cells
    records: Records
    placed: Placed
    grid: Grid
    scale: Scale
    account: Account
    counts: ElementCounts
    elements: list[ElementRow]
    visitors: int
    views: int
    warnings: list[MapWarning]
    located: LocatedSample
    elsewhere: tuple[InState, ...] = ()
    changed: PageChange | None = None
    devices: Mapping[str, int] | None = None


def heatmap(
    store: Store, snapshots: Snapshots, scope: Scope, width: int, state: str = "", states: Sequence[str] = ()
) -> Heatmap:
    """The map of clicks or hovers on the newest picture of this width.

    `state`: the one whose picture is drawn on ("": the page as it opens), of all `states` of the page in the owner's
    order; each point belongs to one of them (aggregator/placing/states.py).
    NoSnapshot (with a message for people) without a picture; BadScope for the kind `scroll`.
    """
    if scope.kind == "scroll":
        raise BadScope("The kind scroll has a reach map, not a heatmap: ask reach_map.")
    pages = resolve_pages(store, scope.site, scope.pages)
    picture = newest_picture(snapshots, scope, pages, width, state)
    with chosen_points(store, scope, pages) as asked:
        sample = read_sample(store, asked, pages, picture.snapshot.width)
        found = locate(store, snapshots, picture, sample, states)
        drawn = replace(draw(store, found), changed=change_of(store, snapshots, found, states))
    return asked_again(drawn, scope, where(scope, pages, kind=True))


def asked_again(drawn: Heatmap, scope: Scope, condition: Where) -> Heatmap:
    """A map whose later queries select its views again: the table of `chosen_points` is dropped by then."""
    sample = replace(drawn.located.sample, scope=scope, where=condition)
    return replace(drawn, scope=scope, located=replace(drawn.located, sample=sample))


def draw(store: Store, found: LocatedSample) -> Heatmap:
    """Place, count and explain a sample on the layout of its picture."""
    sample, picture, layout = found.sample, found.picture, found.picture.index.layout
    scope, exposed = sample.scope, sample.exposed
    placed = place_spots(sample.cells.spots, sample.records, picture.index, found.places)
    cells, counts = count_elements(store, found, placed)
    hover = scope.kind == "hover"
    x, y, weight = (spread if hover else spread_whole)(cells, placed, picture.index.boxes)
    grid = density(x, y, weight.astype(np.float32), layout, CELL, SIGMA)
    grid = per_thousand(grid, exposed.visitors, unit=1000.0 if hover else 1.0)
    accounted = account(sample.left_out, placed, sum(other.points for other in found.elsewhere), cells.n)
    span = None if accounted.received else read_page_span(store, scope, sample.pages)
    return Heatmap(
        scope=scope,
        pages=sample.pages,
        snapshot=picture.snapshot,
        layout=layout,
        cells=cells,
        records=sample.records,
        placed=placed,
        grid=grid,
        scale=scale_for([grid], scope.kind),
        account=accounted,
        counts=counts,
        elements=element_table(counts, layout, scope.kind, exposed.visitors),
        visitors=exposed.visitors,
        views=exposed.views,
        warnings=explain(scope, picture.snapshot, accounted, exposed, span, _hidden(cells, placed, layout)),
        located=found,
        elsewhere=found.elsewhere,
        devices=exposed.devices,
    )


def _hidden(cells: Cells, placed: Placed, layout: Layout) -> int:
    """How many of the points not placed were made on an element that the layout has, but the picture does not show."""
    hidden = np.isin(cells.key, layout.keys[~layout.visible]) & ~placed.drawn
    return int(cells.n[hidden].sum())
