"""The trend of one figure, drawn by day over that of the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from babel.dates import format_date

from aggregator.answers.overview import OverviewFigures
from aggregator.measures.statistics import wilson
from viewer.pages.frame.languages import Language
from viewer.pages.overview.figures import COUNTS, counts_of_day, figure_name, of_day, value_words

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
    the 95 % intervals of a share. Empty with less than two days
    or nothing to draw."""

    title: str
    now: str
    open: str
    band: str
    then: str
    days: tuple[AxisLabel, ...]
    values: tuple[AxisLabel, ...]
    readings: tuple[DayReading, ...]


def trend_of(lang: Language, found: OverviewFigures, name: str, goals: Mapping[str, str], today: date) -> TrendChart:
    """The days of a figure."""
    title = lang.text("%(figure)s of each day", figure=figure_name(lang, name, goals))
    now = [of_day(day, name) for day in found.days]
    then = [of_day(day, name) for day in found.days_before]
    band = _intervals(found, name)
    steps = value_steps(max([*now, *then, *(high for _, high in band)], default=0.0), whole=name in COUNTS)
    if len(now) < 2 or not steps:
        return TrendChart(title, "", "", "", "", (), (), ())
    top, last = steps[-1], found.days[-1].day == today
    closed = now[:-1] if last else now
    return TrendChart(
        title=title,
        now=_line(closed, len(now), top),
        open=_line(now[-2:], len(now), top, len(now) - 2) if last else "",
        band=_line([high for _, high in band], len(now), top)
        + " "
        + " ".join(reversed(_line([low for low, _ in band], len(now), top).split()))
        if band
        else "",
        then=_line(then, len(now), top) if any(then) else "",
        days=_dates(lang, [day.day for day in found.days]),
        values=tuple(
            AxisLabel(value_words(lang, name, value), f"{100 - 100 * value / top:.1f}%", HEIGHT * (1 - value / top))
            for value in steps
        ),
        readings=tuple(
            DayReading(
                format_date(day.day, "EEEE d MMMM", lang.locale),
                _reading(lang, name, now[n], then[n]),
                f"{100 * n / (len(now) - 1):.2f}%",
                f"{100 - 100 * now[n] / top:.1f}%",
            )
            for n, day in enumerate(found.days)
        ),
    )


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


def _intervals(found: OverviewFigures, name: str) -> list[tuple[float, float]]:
    """The 95 % interval of a share on each day; of other figures none."""
    counts = [counts_of_day(day, name) for day in found.days]
    if any(of is None for _, of in counts):
        return []
    of_one = found.one_in  # counts are estimates: the interval is that of the visitors who were counted
    low, high = wilson([hits // of_one for hits, _ in counts], [(of or 0) // of_one for _, of in counts])
    known = [bool(of) for _, of in counts]
    return [(float(a), float(b)) if there else (0.0, 0.0) for a, b, there in zip(low, high, known, strict=True)]


def _line(values: Sequence[float], of: int, top: float, first: int = 0) -> str:
    """The points of values from the day `first` on, in a drawing of `of` days."""
    return " ".join(
        f"{WIDTH * (first + n) / (of - 1):.1f},{HEIGHT * (1 - value / top):.1f}" for n, value in enumerate(values)
    )


def _dates(lang: Language, days: Sequence[date]) -> tuple[AxisLabel, ...]:
    step = max(1, -(-(len(days) - 1) // (LABELS - 1)))
    at = [n for n in range(0, len(days) - 1, step) if len(days) - 1 - n >= step / 2]
    return tuple(
        AxisLabel(
            format_date(days[n], "d MMM", lang.locale), f"{100 * n / (len(days) - 1):.1f}%", last=n == len(days) - 1
        )
        for n in (*at, len(days) - 1)
    )


def _reading(lang: Language, name: str, now: float, then: float) -> str:
    return lang.text(
        "%(value)s; before %(before)s", value=value_words(lang, name, now), before=value_words(lang, name, then)
    )
