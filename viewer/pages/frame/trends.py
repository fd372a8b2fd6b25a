"""The parts of a trend, a figure by day: its lines, axes and readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from babel.dates import format_date

from viewer.pages.frame.languages import Language

WIDTH, HEIGHT = 1000.0, 200.0  # of the drawing; the page stretches it
LABELS = 5  # dates below it, at most


@dataclass(frozen=True)
class AxisLabel:
    """A label at a share of an axis. `at`: `25.9%`; `line`: where its line is drawn; `last`: at the end of the axis."""

    label: str
    at: str
    line: float = 0.0
    last: bool = False


@dataclass(frozen=True)
class DayReading:
    """One day in words, and where its point is drawn."""

    day: str
    words: str
    x: str
    y: str


@dataclass(frozen=True)
class TrendChart:
    """`now`, `then`, `open`: points of the lines; `open` leads to a day that is not over; `band`: the outline of
    the 95 % intervals of a share; `mark`: where a vertical line is drawn, "" for none. Empty with less than two days
    or nothing to draw."""

    title: str
    now: str
    open: str
    band: str
    then: str
    days: tuple[AxisLabel, ...]
    values: tuple[AxisLabel, ...]
    readings: tuple[DayReading, ...]
    mark: str = ""


def value_steps(most: float, whole: bool = False) -> list[float]:
    """Round values from 0 to at least `most`, three or four steps of one size; none for nothing.

    >>> value_steps(11.3)
    [0.0, 5.0, 10.0, 15.0]
    """
    if most <= 0:
        return []
    power = 10.0 ** floor(log10(most / 3))
    size = next(step * power for step in (1, 2, 5, 10) if most <= 4 * step * power)
    size = max(size, 1.0) if whole else size
    steps = [0.0]
    while steps[-1] < most:
        steps.append(size * len(steps))
    return steps


def line_of(values: Sequence[float], of: int, top: float, first: int = 0) -> str:
    """The points of values from the day `first` on, in a drawing of `of` days."""
    return " ".join(
        f"{WIDTH * (first + n) / (of - 1):.1f},{HEIGHT * (1 - value / top):.1f}" for n, value in enumerate(values)
    )


def date_labels(lang: Language, days: Sequence[date]) -> tuple[AxisLabel, ...]:
    step = max(1, -(-(len(days) - 1) // (LABELS - 1)))
    at = [n for n in range(0, len(days) - 1, step) if len(days) - 1 - n >= step / 2]
    return tuple(
        AxisLabel(
            format_date(days[n], "d MMM", lang.locale), f"{100 * n / (len(days) - 1):.1f}%", last=n == len(days) - 1
        )
        for n in (*at, len(days) - 1)
    )
