"""Counts the visitors of a funnel in the engine, from their touches in order (aggregator/queries/journey_ways.py).

A visitor's funnel begins with the first hit of the first step that the question selects. Each further step is the
earliest hit after the one before, so that a touchpoint that occurs twice needs two hits
(https://clickhouse.com/docs/sql-reference/aggregate-functions/parametric-functions#windowfunnel, `strict_once`).
A visitor without a hit of the first step joins with the first hit of another step. In any order, a funnel begins with
the first hit of any step, and `h2` is the time at which the first three steps have all been done.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Literal

from aggregator.queries.conditions import PEOPLE, tenth_sql, where_site
from aggregator.queries.journey_numbers import SAME_MS, SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, TOUCHPOINT, Rows, journey_rows
from aggregator.queries.journey_ways import followed, timed, ways_sql
from aggregator.shapes.funnels import LEFT, FunnelCount, FunnelLeftOut, FunnelSteps, StepCount, Wait
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import in_days

_CLOSED, _OPEN, _NO_STEP = 0, 1, 2  # the visitors by `state`
UNKNOWN = TOUCHPOINT  # instead of a touchpoint
MOST_TIED = 500  # visitors that a query names


def read_funnel(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], funnel: FunnelSteps, now_ms: int
) -> FunnelCount:
    """The steps of the visitors whose window has closed; of all, if none has. `claims`: page → touchpoint."""
    whole, _ = followed(scope, now_ms)
    course = replace(course, goals=())
    rows = journey_rows(scope, course, claims, whole, marks_short=False)
    by_state = _FunnelReader(store, course, funnel, now_ms).counted(rows)
    so_far = _CLOSED not in by_state and _OPEN in by_state
    one = by_state.get(_OPEN if so_far else _CLOSED, _NOBODY)
    came = one.came(len(funnel.steps))
    return FunnelCount(
        steps=tuple(
            StepCount(
                came[i],
                one.hit(i),
                {} if funnel.in_any_order else one.instead(i, len(funnel.steps)),
                one.waits[i] if i < len(one.waits) else None,
            )
            for i in range(len(funnel.steps))
        ),
        counted=one.visitors,
        joined=0 if funnel.in_any_order else one.visitors - came[0],
        whole=one.whole,
        left_out=by_state.get(_OPEN, _NOBODY).visitors,
        so_far=so_far,
        no_step=by_state.get(_NO_STEP, _NOBODY).visitors,
    )


@dataclass(frozen=True)
class _Pattern:
    """Visitors who are alike: the number of steps they did; the steps that they hit, as bits; and the touchpoint that
    they hit instead of the next step, or LEFT."""

    done: int
    hits: int
    instead: int
    visitors: int


@dataclass(frozen=True)
class _StateCount:
    """The visitors of a state. `waits`: the times to the next step; `tied`: visitors whose `instead` is UNKNOWN."""

    patterns: tuple[_Pattern, ...] = ()
    waits: tuple[Wait | None, ...] = ()
    whole: Wait | None = None
    tied: tuple[int, ...] = ()

    @property
    def visitors(self) -> int:
        return sum(one.visitors for one in self.patterns)

    def came(self, steps: int) -> list[int]:
        return [sum(one.visitors for one in self.patterns if one.done > i) for i in range(steps)]

    def hit(self, i: int) -> int:
        return sum(one.visitors for one in self.patterns if one.done > i or one.hits >> i & 1)

    def instead(self, i: int, steps: int) -> dict[int, int]:
        found: Counter[int] = Counter()
        for one in self.patterns:
            if one.done == i + 1 < steps:
                found[one.instead] += one.visitors
        return dict(sorted(found.items()))

    def but(self, tied: _StateCount) -> _StateCount:
        """The same, with the patterns of those who were tied."""
        known = (one for one in self.patterns if one.instead != UNKNOWN)
        return replace(self, patterns=(*known, *tied.patterns), tied=())


_NOBODY = _StateCount()


@dataclass(frozen=True)
class _FunnelReader:
    store: Store
    course: Course
    funnel: FunnelSteps
    now_ms: int

    def counted(self, rows: Rows) -> dict[int, _StateCount]:
        found = self._read(rows, by_view=self.funnel.in_any_order)
        # Of touches of one ms, where a visitor went instead is that of the first view: what the engine sorts faster
        # does not tell which one that is.
        tied = [visitor for one in found.values() for visitor in one.tied]
        if len(tied) > MOST_TIED:
            return self._read(rows, by_view=True)
        if tied:
            named = f"SELECT * FROM ({rows.touches}) WHERE visitor IN ({', '.join(map(str, tied))})"
            of_tied = self._read(replace(rows, touches=named), by_view=True)
            return {state: one.but(of_tied.get(state, _NOBODY)) for state, one in found.items()}
        return found

    def _read(self, rows: Rows, *, by_view: bool) -> dict[int, _StateCount]:
        steps = range(len(self.funnel.steps))
        hits = _hits_sql(rows, self.course, self.funnel, by_view=by_view)
        spans = [(f"h{i}", f"h{i + 1}") for i in steps[:-1]] + [("start", f"h{steps[-1]}")]
        is_unknown = "0" if by_view else "is_tied"
        keys = {
            "state": _state(self.funnel, str(self.now_ms)),
            "done": " + ".join(f"(h{i} > 0)" for i in steps),
            "hit": " + ".join(f"hit{i} * {1 << i}" for i in steps),
            "other": f"toUInt16(if({is_unknown}, {UNKNOWN}, instead))",
        }
        # Few visitors differ in these: to count them alike takes less time than a dozen sums and differences of all.
        alike = {
            "n": "count()",
            **{f"wait{i}": _spread(*span) for i, span in enumerate(spans)},
            "tied": f"groupArrayIf({MOST_TIED + 1})(visitor, {is_unknown})",
        }
        query = select(keys | alike, hits, f"GROUP BY {', '.join(keys)} {SETTINGS}")
        waits = [f"quantilesExactInclusiveMerge(0.5, 0.9)(wait{i}) AS wait{i}" for i in range(len(spans))]
        found = self.store.rows(
            f"SELECT state, groupArray((done, hit, other, n)) AS patterns, {', '.join(waits)}, "
            f"arrayFlatten(groupArray(tied)) AS tied FROM ({query}) GROUP BY state",
            **rows.values,
        )
        return {int(row["state"]): _state_count(row, len(spans)) for row in found}


def _state_count(row: Mapping[str, Any], spans: int) -> _StateCount:
    *waits, whole = (_wait(row[f"wait{i}"]) for i in range(spans))
    patterns = tuple(_Pattern(*map(int, one)) for one in row["patterns"])
    return _StateCount(patterns, tuple(waits), whole, tuple(map(int, row["tied"])))


def stopped_sql(
    scope: SiteScope,
    course: Course,
    claims: Mapping[str, int],
    funnel: FunnelSteps,
    place: tuple[int, bool],
    now_ms: int | None = None,
) -> tuple[str, dict[str, Any]]:
    """A query of the visitors whom `read_funnel` counts in a step (from 1) and, by the second of `place`, in the next
    one too or not; and its bound values. Without `now_ms`, windows are open or closed when the query runs."""
    step, went_on = place
    whole, _ = followed(scope, now_ms or int(time.time() * 1000))
    course = replace(course, goals=())
    rows = journey_rows(scope, course, claims, whole, marks_short=False)
    hits = _hits_sql(rows, course, funnel, by_view=funnel.in_any_order)
    state = _state(funnel, str(now_ms) if now_ms else "toUnixTimestamp64Milli(now64(3))")
    fits = f"h{step - 1} > 0 AND h{step} {'>' if went_on else '='} 0"
    closed, still_open = (f"groupArrayIf(visitor, state = {one} AND {fits})" for one in (_CLOSED, _OPEN))
    counted = f"if(countIf(state = {_CLOSED}) > 0, {closed}, {still_open})"
    of_visitors = f"SELECT visitor, {state} AS state, h{step - 1}, h{step} FROM ({hits})"
    return f"SELECT arrayJoin({counted}) AS visitor FROM ({of_visitors})", rows.values


def read_left_out(store: Store, scope: SiteScope) -> FunnelLeftOut:
    """The visitors with views in the period of a scope that are not of its question."""
    selected, values = where_site(scope)
    days, _ = in_days(scope.zone, scope.since, scope.until)
    place = f"site = {{site:UInt32}} AND {days}{tenth_sql(scope)}"
    # Who is left out has a row that the question does not select: on most sites these are few.
    touches = f"FROM touches WHERE {place}"
    some = f"SELECT visitor {touches} AND NOT ({selected})"
    (row,) = store.rows(
        "SELECT countIf(NOT human) AS bots, countIf(human AND NOT counts) AS excluded, "
        "countIf(counts AND NOT chosen) AS outside FROM (SELECT visitor, max(bot = '') AS human, "
        f"max({PEOPLE}) AS counts, max({selected}) AS chosen {touches} AND visitor GLOBAL IN ({some}) "
        f"GROUP BY visitor) {SETTINGS}",
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


def _hits_sql(rows: Rows, course: Course, funnel: FunnelSteps, *, by_view: bool) -> str:
    ways = ways_sql(rows, course, by_view=by_view)
    return (_in_any_order if funnel.in_any_order else _in_order)(funnel, ways)


def _state(funnel: FunnelSteps, now: str) -> str:
    """Which of `_CLOSED`, `_OPEN` and `_NO_STEP` a visitor is at a time in ms, as SQL."""
    is_open = f"bitShiftRight(start, 16) + {funnel.window_ms} > {now}"
    return f"multiIf(start = 0, {_NO_STEP}, {is_open}, {_OPEN}, {_CLOSED})"


def _spread(one: str, later: str) -> str:
    """Median and 90th percentile of the ms from one touch to a later one, of those who have it and whose times are
    known; as a state of the engine."""
    wait = f"bitShiftRight({later}, 16) - bitShiftRight({one}, 16)"
    return f"quantilesExactInclusiveStateIf(0.5, 0.9)({wait}, {later} > 0 AND {timed(one, later)})"


def _wait(spread: Sequence[float]) -> Wait | None:
    median, p90 = spread
    return (float(median), float(p90)) if isfinite(median) else None  # none where only the days are known


def _hits(funnel: FunnelSteps) -> dict[str, str]:
    """Whether a visitor has a hit of each step that the question selects."""
    return {f"hit{i}": f"arrayExists(w -> {_is_hit(step)}, hits)" for i, step in enumerate(funnel.steps)}


def _is_hit(*steps: int) -> str:
    """Whether a touch is a hit of one of the steps that the question selects."""
    named = ", ".join(str(step | 1 << SELECTED_BIT) for step in sorted(set(steps)))
    return f"bitAnd(w, {TOUCHPOINT | 1 << SELECTED_BIT}) IN ({named})"


def _last_after(touch: str, window_ms: int) -> str:
    """The last number within the window that begins with a touch."""
    return f"bitOr(bitShiftLeft(bitShiftRight({touch}, 16) + {window_ms}, 16), {SAME_MS})"


def _of_steps(funnel: FunnelSteps, ways: str) -> str:
    """A query that adds `hits`: the touches of a way that are of a step."""
    named = ", ".join(map(str, sorted(set(funnel.steps))))
    hits = f"arrayFilter(w -> {touchpoint_sql('w')} IN ({named}), way)"
    return select({"hits": hits}, ways, kept=("visitor", "way", "coarse"))


def _in_order(funnel: FunnelSteps, ways: str) -> str:
    """A query with one row per visitor: `h0`, `h1`, … the touches that are the steps, 0 without; `start`: the first
    step, or that with which a visitor joined; `stop`: the last step of a visitor who did not do all, 0 without.
    `instead`: the touchpoint that was hit next; `is_tied`: whether others were hit at the same ms.
    """
    firsts = {
        "h0": f"arrayFirst(w -> {_is_hit(funnel.steps[0])}, hits)",
        "joins": f"arrayFirst(w -> {_is_hit(*funnel.steps)}, hits)",
    }
    query = select(firsts | _hits(funnel), _of_steps(funnel, ways), kept=("visitor", "way", "coarse", "hits"))
    beside = ["visitor", "way", "coarse", *_hits(funnel)]
    query = select(
        {"last": _last_after("h0", funnel.window_ms), "start": "if(h0 > 0, h0, joins)"},
        query,
        kept=(*beside, "hits", "h0"),
    )
    known = ["h0", "last", "start"]
    for i, step in enumerate(funnel.steps[1:], 1):
        after = f"w > bitOr(h{i - 1}, {SAME_MS}) AND w <= last AND {touchpoint_sql('w')} = {step}"
        found = f"if(h{i - 1} = 0, 0, arrayFirst(w -> {after}, hits))"
        query = select({f"h{i}": found}, query, kept=(*beside, "hits", *known))
        known.append(f"h{i}")
    hits = [f"h{i}" for i in range(len(funnel.steps))]
    query = select({"stop": f"if({hits[-1]} > 0, 0, greatest({', '.join(hits)}))"}, query, kept=(*beside, *known))
    other = f"w > bitOr(stop, {SAME_MS}) AND {touchpoint_sql('w')} != {touchpoint_sql('stop')}"
    at = {"at": f"if(stop = 0, 0, arrayFirstIndex(w -> {other}, way))"}
    query = select(at, query, kept=(*beside, *known, "stop"))
    columns = {
        "instead": f"if(at > 0 AND way[at] <= last, {touchpoint_sql('way[at]')}, {LEFT})",
        "is_tied": "at > 0 AND bitShiftRight(way[at], 16) = bitShiftRight(way[at + 1], 16)",
    }
    return select(columns, query, kept=("visitor", "coarse", *_hits(funnel), *known, "stop"))


def _in_any_order(funnel: FunnelSteps, ways: str) -> str:
    """A query with one row per visitor: `h0`, `h1`, … the touches with which all steps up to this one had been done
    within the window, 0 without; `start`: the first of them."""
    hits = ("visitor", "coarse", *_hits(funnel))
    start = {"start": f"arrayFirst(w -> {_is_hit(*funnel.steps)}, hits)"}
    query = select(start | _hits(funnel), _of_steps(funnel, ways), kept=("hits", "visitor", "coarse"))
    last = _last_after("start", funnel.window_ms)
    query = select({"last": last}, query, kept=("hits", "start", *hits))
    inside = "arrayFilter(w -> start > 0 AND bitShiftRight(w, 16) >= bitShiftRight(start, 16) AND w <= last, hits)"
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
    return select({"instead": str(LEFT)}, query, kept=tuple(known))
