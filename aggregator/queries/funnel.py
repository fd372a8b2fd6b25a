"""Counts the visitors of a funnel in the engine, from their touches in order (aggregator/queries/journey_ways.py).

A visitor's funnel begins with the first hit of the first step that the question selects. Each further step is the
earliest hit after the one before, so that a touchpoint that occurs twice needs two hits
(https://clickhouse.com/docs/sql-reference/aggregate-functions/parametric-functions#windowfunnel, `strict_once`).
A visitor without a hit of the first step joins with the first hit of another step. In any order, a funnel begins with
the first hit of any step, and `h2` is the time at which the first three steps have all been done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Literal

from aggregator.queries.conditions import PEOPLE, tenth_sql, where_site
from aggregator.queries.journey_numbers import SAME_MS, SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, journey_rows
from aggregator.queries.journey_ways import followed, timed, visitors_sql
from aggregator.shapes.funnels import LEFT, FunnelCount, FunnelLeftOut, FunnelSteps, StepCount, Wait
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import in_days

_CLOSED, _OPEN, _NO_STEP = 0, 1, 2  # the visitors by `state`


def read_funnel(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], funnel: FunnelSteps, now_ms: int
) -> FunnelCount:
    """The steps of the visitors whose window has closed; of all, if none has. `claims`: page → touchpoint."""
    whole, moment = followed(scope, now_ms)
    course = replace(course, goals=())
    rows = journey_rows(scope, course, claims, whole, marks_short=False)
    ways = visitors_sql(rows, course, moment)
    hits = (_in_any_order if funnel.in_any_order else _in_order)(funnel, ways)
    state = (
        f"multiIf(start = 0, {_NO_STEP}, bitShiftRight(start, 16) + {funnel.window_ms} > {now_ms}, {_OPEN}, {_CLOSED})"
    )
    found = store.rows(
        f"SELECT {state} AS state, {', '.join(_columns(funnel))} FROM ({hits}) GROUP BY state {SETTINGS}", **rows.values
    )
    by_state = {int(row["state"]): row for row in found}
    so_far = _CLOSED not in by_state and _OPEN in by_state
    row = by_state.get(_OPEN if so_far else _CLOSED, {})
    return FunnelCount(
        steps=tuple(_step(row, i) for i in range(len(funnel.steps))),
        counted=_number(row, "visitors"),
        joined=_number(row, "joined"),
        whole=_wait(row.get("whole"), _number(row, f"came{len(funnel.steps) - 1}")),
        left_out=_number(by_state.get(_OPEN, {}), "visitors"),
        so_far=so_far,
        no_step=_number(by_state.get(_NO_STEP, {}), "visitors"),
    )


def read_left_out(store: Store, scope: SiteScope) -> FunnelLeftOut:
    """The visitors with views in the period of a scope that are not of its question."""
    selected, values = where_site(scope)
    days, _ = in_days(scope.zone, scope.since, scope.until)
    place = f"site = {{site:UInt32}} AND {days}{tenth_sql(scope)}"
    (row,) = store.rows(
        "SELECT countIf(NOT human) AS bots, countIf(human AND NOT counts) AS excluded, "
        "countIf(counts AND NOT chosen) AS outside FROM (SELECT visitor, max(bot = '') AS human, "
        f"max({PEOPLE}) AS counts, max({selected}) AS chosen FROM touches WHERE {place} GROUP BY visitor) {SETTINGS}",
        **values,
    )
    return FunnelLeftOut(int(row["bots"]), int(row["excluded"]), int(row["outside"]))


def read_values(store: Store, scope: SiteScope, trait: Literal["device", "channel"], most: int) -> list[str]:
    """The values of a trait of the views that a question selects, those with the most visitors first."""
    selected, values = where_site(scope)
    rows = store.rows(
        f"SELECT toString({trait}) AS value FROM touches WHERE {selected} "
        f"GROUP BY value ORDER BY uniqExact(visitor) DESC, value LIMIT {most}",
        **values,
    )
    return [str(row["value"]) for row in rows]


def _columns(funnel: FunnelSteps) -> list[str]:
    steps = range(len(funnel.steps))
    last = steps[-1]
    joined = "toUInt64(0)" if funnel.in_any_order else "countIf(h0 = 0 AND start > 0)"
    columns = [
        "count() AS visitors",
        f"{joined} AS joined",
        f"{_spread('start', f'h{last}')} AS whole",
    ]
    for i in steps:
        columns += [f"countIf(h{i} > 0) AS came{i}", f"countIf(hit{i} OR h{i} > 0) AS any{i}"]
    for i in steps[:-1]:
        columns.append(f"{_spread(f'h{i}', f'h{i + 1}')} AS wait{i}")
        if not funnel.in_any_order:
            stopped = f"h{i} > 0 AND h{i + 1} = 0"
            columns.append(f"sumMapIf(map({_instead(funnel.steps[i], f'h{i}')}, toUInt64(1)), {stopped}) AS instead{i}")
    return columns


def _spread(one: str, later: str) -> str:
    """Median and 90th percentile of the ms from one touch to a later one, of those who have it and whose times are
    known."""
    wait = f"bitShiftRight({later}, 16) - bitShiftRight({one}, 16)"
    return f"quantilesExactInclusiveIf(0.5, 0.9)({wait}, {later} > 0 AND {timed(one, later)})"


def _step(row: Mapping[str, object], i: int) -> StepCount:
    instead = row.get(f"instead{i}")
    counts = {int(number): int(n) for number, n in instead.items()} if isinstance(instead, Mapping) else {}
    wait = _wait(row.get(f"wait{i}"), _number(row, f"came{i + 1}"))
    return StepCount(_number(row, f"came{i}"), _number(row, f"any{i}"), counts, wait)


def _number(row: Mapping[str, object], name: str) -> int:
    found = row.get(name, 0)
    assert isinstance(found, int)
    return found


def _wait(spread: object, visitors: int) -> Wait | None:
    known = isinstance(spread, list) and visitors and isfinite(spread[0])  # none where only the days are known
    return (float(spread[0]), float(spread[1])) if isinstance(spread, list) and known else None


def _hits(funnel: FunnelSteps) -> dict[str, str]:
    """Whether a visitor has a hit of each step that the question selects."""
    return {
        f"hit{i}": f"arrayExists(w -> {touchpoint_sql('w')} = {step} AND bitTest(w, {SELECTED_BIT}), way)"
        for i, step in enumerate(funnel.steps)
    }


def _first_of(steps: tuple[int, ...]) -> str:
    """The first hit of any of the steps that the question selects; 0 without."""
    named = ", ".join(map(str, sorted(set(steps))))
    return f"arrayFirst(w -> {touchpoint_sql('w')} IN ({named}) AND bitTest(w, {SELECTED_BIT}), way)"


def _last_after(touch: str, window_ms: int) -> str:
    """The last number within the window that begins with a touch."""
    return f"bitOr(bitShiftLeft(bitShiftRight({touch}, 16) + {window_ms}, 16), {SAME_MS})"


def _in_order(funnel: FunnelSteps, ways: str) -> str:
    """A query with one row per visitor: `h0`, `h1`, … the touches that are the steps, 0 without; `start`: the first
    step, or that with which a visitor joined."""
    firsts = {"h0": _first_of(funnel.steps[:1]), "joins": _first_of(funnel.steps)}
    query = select(firsts | _hits(funnel), ways, kept=("way", "coarse"))
    kept = ["way", "coarse", *_hits(funnel)]
    query = select(
        {"last": _last_after("h0", funnel.window_ms), "start": "if(h0 > 0, h0, joins)"}, query, kept=(*kept, "h0")
    )
    known = ["h0", "last", "start"]
    for i, step in enumerate(funnel.steps[1:], 1):
        after = f"w > bitOr(h{i - 1}, {SAME_MS}) AND w <= last AND {touchpoint_sql('w')} = {step}"
        query = select({f"h{i}": f"if(h{i - 1} = 0, 0, arrayFirst(w -> {after}, way))"}, query, kept=(*kept, *known))
        known.append(f"h{i}")
    return query


def _instead(step: int, hit: str) -> str:
    """The touchpoint that was hit after a step, other than it, within the window."""
    after = f"w > bitOr({hit}, {SAME_MS}) AND w <= last AND {touchpoint_sql('w')} != {step}"
    return f"toUInt16({touchpoint_sql(f'arrayFirst(w -> {after}, way)')} + {LEFT})"


def _in_any_order(funnel: FunnelSteps, ways: str) -> str:
    """A query with one row per visitor: `h0`, `h1`, … the touches with which all steps up to this one had been done
    within the window, 0 without; `start`: the first of them."""
    hits = ("coarse", *_hits(funnel))
    query = select({"start": _first_of(funnel.steps)} | _hits(funnel), ways, kept=("way", "coarse"))
    query = select({"last": _last_after("start", funnel.window_ms)}, query, kept=("way", "start", *hits))
    inside = "arrayFilter(w -> start > 0 AND bitShiftRight(w, 16) >= bitShiftRight(start, 16) AND w <= last, way)"
    query = select({"done": inside}, query, kept=("start", *hits))
    # A step that is listed for the second time needs the second hit.
    each = {
        f"d{i}": f"arrayFilter(w -> {touchpoint_sql('w')} = {step}, done)[{funnel.steps[: i + 1].count(step)}]"
        for i, step in enumerate(funnel.steps)
    }
    query = select(each, query, kept=("start", *hits))
    known = ["start", *hits, *each]
    for i in range(len(funnel.steps)):
        value = "d0" if i == 0 else f"if(h{i - 1} = 0 OR d{i} = 0, 0, greatest(h{i - 1}, d{i}))"
        query = select({f"h{i}": value}, query, kept=tuple(known))
        known.append(f"h{i}")
    return query
