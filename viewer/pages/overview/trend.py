"""The trend of one figure, drawn by day over that of the period before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from aggregator.answers.overview import OverviewFigures
from aggregator.measures.statistics import wilson
from viewer.pages.frame.languages import Language
from viewer.pages.frame.trends import HEIGHT, AxisLabel, DayReading, TrendChart, date_labels, line_of, value_steps
from viewer.pages.overview.figures import COUNTS, counts_of_day, figure_name, of_day, value_words


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
        now=line_of(closed, len(now), top),
        open=line_of(now[-2:], len(now), top, len(now) - 2) if last else "",
        band=line_of([high for _, high in band], len(now), top)
        + " "
        + " ".join(reversed(line_of([low for low, _ in band], len(now), top).split()))
        if band
        else "",
        then=line_of(then, len(now), top) if any(then) else "",
        days=date_labels(lang, [day.day for day in found.days]),
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


def _intervals(found: OverviewFigures, name: str) -> list[tuple[float, float]]:
    """The 95 % interval of a share on each day; of other figures none."""
    counts = [counts_of_day(day, name) for day in found.days]
    if any(of is None for _, of in counts):
        return []
    of_one = found.one_in  # counts are estimates: the interval is that of the visitors who were counted
    low, high = wilson([hits // of_one for hits, _ in counts], [(of or 0) // of_one for _, of in counts])
    known = [bool(of) for _, of in counts]
    return [(float(a), float(b)) if there else (0.0, 0.0) for a, b, there in zip(low, high, known, strict=True)]


def _reading(lang: Language, name: str, now: float, then: float) -> str:
    return lang.text(
        "%(value)s; before %(before)s", value=value_words(lang, name, now), before=value_words(lang, name, then)
    )
