"""Visitors' sequences of touchpoints, as columns. Definitions: docs/aggregator.md, "Journeys".

Touches are sorted by (visitor, time, view); touchpoint 0 is a view that no touchpoint claims.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Int32, Int64, Mask
from aggregator.shapes.touches import Touches

VISIT_GAP = 30 * 60_000  # ms without a view, after which a visit has ended


@dataclass(frozen=True)
class Firsts:
    """The first hit of a stage or touchpoint by each of n visitors: `row` in the touches, `time` ms."""

    row: Int64
    time: Int64


@dataclass(frozen=True)
class Forward:
    """Of the visitors with a first hit: the whole window has passed for `closed`, `went_on` of those came to a later
    stage within it, and for `left_out` the window is still open. `median_ms` is of those who went on."""

    closed: int
    went_on: int
    left_out: int
    median_ms: float | None


class Sequences:
    """Touches with what is computed once: visitors, visits, ties."""

    def __init__(self, touches: Touches, stage_of: Int32, since_ms: int, until_ms: int) -> None:
        """`stage_of[t]` is the stage (from 0) of touchpoint t, -1 for t = 0; a hit counts in since ≤ time < until."""
        self.time = touches.time
        self.touchpoint = touches.touchpoint
        self.stage = stage_of[touches.touchpoint] if len(touches.time) else np.empty(0, np.int32)
        n = len(self.time)
        new_visitor = np.ones(n, bool)
        new_visitor[1:] = touches.visitor[1:] != touches.visitor[:-1]
        self.person: Int64 = np.cumsum(new_visitor) - 1
        self.in_period: Mask = (self.time >= since_ms) & (self.time < until_ms)
        gap = np.zeros(n, np.int64)
        gap[1:] = self.time[1:] - self.time[:-1]
        self.visit: Int64 = np.cumsum(new_visitor | (gap >= VISIT_GAP)) - 1
        # The last row of the same instant: what happens in the same millisecond is not "after".
        begins = np.flatnonzero(new_visitor | (gap > 0))
        lengths = np.diff(np.append(begins, n))
        self.instant_end: Int64 = np.repeat(begins + lengths - 1, lengths)

    @property
    def visitors(self) -> int:
        """Distinct visitors with a view in the period."""
        return _distinct(self.person[self.in_period])

    def firsts(self, hit: Mask) -> Firsts:
        """The first hit of each visitor in the period."""
        rows = np.flatnonzero(hit & self.in_period)
        person = self.person[rows]
        first = np.ones(len(rows), bool)
        first[1:] = person[1:] != person[:-1]
        return Firsts(rows[first], self.time[rows[first]])

    def forward(self, firsts: Firsts, stage: int, window_ms: int, now_ms: int) -> Forward:
        """How many came to a stage after `stage` within the window from their first hit, right-censored at `now_ms`."""
        closed = now_ms - firsts.time >= window_ms
        later = np.flatnonzero(self.stage > stage)
        wait = np.full(len(firsts.row), np.iinfo(np.int64).max, np.int64)
        if len(later) and len(firsts.row):
            at = np.searchsorted(later, self.instant_end[firsts.row], "right")
            has = np.flatnonzero(at < len(later))
            next_row = later[at[has]]
            same = self.person[next_row] == self.person[firsts.row[has]]
            wait[has[same]] = self.time[next_row[same]] - firsts.time[has[same]]
        went = closed & (wait <= window_ms)
        return Forward(
            closed=int(closed.sum()),
            went_on=int(went.sum()),
            left_out=int((~closed).sum()),
            median_ms=float(np.median(wait[went])) if went.any() else None,
        )

    def exits(self, touchpoints: int) -> tuple[Int64, Int64]:
        """(visits that hit each touchpoint, those of them that ended on it): i64[touchpoints + 1].

        A visit belongs to the period in which it began.
        """
        size = touchpoints + 1
        if not len(self.visit):
            return np.zeros(size, np.int64), np.zeros(size, np.int64)
        starts = np.flatnonzero(np.diff(self.visit, prepend=-1))
        counted = self.in_period[starts]
        lasts = np.append(starts[1:], len(self.visit)) - 1
        out = np.bincount(self.touchpoint[lasts[counted]], minlength=size)
        rows = counted[self.visit]
        visit, touchpoint = self.visit[rows], self.touchpoint[rows]
        hits = np.array([_distinct(visit[touchpoint == t]) for t in range(size)], np.int64)
        return hits, out.astype(np.int64)


def _distinct(ordered: Int64) -> int:
    """The number of distinct values in a sorted column (np.unique hashes them all, which is 50 times slower)."""
    return int(np.count_nonzero(np.diff(ordered))) + 1 if len(ordered) else 0
