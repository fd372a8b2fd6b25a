"""The figures of zones on a heatmap: clicks, distinct visitors, and who had each zone in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.counting import Targets, TargetVisitors, count_visitors, unjudged_cells
from aggregator.answers.exposure import read_middles
from aggregator.answers.heatmap import Heatmap
from aggregator.measures.elements_table import counts_for, on_itself
from aggregator.measures.in_view import visitors_in_view
from aggregator.measures.shares import ShareOf, share_of, shares_of
from aggregator.pictures.twins import read_twins
from aggregator.placing.zones import Rectangle, ZonePlace, place_zone
from aggregator.queries.chosen_rows import chosen_points
from aggregator.queries.conditions import where
from aggregator.queries.in_view import read_in_view
from aggregator.queries.used_records import UsedRecords
from aggregator.shapes.columns import Int32, Int64
from aggregator.shapes.scope import Scope
from store.client import Store
from store.page_zones import PageZone
from store.snapshots import Snapshots


@dataclass(frozen=True)
class ZoneRow:
    """A zone on a map of clicks. A click counts once in each zone that it was made in, a visitor once in each zone.

    `clicks` of the `visitors`, who are `share` of the `of` visitors of the page; `low` to `high` is the 95 % Wilson
    interval. `in_view`: the share of those who had the zone's middle in view for 150 ms or more; None if nobody
    measured that. `dead` and `rage` of the visitors had such a click in it. `elements` were stored, of which `missing`
    are not on this picture. `box`: None if none is.
    """

    id: str
    name: str
    page: str
    elements: int
    missing: int
    clicks: int
    dragged: int
    visitors: int
    of: int
    share: float
    low: float
    high: float
    in_view: ShareOf | None
    dead: int
    dead_share: float
    rage: int
    rage_share: float
    box: Rectangle | None


def zone_rows(store: Store, snapshots: Snapshots, found: Heatmap, zones: Sequence[PageZone]) -> tuple[ZoneRow, ...]:
    """The figures of zones on a map of clicks, in the order of `zones`."""
    index, twins = found.located.picture.index, read_twins(store, found.snapshot)
    places = [place_zone(zone, index, twins) for zone in zones]
    rows: dict[int, ZoneRow] = {}
    with chosen_points(store, found.scope, found.pages) as scope:
        asked = _asked(found, scope)
        for together in apart(places):
            of_cell = _of_cells(found, [places[n] for n in together])
            who = _counted(store, asked, of_cell, len(together))
            shares = _in_view(store, snapshots, asked, of_cell, [places[n] for n in together])
            for n, zone in enumerate(together):
                rows[zone] = _row(found, zones[zone], places[zone], (of_cell == n, n, who, shares[n]))
    return tuple(rows[n] for n in range(len(zones)))


def apart(places: Sequence[ZonePlace]) -> list[list[int]]:
    """Zones that have no element in common, which can be counted together: indices of `places`."""
    groups: list[tuple[list[int], np.ndarray]] = []
    for n, place in enumerate(places):
        free = next((one for one in groups if not (one[1] & place.members).any()), None)
        if free is None:
            groups.append(([n], place.members.copy()))
        else:
            free[0].append(n)
            free[1][place.members] = True
    return [group for group, _ in groups]


def _asked(found: Heatmap, scope: Scope) -> Heatmap:
    """The map for further queries, which select its views as `scope` does."""
    sample = replace(found.located.sample, scope=scope, where=where(scope, found.pages, kind=True))
    return replace(found, scope=scope, located=replace(found.located, sample=sample))


def _of_cells(found: Heatmap, places: Sequence[ZonePlace]) -> Int32:
    """The zone that each cell of the map is in, -1 for none: i32[N]."""
    of_element = np.full(len(found.layout) + 1, -1, np.int32)
    for n, place in enumerate(places):
        of_element[np.flatnonzero(place.members)] = n
    return np.where(on_itself(found.placed), of_element[found.placed.element], -1).astype(np.int32)


def _counted(store: Store, found: Heatmap, of_cell: Int32, zones: int) -> TargetVisitors:
    counted = counts_for(found.placed, found.layout)
    unjudged = unjudged_cells(found.cells, found.records, counted, found.layout)
    return count_visitors(store, found.located, Targets(of_cell, zones, unjudged))


def _in_view(
    store: Store, snapshots: Snapshots, found: Heatmap, of_cell: Int32, places: Sequence[ZonePlace]
) -> list[ShareOf | None]:
    """Of those who had each zone in view, the share who clicked in it."""
    where_zones = [place.elements for place in places]
    folds = found.located.sample.folds
    middles = read_middles(store, snapshots, found.scope, found.pages, found.snapshot, where_zones, folds)
    if middles is None:
        return [None] * len(places)
    on = of_cell >= 0
    record, first = np.unique(found.cells.record[on], return_index=True)
    used = UsedRecords(record, of_cell[on][first])
    seen = read_in_view(store, found.scope, found.pages, middles, used, folds)
    return shares_of(seen.users, visitors_in_view(seen.seen, middles))


_Counted = tuple[np.ndarray, int, TargetVisitors, ShareOf | None]


def _row(found: Heatmap, zone: PageZone, place: ZonePlace, counted: _Counted) -> ZoneRow:
    """`counted`: which cells are in the zone, its number among those counted together, their visitors, its share."""
    mine, n, who, in_view = counted
    visitors, dead, rage = (int(numbers[n]) for numbers in (who.visitors, who.dead, who.rage))
    # A view begun before midnight belongs to the previous day, its later points to this one.
    of = max(found.visitors, visitors)
    share = share_of(visitors, of) or ShareOf(0, 0, 0.0, 0.0, 0.0)
    return ZoneRow(
        id=zone.id,
        name=zone.name,
        page=zone.page,
        elements=len(zone.elements),
        missing=place.missing,
        clicks=_sum(found.cells.n, mine),
        dragged=_sum(found.cells.dragged, mine),
        visitors=visitors,
        of=of,
        share=share.share,
        low=share.low,
        high=share.high,
        in_view=in_view,
        dead=dead,
        dead_share=dead / max(visitors, 1),
        rage=rage,
        rage_share=rage / max(visitors, 1),
        box=place.box,
    )


def _sum(numbers: Int64, mine: np.ndarray) -> int:
    return int(numbers[mine].sum())
