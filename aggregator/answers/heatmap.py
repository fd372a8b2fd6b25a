"""A heatmap, and a reach map: question in, everything that the page shows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.explain import MapWarning, explain
from aggregator.grids.density import SIGMA, density, per_thousand
from aggregator.grids.dwell import spread
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.account import Account, account, reach_account
from aggregator.measures.attention import Anchors, Attention, attention
from aggregator.measures.elements_table import ElementRow, counts_for, element_table
from aggregator.measures.frustration import judge
from aggregator.measures.reach import Reach, edges, reach
from aggregator.pictures.newest import NoSnapshot, other_widths, picture, pictures_of_states
from aggregator.pictures.twins import read_twins
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import Places, places
from aggregator.placing.projection import Placed, place
from aggregator.placing.states import InState, Shown, divide, owners
from aggregator.queries.depths import read_bands, read_depths
from aggregator.queries.exposure import read_exposed
from aggregator.queries.pages import read_page_span, resolve_pages
from aggregator.queries.points import read_left_out, read_points
from aggregator.queries.records import read_records
from aggregator.shapes.columns import UInt64
from aggregator.shapes.depths import Depths
from aggregator.shapes.exposure import Exposed, LeftOut
from aggregator.shapes.grid import CELL, Grid
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots

__all__ = ["Heatmap", "NoSnapshot", "ReachMap", "heatmap", "reach_map"]


@dataclass(frozen=True)
class Heatmap:
    """`grid` is in the unit of `scale`: per 1,000 of the `visitors` who had a `view` of the `pages`."""

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
    elsewhere: tuple[InState, ...] = ()  # points of the page's other states that have a picture


@dataclass(frozen=True)
class ReachMap:
    """How far down the pages were seen, on one picture, and each of its elements for how long."""

    scope: Scope
    pages: tuple[str, ...]
    snapshot: Snapshot
    layout: Layout
    reach: Reach
    attention: Attention
    account: Account
    visitors: int
    views: int
    warnings: list[MapWarning]


@dataclass(frozen=True)
class Sample:
    """What the store holds for one scope: enough for a map on any layout."""

    points: Points
    records: Records
    left_out: LeftOut
    exposed: Exposed


def heatmap(
    store: Store, snapshots: Snapshots, scope: Scope, width: int, state: str = "", states: Sequence[str] = ()
) -> Heatmap:
    """The map of clicks or hovers on the newest picture of this width.

    `state`: the one whose picture is drawn on ("": the page as it opens), of all `states` of the
    page in the owner's order; each point belongs to one of them (aggregator/placing/states.py).
    NoSnapshot (words for people) when there is none; BadScope for the kind `scroll`.
    """
    if scope.kind == "scroll":
        raise BadScope("The kind scroll has a reach map, not a heatmap: ask reach_map.")
    pages = resolve_pages(store, scope.site, scope.pages)
    snapshot, index = picture(snapshots, scope, pages, width, state)
    sample = read_sample(store, scope, pages, snapshot.width)
    if not (state or states):
        return draw(store, scope, pages, snapshot, index, sample)
    taken = pictures_of_states(snapshots, scope, snapshot, (*states, state))
    taken[state] = snapshot, index  # another may have been taken meanwhile
    shown = {
        name: Shown(layout, places(sample.records, layout, read_twins(store, one)), one.taken)
        for name, (one, layout) in taken.items()
    }
    mine, elsewhere = divide(owners(sample.points, sample.records, list(shown.values())), list(shown), state)
    sample = replace(sample, points=sample.points.take(mine))
    return draw(store, scope, pages, snapshot, index, sample, shown[state].places, elsewhere)


def read_sample(
    store: Store, scope: Scope, pages: tuple[str, ...], width: int, without: UInt64 | None = None
) -> Sample:
    """Read a scope; the points of visitors `without` (sorted ids) are left out and count as outside."""
    # The counts first: points that come in meanwhile are in the points, and the account adds up all the same.
    left_out = read_left_out(store, scope, pages)
    exposed = read_exposed(store, scope, pages, width)
    points = read_points(store, scope, pages)
    records = read_records(store, scope, pages)
    if without is not None and len(without):
        keep = ~np.isin(points.visitor, without)
        left_out = replace(left_out, outside=left_out.outside + int((~keep).sum()))
        points = points.take(keep)
    return Sample(points, records, left_out, exposed)


def draw(
    store: Store,
    scope: Scope,
    pages: tuple[str, ...],
    snapshot: Snapshot,
    index: LayoutIndex,
    sample: Sample,
    known: Places | None = None,
    elsewhere: tuple[InState, ...] = (),
) -> Heatmap:
    """Place, count and explain a sample on one layout.

    `known`: where the records stand on it, if that is known already; `elsewhere`: points that the sample is without.
    """
    points, exposed, layout = sample.points, sample.exposed, index.layout
    known = known or places(sample.records, index, read_twins(store, snapshot))
    placed = place(points, sample.records, index, known)
    hover = scope.kind == "hover"
    x, y, weight = spread(points, placed, index.boxes) if hover else (placed.x, placed.y, None)
    counts = density(x, y, weight, layout, CELL, SIGMA)
    grid = per_thousand(counts, exposed.visitors, unit=1000.0 if hover else 1.0)
    dead, rage = judge(points, sample.records, counts_for(placed, layout), layout.tags)
    kept = account(sample.left_out, placed, sum(other.points for other in elsewhere))
    span = None if kept.received else read_page_span(store, scope.site, pages, scope.kind)
    return Heatmap(
        scope=scope,
        pages=pages,
        snapshot=snapshot,
        layout=layout,
        points=points,
        records=sample.records,
        placed=placed,
        grid=grid,
        scale=scale_for([grid], scope.kind),
        account=kept,
        elements=element_table(points, placed, layout, exposed.visitors, dead, rage),
        visitors=exposed.visitors,
        views=exposed.views,
        warnings=explain(scope, snapshot, kept, exposed, span, hidden_here(points, placed, layout)),
        elsewhere=elsewhere,
    )


def hidden_here(points: Points, placed: Placed, layout: Layout) -> int:
    """How many of the points not placed were made on an element that the picture has, but does not show."""
    return int(np.isin(points.key[~placed.drawn], layout.keys[~layout.visible]).sum())


def reach_map(store: Store, snapshots: Snapshots, scope: Scope, width: int) -> ReachMap:
    """How far down the views of a scope saw; its account counts views. NoSnapshot when there is no picture."""
    pages = resolve_pages(store, scope.site, scope.pages)
    snapshot, index = picture(snapshots, scope, pages, width)
    scope = Scope(scope.site, scope.pages, "scroll", scope.since, scope.until, scope.variant, scope.device, scope.bots)
    left_out = read_left_out(store, scope, pages, table="views")
    exposed = read_exposed(store, scope, pages, snapshot.width)
    depths = read_depths(store, scope, pages)
    records = read_records(store, scope, pages)
    twins = read_twins(store, snapshot)
    in_view = attention(
        read_bands(store, scope, pages),
        index.layout,
        other_widths(snapshots, scope, snapshot),
        _anchors(depths, records, index, twins),
    )
    curve = reach(depths, records, index, in_view.bands, twins=twins)
    kept = reach_account(left_out, curve.anchored, curve.views - curve.anchored)
    span = None if kept.received else read_page_span(store, scope.site, pages, "scroll")
    return ReachMap(
        scope=scope,
        pages=pages,
        snapshot=snapshot,
        layout=index.layout,
        reach=curve,
        attention=in_view,
        account=kept,
        visitors=exposed.visitors,
        views=curve.views,
        warnings=explain(scope, snapshot, kept, exposed, span),
    )


def _anchors(depths: Depths, records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> Anchors:
    """What the deepest edges teach of where the elements of the picture stand at other widths."""
    y, anchored = edges(depths, records, index, twins)
    inside = anchored & (depths.depth < depths.page_h)
    return Anchors(
        depths.viewport_w[inside],
        (depths.depth[inside] / np.maximum(depths.page_h[inside], 1)).astype(np.float32),
        y[inside] / np.float32(max(index.layout.height, 1)),
    )
