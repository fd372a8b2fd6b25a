"""The figures of a journey by a plain loop over its rows, as docs/aggregator.md defines them, for the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DAY = 86_400_000
GAP = 30 * 60_000


@dataclass(frozen=True)
class Row:
    """One view. `touchpoint` is 0 for a page that none claims."""

    visitor: int
    ms: int
    view: int
    page: str
    touchpoint: int
    engaged: int = 0
    selected: bool = True


@dataclass(frozen=True)
class Truth:
    """What is known. `goals`: (visitor, ms) of each goal; `troubles`: (visitor, touchpoint, kind). `span`: the days
    within the period that are counted, [begin, end); None for all of it."""

    rows: Sequence[Row]
    stage_of: Mapping[int, int]
    begin: int
    end: int
    now: int
    window: int
    goals: Sequence[Sequence[tuple[int, int]]] = ()
    troubles: frozenset[tuple[int, int, str]] = field(default_factory=frozenset)
    expected: Mapping[int, frozenset[int]] = field(default_factory=dict)
    span: tuple[int, int] | None = None

    def ways(self) -> dict[int, list[Row]]:
        """The views of each visitor with one that is selected in the period, in order."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: (row.ms, row.view)):
            if row.ms >= self.begin:
                found[row.visitor].append(row)
        return {visitor: way for visitor, way in found.items() if any(map(self.counts, way))}

    def counts(self, row: Row) -> bool:
        return row.selected and self.is_in(row.ms)

    def is_in(self, ms: int) -> bool:
        begin, end = self.span or (self.begin, self.end)
        return begin <= ms < end

    def visits(self) -> list[list[Row]]:
        found = []
        for way in self.ways().values():
            current: list[Row] = []
            for row in way:
                if current and row.ms - current[-1].ms >= GAP:
                    found.append(current)
                    current = []
                current.append(row)
            found.append(current)
        return [one for one in found if self.is_in(one[0].ms) and any(map(self.counts, one))]

    def first(self, way: Sequence[Row], touchpoints: set[int]) -> int | None:
        return next((row.ms for row in way if row.touchpoint in touchpoints and self.counts(row)), None)


Share = tuple[int, int] | None
Times = tuple[int, float | None, float | None]  # n, median, 90th percentile


def share(n: int, of: int) -> Share:
    return (n, of) if of else None


def windowed(cases: Sequence[tuple[bool, bool]]) -> tuple[Share, int, Share]:
    """(share of those whose window closed, left out, share so far) of (closed, did)."""
    closed = [did for closed, did in cases if closed]
    so_far = None if closed else share(sum(did for _, did in cases), len(cases))
    return share(sum(closed), len(closed)), len(cases) - len(closed), so_far


def spread(values: Sequence[float]) -> Times:
    if not values:
        return 0, None, None
    return len(values), float(np.median(values)), float(np.percentile(values, 90))


def touchpoint(truth: Truth, t: int) -> dict[str, Any]:
    """The figures of a touchpoint under the names of their fields."""
    stage_of, ways = truth.stage_of, truth.ways()
    firsts = {v: first for v, way in ways.items() if (first := truth.first(way, {t})) is not None}
    nexts: dict[int, Row | None] = {}
    later: dict[int, dict[int, int]] = {}
    for v, first in firsts.items():
        after = [row for row in ways[v] if row.ms > first and row.touchpoint]
        nexts[v] = next((row for row in after if row.touchpoint != t), None)
        later[v] = {}
        for row in after:
            later[v].setdefault(row.touchpoint, row.ms - first)
    closed = {v: truth.now - first >= truth.window for v, first in firsts.items()}

    def of_all(did: Any) -> tuple[Share, int, Share]:
        return windowed([(closed[v], did(v)) for v in firsts])

    visits = truth.visits()
    entered = [one for one in visits if one[0].touchpoint == t]
    hit = [one for one in visits if any(row.touchpoint == t for row in one)]
    waits = [row.ms - firsts[v] for v, row in nexts.items() if row]
    engaged: dict[int, int] = defaultdict(int)
    for row in truth.rows:
        if row.touchpoint == t and truth.counts(row):
            engaged[row.visitor] += row.engaged
    troubles = truth.troubles | quick_backs(truth)
    kinds = {kind: {v for v, at, one in troubles if at == t and one == kind and v in firsts}
             for kind in ("dead", "rage", "error", "quick_back")}  # fmt: skip
    kinds["any"] = set().union(*kinds.values())
    hit_after = {b for waits in later.values() for b, wait in waits.items() if wait <= truth.window and b != t}
    return {
        "visitors": len(firsts),
        "reach": share(len(firsts), len(ways)),
        "entries": share(len(entered), len(visits)),
        "exits": share(sum(one[-1].touchpoint == t for one in hit), len(hit)),
        "bounce": share(sum(len(one) == 1 and one[0].engaged < 10_000 for one in entered), len(entered)),
        "forward": of_all(
            lambda v: any(wait <= truth.window and stage_of[b] > stage_of[t] for b, wait in later[v].items())
        ),
        "back": share(sum(bool(row) and stage_of[row.touchpoint] < stage_of[t] for row in nexts.values()), len(firsts)),
        "next": share(len(waits), len(firsts)),
        "next_ms": spread(waits),
        "fit": share(sum(row.touchpoint in truth.expected[t] for row in nexts.values() if row), len(waits))
        if t in truth.expected
        else None,
        "engaged_ms": spread(list(engaged.values())),
        "frustration": {kind: share(len(who), len(firsts)) for kind, who in kinds.items()},
        "steps": {
            b: (
                of_all(lambda v, b=b: later[v].get(b, truth.window + 1) <= truth.window),
                of_all(
                    lambda v, b=b: (
                        (row := nexts[v]) is not None and row.touchpoint == b and row.ms - firsts[v] <= truth.window
                    )
                ),
            )
            for b in hit_after
        },
        "goals": [of_all(lambda v, goal=goal: reached(truth, goal, v, firsts[v])) for goal in truth.goals],
    }


