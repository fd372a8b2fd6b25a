"""A reach map: how far down the pages were seen, and for how long each element was in view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.explain import MapWarning, explain
from aggregator.measures.account import Account, reach_account
from aggregator.measures.attention import Anchors, Attention, attention
from aggregator.measures.reach import Reach, edges, reach
from aggregator.pictures.newest import newest_picture, other_widths
from aggregator.pictures.twins import read_twins
from aggregator.placing.elements import LayoutIndex
from aggregator.queries.depths import read_bands, read_depths
from aggregator.queries.exposure import read_exposed
from aggregator.queries.pages import read_page_span, resolve_pages
from aggregator.queries.points import read_left_out
from aggregator.queries.records import read_records
from aggregator.shapes.depths import Depths
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class ReachMap:
    """How far down the pages were seen, on one picture, and how long each of its elements was in view.

    The account counts views.
    """

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


def reach_map(store: Store, snapshots: Snapshots, scope: Scope, width: int) -> ReachMap:
    """How far down the views of a scope saw the newest picture of this width. NoSnapshot without a picture."""
    pages = resolve_pages(store, scope.site, scope.pages)
    picture = newest_picture(snapshots, scope, pages, width)
    snapshot, index = picture.snapshot, picture.index
    scope = replace(scope, kind="scroll")
    left_out = read_left_out(store, scope, pages, table="views")
    exposed = read_exposed(store, scope, pages, snapshot.width)
    depths = read_depths(store, scope, pages)
    records = read_records(store, scope, pages)
    twins = read_twins(store, snapshot)
    in_view = attention(
        read_bands(store, scope, pages),
        index.layout,
        other_widths(snapshots, scope, snapshot),
        anchors_of(depths, records, index, twins),
    )
    curve = reach(depths, records, index, in_view.bands, twins=twins)
    accounted = reach_account(left_out, curve.anchored, curve.views - curve.anchored)
    span = None if accounted.received else read_page_span(store, scope, pages)
    return ReachMap(
        scope=scope,
        pages=pages,
        snapshot=snapshot,
        layout=index.layout,
        reach=curve,
        attention=in_view,
        account=accounted,
        visitors=exposed.visitors,
        views=curve.views,
        warnings=explain(scope, snapshot, accounted, exposed, span),
    )


def anchors_of(depths: Depths, records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> Anchors:
    """What the deepest edges teach about where the picture's elements are on pages of other widths."""
    y, anchored = edges(depths, records, index, twins)
    inside = anchored & (depths.depth < depths.page_h)
    return Anchors(
        depths.viewport_w[inside],
        (depths.depth[inside] / np.maximum(depths.page_h[inside], 1)).astype(np.float32),
        y[inside] / np.float32(max(index.layout.height, 1)),
    )
