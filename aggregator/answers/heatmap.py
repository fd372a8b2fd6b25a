"""A heatmap: question in, everything that the page shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.changed import change_of
from aggregator.answers.explain import MapWarning, explain
from aggregator.answers.located import locate
from aggregator.answers.sample import Sample, read_sample
from aggregator.grids.density import SIGMA, density, per_thousand
from aggregator.grids.dwell import spread
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.account import Account, account
from aggregator.measures.changed import PageChange
from aggregator.measures.elements_table import ElementRow, counts_for, element_table
from aggregator.measures.frustration import judge
from aggregator.pictures.newest import IndexedSnapshot, newest_picture
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import RecordPlaces, record_places
from aggregator.placing.projection import Placed, place
from aggregator.placing.states import InState
from aggregator.queries.pages import read_page_span, resolve_pages
from aggregator.shapes.grid import CELL, Grid
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class Heatmap:
    """`grid` is in the unit of `scale`: per 1,000 of the `visitors` who had a view of the `pages`.

    `elsewhere`: points that belong to the page's other states, on whose pictures they are drawn. `changed`: whether
    the page has changed since the picture was taken.
    """

    scope: Scope
    pages: tuple[str, ...]
    snapshot: Snapshot
    layout: Layout
    points: Points
    records: Records
    placed: Placed
    grid: Grid
    scale: Scale
    account: Account
    elements: list[ElementRow]
    visitors: int
    views: int
    warnings: list[MapWarning]
    elsewhere: tuple[InState, ...] = ()
    changed: PageChange | None = None


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
    sample = read_sample(store, scope, pages, picture.snapshot.width)
    found = locate(store, snapshots, picture, sample, states)
    drawn = draw(store, picture, found.sample, found.places, found.elsewhere)
    return replace(drawn, changed=change_of(store, snapshots, found, states))


def draw(
    store: Store,
    picture: IndexedSnapshot,
    sample: Sample,
    places: RecordPlaces | None = None,
    elsewhere: tuple[InState, ...] = (),
) -> Heatmap:
    """Place, count and explain a sample on one layout.

    `places`: where the records are on it, if that is known already; `elsewhere`: points that the sample does not hold.
    """
    scope, points, exposed, layout = sample.scope, sample.points, sample.exposed, picture.index.layout
    places = places or record_places(sample.records, picture.index, read_twins(store, picture.snapshot))
    placed = place(points, sample.records, picture.index, places)
    hover = scope.kind == "hover"
    x, y, weight = spread(points, placed, picture.index.boxes) if hover else (placed.x, placed.y, None)
    grid = per_thousand(density(x, y, weight, layout, CELL, SIGMA), exposed.visitors, unit=1000.0 if hover else 1.0)
    dead, rage = judge(points, sample.records, counts_for(placed, layout), layout.tags)
    accounted = account(sample.left_out, placed, sum(other.points for other in elsewhere))
    span = None if accounted.received else read_page_span(store, scope, sample.pages)
    return Heatmap(
        scope=scope,
        pages=sample.pages,
        snapshot=picture.snapshot,
        layout=layout,
        points=points,
        records=sample.records,
        placed=placed,
        grid=grid,
        scale=scale_for([grid], scope.kind),
        account=accounted,
        elements=element_table(points, placed, layout, exposed.visitors, dead, rage),
        visitors=exposed.visitors,
        views=exposed.views,
        warnings=explain(scope, picture.snapshot, accounted, exposed, span, _hidden(points, placed, layout)),
        elsewhere=elsewhere,
    )


def _hidden(points: Points, placed: Placed, layout: Layout) -> int:
    """How many of the points not placed were made on an element that the layout has, but the picture does not show."""
    return int(np.isin(points.key[~placed.drawn], layout.keys[~layout.visible]).sum())
