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
    """Of `of` visitors, `visitors` reached the goal `times` times, with the sum `value`.

    For the spread of means and ratios, sums over the visitors of what each of them did: `value_squares` of the squared
    values, `times_squares` of the squared times, `products` of times · value.
    """

    of: int
    visitors: int
    times: int
    value: float
    value_squares: float
    times_squares: float
    products: float


NOBODY = GoalTotals(0, 0, 0, 0.0, 0.0, 0.0, 0.0)
