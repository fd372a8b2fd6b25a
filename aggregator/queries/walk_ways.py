"""The ways that consenting visitors went through a journey, in the engine: how many went each, and one of them.

A way begins with the first touch of a touchpoint that the question selects. Ways of fewer than ALIKE visitors leave the
engine as a number only.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE
from aggregator.queries.consent import consented_sql
from aggregator.queries.journey_numbers import SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, journey_rows
from aggregator.queries.journey_ways import followed, visitors_sql, ways_sql
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.walks import ALIKE, Example, OfferedWay, Outcome, Ways
from store.client import Store

MOST_OFFERED = 100


def read_ways(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], outcome: Outcome, now_ms: int
) -> Ways:
    """The ways of the visitors whom a question selects and who consented. `claims`: page → touchpoint; `outcome`: of
    the only goal of the course."""
    whole, moment = followed(scope, now_ms)
    rows = journey_rows(scope, course, claims, whole, marks_short=False)
    ways = visitors_sql(rows, course, moment, also=("visitor",)) if outcome else ways_sql(rows, course)
    bound = BoundValues("walk")
    days = bound.days(whole.zone, whole.since, whole.until)
    consented = consented_sql(f"site = {{site:UInt32}} AND {days} AND {PEOPLE}")
    reached = {"": "1", "reached": "notEmpty(reached)", "missed": "empty(reached)"}[outcome]
    begun = f"arrayFirstIndex(w -> bitTest(w, {SELECTED_BIT}), way)"  # touches of one ms are in no order of numbers
    chosen = select({"begun": begun}, ways, f"WHERE {consented} AND {reached}", kept=("visitor", "way"))
    since = select({"taken": "arraySlice(way, begun)"}, chosen, "WHERE begun > 0", kept=("visitor",))
    of_visitor = select(
        {
            "steps": f"arrayCompact(arrayMap(w -> toUInt16({touchpoint_sql('w')}), taken))",
            "begin": "bitShiftRight(taken[1], 16)",
            "took": "bitShiftRight(taken[-1], 16) - begin",
        },
        since,
        kept=("visitor",),
    )
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
