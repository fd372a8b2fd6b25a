"""Who had each element of a map in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.reach_map import anchors_of
from aggregator.measures.attention import Anchors, needs_anchors
from aggregator.measures.elements_table import counts_for
from aggregator.measures.in_view import Middles, middles, visitors_in_view
from aggregator.measures.medians import MedianOf, median_of
from aggregator.measures.shares import ShareOf, share_of, shares_of
from aggregator.pictures.newest import indexed_layout, other_widths
from aggregator.pictures.twins import read_twins
from aggregator.queries.chosen_rows import chosen_points
from aggregator.queries.first_clicks import read_first_clicks
from aggregator.queries.folds import NO_FOLDS, Folds
from aggregator.queries.in_view import read_in_view, read_mouse_visitors
from aggregator.queries.records import read_records_of_keys
from aggregator.queries.used_records import UsedRecords
from aggregator.queries.windows import read_edges, read_window_widths
from aggregator.shapes.columns import Int64
from aggregator.shapes.records import distinct
from aggregator.shapes.scope import Scope
from store.client import Store
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class ElementExposure:
    """What the M elements of a map's layout were exposed to.

    Of clicks: `visitors` i64[M] had an element in view, and `users` i64[M] of them used it; `measured` visitors have
    views that say what was in view. Of hovers: `mouse` visitors could point at something.
    """

    visitors: Int64
    users: Int64
    measured: int
    mouse: int | None = None

    def in_view(self) -> list[ShareOf | None]:
        """The share of those who had each element in view that used it; None if nobody had."""
        return shares_of(self.users, self.visitors)

    def with_mouse(self, users: int) -> ShareOf | None:
        """`users` as a share of those who can point at something."""
        # A view begun before midnight belongs to the previous day, its later points to this one.
        return None if self.mouse is None else share_of(users, max(self.mouse, users))


def element_exposure(store: Store, snapshots: Snapshots, found: Heatmap) -> ElementExposure:
    """Who had the elements of a heatmap in view; of hovers, who could point at them."""
    with chosen_points(store, found.scope, found.pages) as scope:
        return _element_exposure(store, snapshots, found, scope)


def _element_exposure(store: Store, snapshots: Snapshots, found: Heatmap, scope: Scope) -> ElementExposure:
    pages, layout = found.pages, found.layout
    nobody = np.zeros(len(layout), np.int64)
    if scope.kind == "hover":
        return ElementExposure(nobody, nobody, 0, read_mouse_visitors(store, scope, pages))
    folds = found.located.sample.folds
    places = read_middles(store, snapshots, scope, pages, found.snapshot, folds=folds)
    if places is None:
        return ElementExposure(nobody, nobody, 0)
    in_view = read_in_view(store, scope, pages, places, used_records(found), folds)
    return ElementExposure(visitors_in_view(in_view.seen, places), in_view.users, int(in_view.seen.n.sum()))


def read_middles(
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    pages: tuple[str, ...],
    snapshot: Snapshot,
    zones: Sequence[Int64] | None = None,
    folds: Folds = NO_FOLDS,
) -> Middles | None:
    """Where the elements of a picture of the pages, or `zones` of them (indices each), are in the windows of the
    scope's views; None if no view measured what was in view."""
    layout = indexed_layout(snapshots, snapshot).layout
    width = read_window_widths(store, scope, pages, folds)
    if not len(width) or not len(layout):
        return None
    others = other_widths(snapshots, scope, snapshot)
    if not needs_anchors(width, layout, others):
        return middles(width, layout, others, _NO_ANCHORS, zones)
    edges = read_edges(store, scope, pages, folds)
    records = read_records_of_keys(store, scope, pages, np.unique(edges.key))
    index = indexed_layout(snapshots, snapshot)
    return middles(width, layout, others, anchors_of(edges, records, index, read_twins(store, snapshot)), zones)


def used_records(found: Heatmap) -> UsedRecords:
    """Which element the points of each record count for."""
    element = counts_for(found.placed, found.layout)
    on = element >= 0
    record, which = distinct(found.cells.record[on])
    of_record = np.empty(len(record), np.int32)
    of_record[which[::-1]] = element[on][::-1]  # that of the first cell
    return UsedRecords(record, of_record)


_NO_ANCHORS = Anchors(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32))


def first_click(store: Store, found: Heatmap, element: int) -> MedianOf | None:
    """Ms from the beginning of a view to the first click on an element: the median of those who clicked it."""
    used = used_records(found)
    records = used.record[used.element == element]
    return median_of(read_first_clicks(store, found.scope, found.pages, records)) if len(records) else None