def stage(truth: Truth, n: int) -> dict[str, Any]:
    """The figures of a stage under the names of their fields."""
    ways, members = truth.ways(), [t for t, stage in sorted(truth.stage_of.items()) if stage == n]
    firsts = {v: first for v, way in ways.items() if (first := truth.first(way, set(members))) is not None}
    closed = {v: truth.now - first >= truth.window for v, first in firsts.items()}
    waits = {
        v: min((row.ms - first for row in ways[v]
                if row.touchpoint and truth.stage_of[row.touchpoint] > n and row.ms > first), default=None)
        for v, first in firsts.items()
    }  # fmt: skip

    def on(v: int) -> bool:
        wait = waits[v]
        return wait is not None and wait <= truth.window

    def completed(v: int) -> bool:
        opening = next(row for row in ways[v] if row.touchpoint in members and truth.counts(row))
        return opening.touchpoint == members[-1] or any(
            row.touchpoint == members[-1] and firsts[v] < row.ms <= firsts[v] + truth.window for row in ways[v]
        )

    until = {}
    for b in sorted(set(truth.stage_of.values())):
        if b > n:
            values = []
            for v, first in firsts.items():
                of_b = (row.ms for row in ways[v] if row.touchpoint and truth.stage_of[row.touchpoint] == b)
                there = min(of_b, default=0)
                if there > first:
                    values.append(there - first)
            until[b] = spread(values)
    return {
        "visitors": len(firsts),
        "forward": windowed([(closed[v], on(v)) for v in firsts]),
        "completed": windowed([(closed[v], completed(v)) for v in firsts]) if len(members) > 1 else None,
        "goals": [windowed([(closed[v], reached(truth, goal, v, firsts[v])) for v in firsts]) for goal in truth.goals],
        "on_ms": spread([waits[v] for v in firsts if closed[v] and on(v)]),
        "until_ms": until,
    }


def goal(truth: Truth, number: int) -> tuple[Share, tuple[int, float | None, float | None]]:
    """Who reached a goal in the period since their first selected view, and the touches of touchpoints until then."""
    ways, touches = truth.ways(), []
    for v, way in ways.items():
        start = next(row.ms for row in way if truth.counts(row))
        times = [ms for who, ms in truth.goals[number] if who == v and start <= ms < truth.end]
        if times:
            on_way = [row.touchpoint for row in way if start <= row.ms <= min(times) and row.touchpoint]
            touches.append(sum(one != before for one, before in zip(on_way, [0, *on_way], strict=False)))
    return share(len(touches), len(ways)), spread(touches)


def whole(
    truth: Truth, times: Sequence[tuple[int, int]], within_ms: int, consented: Collection[int]
) -> tuple[int, int, Times, Times]:
    """Visitors who consented, those whose time is not over, and ms from the first touch to the goal: of those whose
    time is over, and of all so far. `within_ms` 0: without limit."""
    closed_waits, waits, opened, visitors = [], [], 0, 0
    for v, way in truth.ways().items():
        if v not in consented:
            continue
        start = next(row.ms for row in way if truth.counts(row))
        closed = bool(within_ms) and start + within_ms <= truth.now
        visitors, opened = visitors + 1, opened + (not closed)
        in_time = [ms - start for who, ms in times if who == v and start <= ms < start + (within_ms or 10**15)]
        waits += [min(in_time)] if in_time else []
        closed_waits += [min(in_time)] if in_time and closed else []
    return visitors, opened, spread(closed_waits), spread(waits)


def reached(truth: Truth, times: Sequence[tuple[int, int]], visitor: int, first: int) -> bool:
    start = next(row.ms for row in truth.ways()[visitor] if truth.counts(row))
    return any(v == visitor and max(first, start) <= ms <= first + truth.window for v, ms in times)


def quick_backs(truth: Truth) -> set[tuple[int, int, str]]:
    found = set()
    for way in truth.ways().values():
        for before, row, after in zip(way, way[1:], way[2:], strict=False):
            if (
                row.touchpoint
                and truth.counts(row)
                and before.page == after.page != row.page
                and after.ms - row.ms < 5_000
                and row.ms - before.ms < GAP
            ):
                found.add((row.visitor, row.touchpoint, "quick_back"))
    return found


def before(truth: Truth, t: int) -> dict[int, tuple[int, int]]:
    """Touchpoint (0: none) → visitors who touched it immediately before their first hit of t, and at any time before,
    at most a window earlier; days before the period count."""
    directly: dict[int, int] = defaultdict(int)
    ever: dict[int, int] = defaultdict(int)
    rows = sorted(truth.rows, key=lambda row: (row.ms, row.view))
    for visitor, way in truth.ways().items():
        first = truth.first(way, {t})
        if first is None:
            continue
        earlier = [
            row.touchpoint
            for row in rows
            if row.visitor == visitor and row.touchpoint not in (0, t) and first - truth.window <= row.ms < first
        ]
        directly[earlier[-1] if earlier else 0] += 1
        for b in set(earlier):
            ever[b] += 1
    return {b: (directly[b], ever[b]) for b in {*directly, *ever}}
