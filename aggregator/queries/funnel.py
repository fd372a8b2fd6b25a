"""Counts the visitors of a funnel in the engine, from their touches in order (aggregator/queries/journey_ways.py).

A visitor's funnel begins with the first hit of the first step that the question selects. Each further step is the
earliest hit after the one before, so that a touchpoint that occurs twice needs two hits
(https://clickhouse.com/docs/sql-reference/aggregate-functions/parametric-functions#windowfunnel, `strict_once`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aggregator.queries.conditions import where_site
from aggregator.queries.journey_numbers import SAME_MS, SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, journey_rows
from aggregator.queries.journey_ways import followed, visitors_sql
from aggregator.shapes.funnels import LEFT, FunnelSteps, StepCount
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store


def read_funnel(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], funnel: FunnelSteps, now_ms: int
) -> dict[str, list[StepCount]]:
    """The steps by the value that the visitors are split by, "" without. `claims`: page → touchpoint."""
    whole, moment = followed(scope, now_ms)
    course = replace(course, goals=())
    rows = journey_rows(scope, course, claims, whole)
    ways = visitors_sql(rows, course, moment, also=("visitor",) if funnel.split else ())
    values = dict(rows.values)
    value = "''"
    if funnel.split:
        condition, bound = where_site(scope)
        values |= bound
        at_first = f"argMin({funnel.split}, time) AS value"
        firsts = f"SELECT visitor, {at_first} FROM touches WHERE {condition} GROUP BY visitor"
        ways = f"SELECT * FROM ({ways}) AS ways GLOBAL ANY LEFT JOIN ({firsts}) AS firsts USING (visitor)"
        value = "value"
    steps = range(len(funnel.steps))
    hits = _in_any_order(funnel, ways) if funnel.in_any_order else _in_order(funnel, ways)
    columns = [f"{value} AS split"]
    for i in steps:
        columns += [f"countIf(h{i} > 0) AS came{i}", f"countIf(hit{i}) AS any{i}"]
    if not funnel.in_any_order:
        for i in steps[:-1]:
            wait = f"bitShiftRight(h{i + 1}, 16) - bitShiftRight(h{i}, 16)"
            stopped = f"h{i} > 0 AND h{i + 1} = 0"
            columns += [
                f"quantilesExactInclusiveIf(0.5, 0.9)({wait}, h{i + 1} > 0) AS wait{i}",
                f"sumMapIf(map({_instead(funnel.steps[i], f'h{i}')}, toUInt64(1)), {stopped}) AS instead{i}",
            ]
    found = store.rows(f"SELECT {', '.join(columns)} FROM ({hits}) GROUP BY split ORDER BY split {SETTINGS}", **values)
    return {row["split"]: [_step(row, i) for i in steps] for row in found}


def _step(row: Mapping[str, object], i: int) -> StepCount:
    came, any_hit, wait, instead = (row.get(f"{name}{i}") for name in ("came", "any", "wait", "instead"))
    assert isinstance(came, int)
    assert isinstance(any_hit, int)
    next_came = row.get(f"came{i + 1}")
    counts = {int(number): int(n) for number, n in instead.items()} if isinstance(instead, Mapping) else {}
    spread = (float(wait[0]), float(wait[1])) if isinstance(wait, list) and next_came else None
    return StepCount(came, any_hit, counts, spread)


def _hit(step: int) -> str:
    """Whether a visitor has a hit of a step that the question selects."""
    return f"arrayExists(w -> {touchpoint_sql('w')} = {step} AND bitTest(w, {SELECTED_BIT}), way)"


def _in_order(funnel: FunnelSteps, ways: str) -> str:
    """A query with one row per visitor: `h0`, `h1`, … the touches that are the steps, 0 without."""
    first = f"arrayFirst(w -> {touchpoint_sql('w')} = {funnel.steps[0]} AND bitTest(w, {SELECTED_BIT}), way)"
    last = f"bitOr(bitShiftLeft(bitShiftRight(h0, 16) + {funnel.window_ms}, 16), {SAME_MS})"
    query = select(
        {"h0": first, **{f"hit{i}": _hit(step) for i, step in enumerate(funnel.steps)}},
        ways,
        kept=("way", "value") if funnel.split else ("way",),
    )
    kept = ["way", *(("value",) if funnel.split else ()), *(f"hit{i}" for i in range(len(funnel.steps)))]
    query = select({"last": last}, query, kept=(*kept, "h0"))
    known = ["h0", "last"]
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
    """A query with one row per visitor: `h0`, `h1`, …: 1 if all steps up to this one were done within the window."""
    named = ", ".join(map(str, sorted(set(funnel.steps))))
    start = f"arrayFirst(w -> {touchpoint_sql('w')} IN ({named}) AND bitTest(w, {SELECTED_BIT}), way)"
    split = ("value",) if funnel.split else ()
    query = select(
        {"start": start, **{f"hit{i}": _hit(step) for i, step in enumerate(funnel.steps)}}, ways, kept=("way", *split)
    )
    last = f"bitOr(bitShiftLeft(bitShiftRight(start, 16) + {funnel.window_ms}, 16), {SAME_MS})"
    hits = tuple(f"hit{i}" for i in range(len(funnel.steps)))
    inside = "arrayFilter(w -> start > 0 AND bitShiftRight(w, 16) >= bitShiftRight(start, 16) AND w <= last, way)"
    query = select(
        {"done": f"arrayMap(w -> {touchpoint_sql('w')}, {inside})"},
        select({"last": last}, query, kept=("way", "start", *split, *hits)),
        kept=(*split, *hits),
    )
    tests = [f"countEqual(done, {step}) >= {funnel.steps[: i + 1].count(step)}" for i, step in enumerate(funnel.steps)]
    done = {f"h{i}": f"toUInt8({' AND '.join(tests[: i + 1])})" for i in range(len(tests))}
    return select(done, query, kept=(*split, *hits))
