"""Where the visitors of a touchpoint came from: what they touched before their first hit of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.queries.journey_numbers import SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, journey_rows
from aggregator.queries.journey_ways import followed, ways_sql
from aggregator.queries.touchpoint_facts import Followed
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touchpoint_parts import CameFrom
from store.client import Store
from store.zones import DAY_MS

_EVER = 1 << 10  # of an item: touched at some time; without it, immediately before


def read_before(store: Store, scope: SiteScope, touchpoint: Followed) -> CameFrom:
    """Count what visitors touched in the window before their first hit in the period, days before the period too."""
    course = replace(touchpoint.course, goals=())
    whole, _ = followed(scope, touchpoint.now_ms)
    earlier = replace(whole, since=scope.since - timedelta(days=-(-touchpoint.window_ms // DAY_MS)), until=scope.until)
    rows = journey_rows(scope, course, touchpoint.claims, earlier, marks_short=False)
    number = touchpoint.number
    hit = f"arrayFirst(w -> bitTest(w, {SELECTED_BIT}) AND {touchpoint_sql('w')} = {number}, way)"
    before = (
        f"arrayFilter(w -> {touchpoint_sql('w')} != {number} AND bitShiftRight(w, 16) < bitShiftRight(hit, 16) "
        f"AND bitShiftRight(w, 16) + {touchpoint.window_ms} >= bitShiftRight(hit, 16), way)"
    )
    query = select({"hit": hit}, ways_sql(rows, course), kept=("way",))
    query = select({"before": f"arrayMap(w -> {touchpoint_sql('w')}, {before})"}, query, "WHERE hit > 0")
    ever = f"arrayMap(b -> toUInt16(b + {_EVER}), arrayDistinct(before))"
    query = select({"items": f"arrayConcat([toUInt16(before[-1])], {ever})"}, query)
    found = store.rows(
        f"SELECT item, count() AS n FROM ({query}) ARRAY JOIN items AS item GROUP BY item {SETTINGS}", **rows.values
    )
    counts = {int(row["item"]): int(row["n"]) for row in found}
    directly = {item: n for item, n in counts.items() if item < _EVER}
    ever_before = {item - _EVER: n for item, n in counts.items() if item >= _EVER}
    return CameFrom(sum(directly.values()), directly, ever_before)
