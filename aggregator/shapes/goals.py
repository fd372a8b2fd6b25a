"""Who reached a goal, when and with what value."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.shapes.columns import Float64, Int64, UInt64


@dataclass(frozen=True)
class Reached:
    """The visitors who reached a goal, by id: `first` time in ms, how many `times` and with which `value` in all.

    A goal that is counted once has 1 time and the value of the first.
    """

    visitor: UInt64
    first: Int64
    times: Int64
    value: Float64

    def __len__(self) -> int:
        return len(self.visitor)


@dataclass(frozen=True)
class GoalTotals:
    """Of `of` visitors, `visitors` reached the goal `times` times, with the sum `value`; `squares` is the sum over the
    visitors of the squared value of each, for the spread of the mean."""

    of: int
    visitors: int
    times: int
    value: float
    squares: float
