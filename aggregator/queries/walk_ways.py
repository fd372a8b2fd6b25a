"""The ways that consenting visitors went through a journey, in the engine: how many went each, and one of them.

A way begins with the first touch of a touchpoint that the question selects. Ways of fewer than ALIKE visitors leave the
engine as a number only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE
from aggregator.queries.consent import consented_sql
from aggregator.queries.journey_numbers import SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, Rows, journey_rows
from aggregator.queries.journey_ways import followed, visitors_sql, ways_sql
from aggregator.shapes.journeys import Course, Moment
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.walks import ALIKE, AtTouchpoint, Example, OfferedWay, Outcome, Usual, Ways
from store.client import Store
from store.layouts import path_key

MOST_OFFERED = 100


@dataclass(frozen=True)
class UsualAsked:
    """The visitor who is shown, the number of the touchpoint, and the path and name of an element that was pressed."""

    example: Example
    touchpoint: int
    element: str = ""
    name: str = ""


def read_ways(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], outcome: Outcome, now_ms: int
) -> Ways:
    """The ways of the visitors whom a question selects and who consented. `claims`: page → touchpoint; `outcome`: of
    the only goal of the course."""
    rows = _rows(scope, course, claims, now_ms)
    bound = BoundValues("walk")
    of_visitor = _of_visitor(rows, course, followed(scope, now_ms), bound, outcome)
    middle = "arraySort(groupArray((took, visitor, begin)))[intDiv(count() + 1, 2)]"
    alike = f"SELECT steps, count() AS n, {middle} AS one FROM ({of_visitor}) GROUP BY steps"
    order = "(toUInt8(length(steps) = 1), -toInt64(n), steps, one.2, one.3)"
    offered = f"arraySlice(arraySort(groupArrayIf({order}, n >= {ALIKE})), 1, {MOST_OFFERED})"
    found = store.rows(
        f"SELECT count() AS different, sum(n) AS visitors, {offered} AS offered FROM ({alike}) {SETTINGS}",
        **rows.values,
        **bound.params,
    )[0]
    return Ways(
        visitors=int(found["visitors"]),
        different=int(found["different"]),
        offered=tuple(
            OfferedWay(tuple(map(int, steps)), -int(less), Example(int(visitor), int(begin)))
            for _, less, steps, visitor, begin in found["offered"]
        ),
    )


def read_usual(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], asked: UsualAsked, now_ms: int
) -> Usual:
    """One visitor at a touchpoint, among all whose ways `read_ways` counts."""
    rows, bound = _rows(scope, course, claims, now_ms), BoundValues("walk")
    at, who = bound.bind("UInt16", asked.touchpoint), bound.bind("UInt64", asked.example.visitor)
    here = (
        f"SELECT visitor, steps[-1] != {at} AS is_on FROM "
        f"({_of_visitor(rows, course, followed(scope, now_ms), bound)}) WHERE has(steps, {at})"
    )
    of_view = f"SELECT visitor, view, max(engaged_ms) AS ms FROM ({rows.engaged}) WHERE touchpoint = {at} GROUP BY ALL"
    engaged = f"SELECT visitor, sum(ms) AS engaged, 1 AS is_known FROM ({of_view}) GROUP BY visitor"
    key = bound.bind("UInt64", path_key(asked.element) if asked.element else 0)
    pressed = (
        f"SELECT visitor FROM points WHERE {rows.selected} AND kind = 'click' AND key = {key} "
        f"AND {rows.touchpoint} = {at}"
    )
    found = store.rows(
        "SELECT is_on, count() AS n, sum(is_known) AS engaged_of, countIf(visitor GLOBAL IN "
        f"({pressed})) AS pressed, quantileExactInclusiveIf(0.5)(engaged, is_known) AS median, "
        f"countIf(visitor = {who}) AS has_one, sumIf(engaged, visitor = {who}) AS own, "
        f"sumIf(is_known, visitor = {who}) AS own_known FROM ({here}) AS of_way "
        f"GLOBAL ANY LEFT JOIN ({engaged}) AS of_views USING (visitor) GROUP BY is_on {SETTINGS}",
        **rows.values,
        **bound.params,
    )
    groups = {
        bool(row["is_on"]): AtTouchpoint(
            visitors=int(row["n"]),
            engaged_ms=float(row["median"]) if row["engaged_of"] else None,
            engaged_of=int(row["engaged_of"]),
            pressed=int(row["pressed"]) if asked.element else 0,
        )
        for row in found
    }
    own = next((float(row["own"]) for row in found if row["own_known"]), None)
    has_left = any(row["has_one"] and not row["is_on"] for row in found)
    left, went_on = (groups.get(is_on, AtTouchpoint()) for is_on in (False, True))
    return Usual(left, went_on, own, has_left, asked.element, asked.name)


def _rows(scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int) -> Rows:
    return journey_rows(scope, course, claims, followed(scope, now_ms)[0], marks_short=False)


def _of_visitor(
    rows: Rows, course: Course, seen: tuple[SiteScope, Moment], bound: BoundValues, outcome: Outcome = ""
) -> str:
    """A query with one row per visitor who consented: `steps`, the touchpoints of the way; `begin` and `took`, in ms.
    `seen`: the days up to the present."""
    whole, moment = seen
    ways = visitors_sql(rows, course, moment, also=("visitor",)) if outcome else ways_sql(rows, course)
    days = bound.days(whole.zone, whole.since, whole.until)
    consented = consented_sql(f"site = {{site:UInt32}} AND {days} AND {PEOPLE}")
    reached = {"": "1", "reached": "notEmpty(reached)", "missed": "empty(reached)"}[outcome]
    begun = f"arrayFirstIndex(w -> bitTest(w, {SELECTED_BIT}), way)"  # touches of one ms are in no order of numbers
    chosen = select({"begun": begun}, ways, f"WHERE {consented} AND {reached}", kept=("visitor", "way"))
    since = select({"taken": "arraySlice(way, begun)"}, chosen, "WHERE begun > 0", kept=("visitor",))
    return select(
        {
            "steps": f"arrayCompact(arrayMap(w -> toUInt16({touchpoint_sql('w')}), taken))",
            "begin": "bitShiftRight(taken[1], 16)",
            "took": "bitShiftRight(taken[-1], 16) - begin",
        },
        since,
        kept=("visitor",),
    )
