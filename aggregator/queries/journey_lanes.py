"""What the measured lanes of a map show of each stage: devices, channels and hours, each read only if it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aggregator.queries.journey_numbers import SETTINGS, stage_sql, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, Rows, journey_rows
from aggregator.queries.journey_ways import followed, visitors_sql
from aggregator.queries.visitor_traits import traits_sql
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touchpoint_parts import UNKNOWN
from store.client import Store

HOUR_MS = 3_600_000
ByStage = dict[int, Counter[str]]  # stage → value → visitors


def read_stage_traits(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int
) -> tuple[ByStage, ByStage]:
    """(devices, channels): the visitors of each stage by those of their first view in the period."""
    rows, touched = _touched(scope, course, claims, now_ms)
    found = store.rows(
        f"SELECT {stage_sql('w')} AS stage, first_device AS device, first_channel AS channel, "
        f"uniqExact(visitor) AS n FROM ({touched}) AS touched "
        f"GLOBAL ANY LEFT JOIN ({traits_sql(rows.selected)}) AS traits USING (visitor) "
        f"GROUP BY stage, device, channel {SETTINGS}",
        **rows.values,
    )
    devices: ByStage = {}
    channels: ByStage = {}
    for row in found:
        stage, n = int(row["stage"]) - 1, int(row["n"])
        devices.setdefault(stage, Counter())[row["device"] or UNKNOWN] += n
        channels.setdefault(stage, Counter())[row["channel"] or UNKNOWN] += n
    return devices, channels


def read_stage_hours(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int
) -> dict[int, Counter[int]]:
    """Stage → hour of the day in the zone of the scope → how often a visitor touched the stage in such an hour; several
    touches of a visitor in one hour of one day are one."""
    rows, touched = _touched(scope, course, claims, now_ms)
    ahead, values = _ahead(scope)
    since_1970 = f"toUInt64(intDiv(bitShiftRight(w, 16) + {ahead}, {HOUR_MS}))"
    hours = (
        f"SELECT groupUniqArray(bitOr(bitShiftLeft({since_1970}, 4), {stage_sql('w')})) AS hours "
        f"FROM ({touched}) GROUP BY visitor"
    )
    found = store.rows(
        "SELECT bitAnd(one, 15) AS stage, bitShiftRight(one, 4) % 24 AS hour, count() AS n "
        f"FROM ({hours}) ARRAY JOIN hours AS one GROUP BY stage, hour {SETTINGS}",
        **rows.values,
        **values,
    )
    counted: dict[int, Counter[int]] = {}
    for row in found:
        counted.setdefault(int(row["stage"]) - 1, Counter())[int(row["hour"])] += int(row["n"])
    return counted


def _touched(scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int) -> tuple[Rows, str]:
    """A query of the touches `w` of touchpoints that the question selects, with their visitor. How a visit came is a
    touch only where it begins, so that the ways of visitors are needed for it, which take longer."""
    course = replace(course, goals=())
    rows = journey_rows(scope, course, claims, scope)
    if not rows.has_entries:
        touch = "bitOr(bitShiftLeft(ms, 16), mark)"
        return rows, f"SELECT visitor, {touch} AS w FROM ({rows.selected_touches}) WHERE {touchpoint_sql('mark')} > 0"
    _whole, moment = followed(scope, now_ms)
    ways = visitors_sql(rows, course, moment, also=("visitor",))
    selected = f"arrayFilter(w -> bitTest(w, {SELECTED_BIT}), way)"
    return rows, f"SELECT visitor, arrayJoin({selected}) AS w FROM ({ways})"


def _ahead(scope: SiteScope) -> tuple[str, dict[str, Any]]:
    """By how many ms local time is ahead of UTC at the touch `w`."""
    offsets = scope.zone.offsets(scope.since, scope.until)
    begins = "{offset_begins:Array(UInt64)}"
    values = {"offset_begins": [one.begin for one in offsets], "offsets": [one.ahead for one in offsets]}
    return (
        f"transform(roundDown(bitShiftRight(w, 16), {begins}), {begins}, {{offsets:Array(Int64)}}, toInt64(0))",
        values,
    )
