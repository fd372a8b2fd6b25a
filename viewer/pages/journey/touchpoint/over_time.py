"""One figure of a touchpoint over time: drawn with its intervals and the change, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from babel.dates import format_date

from aggregator.answers.touchpoint import MetricChange, SpanFigures
from aggregator.measures.statistics import FEW
from aggregator.measures.touchpoint_metrics import TIMES, CardMetric
from aggregator.shapes.touchpoint_parts import Span
from viewer.pages.frame.languages import Language
from viewer.pages.frame.trends import (
    HEIGHT,
    WIDTH,
    AxisLabel,
    DayReading,
    TrendChart,
    date_labels,
    value_steps,
)
from viewer.pages.journey.touchpoint.metric_rows import METRICS, CardFigure, figure_of, since_words, value_of
from viewer.pages.journey.touchpoint.shown import ShownTouchpoint, card_names


@dataclass(frozen=True)
class SpanRow:
    """A day or week in the table. `value`: "few" where it rests on too few, "" where nothing is known."""

    day: str
    value: str
    interval: str
    of: str
    changed: bool


@dataclass(frozen=True)
class OverTime:
    """`chart`: None with fewer than two values. `words`: since when it is different."""

    title: str
    chart: TrendChart | None
    words: str
    rows: tuple[SpanRow, ...]


def drawn_metric(shown: ShownTouchpoint) -> CardMetric:
    """The figure that was chosen, else the first that changed, else the most telling one that is known."""
    chosen = (metric for metric in METRICS if metric == shown.chosen)
    changed = (one.metric for one in shown.card.changes)
    first: tuple[CardMetric, ...] = ("forward",) if shown.card.figures.ends_well else ("exits", "forward")
    known = (metric for metric in (*first, *METRICS) if figure_of(shown.card.figures, metric, shown.card.goal))
    return next(chain(chosen, changed, known), "reach")


def over_time(shown: ShownTouchpoint, metric: CardMetric) -> OverTime:
    lang, card = shown.lang, shown.card
    change = next((one for one in card.changes if one.metric == metric), None)
    found = [figure_of(one.figures, metric, card.goal) for one in card.spans]
    title = lang.text("%(figure)s, day by day", figure=card_names(lang)[metric])
    if card.step == "week":
        title = lang.text("%(figure)s, week by week", figure=card_names(lang)[metric])
    return OverTime(
        title=title,
        chart=_chart(shown, metric, title, found, change),
        words=since_words(lang, change) if change else "",
        rows=tuple(_row(lang, metric, one, figure, change) for one, figure in zip(card.spans, found, strict=True)),
    )


def _row(
    lang: Language, metric: CardMetric, one: SpanFigures, found: CardFigure | None, change: MetricChange | None
) -> SpanRow:
    changed = change is not None and change.since == one.span.since.isoformat()
    if found is None:
        return SpanRow(_day(lang, one.span), "", "", lang.number(0), changed)
    few, figure = found.figure.n < FEW, found.figure
    value = lang.text("few") if few else value_of(lang, metric, figure.value)
    if found.so_far and not few:
        value = lang.text("%(share)s so far", share=value)
    interval = "" if few or metric in TIMES else lang.between(figure.low, figure.high)
    return SpanRow(_day(lang, one.span), value, interval, lang.number(figure.n), changed)


def _day(lang: Language, span: Span) -> str:
    if span.since == span.until:
        return str(format_date(span.since, "EEE d MMM", lang.locale))
    return lang.text("%(since)s to %(until)s", since=lang.day(span.since), until=lang.day(span.until))


def _chart(
    shown: ShownTouchpoint,
    metric: CardMetric,
    title: str,
    found: list[CardFigure | None],
    change: MetricChange | None,
) -> TrendChart | None:
    """The line of the values with enough visitors; of those whose windows are open, dashed."""
    lang, spans = shown.lang, shown.card.spans
    known = [(n, one) for n, one in enumerate(found) if one and one.figure.n >= FEW]
    is_share = metric not in TIMES
    most = max((one.figure.high if is_share else one.figure.value for _, one in known), default=0.0)
    steps = value_steps(most)
    if len(known) < 2 or not steps:
        return None
    top, last = steps[-1], max(len(spans) - 1, 1)

    def x(n: int) -> float:
        return WIDTH * n / last

    def line(points: list[tuple[int, float]]) -> str:
        return " ".join(f"{x(n):.1f},{HEIGHT * (1 - value / top):.1f}" for n, value in points)

    closed = [(n, one.figure.value) for n, one in known if not one.so_far]
    so_far = [(n, one.figure.value) for n, one in known if one.so_far]
    outline = [(n, one.figure.high) for n, one in known] + [(n, one.figure.low) for n, one in reversed(known)]
    at = next((n for n, one in enumerate(spans) if change and one.span.since.isoformat() == change.since), None)
    return TrendChart(
        title=title,
        now=line(closed),
        open=line([*closed[-1:], *so_far]) if so_far else "",
        band=line(outline) if is_share else "",
        then="",
        days=date_labels(lang, [one.span.since for one in spans]),
        values=tuple(
            AxisLabel(value_of(lang, metric, step), f"{100 - 100 * step / top:.1f}%", HEIGHT * (1 - step / top))
            for step in steps
        ),
        readings=tuple(_reading(lang, metric, spans[n].span, one, x(n), top) for n, one in known),
        mark=f"{x(at):.1f}" if at is not None else "",
    )


def _reading(lang: Language, metric: CardMetric, span: Span, one: CardFigure, x: float, top: float) -> DayReading:
    figure, value = one.figure, value_of(lang, metric, one.figure.value)
    if metric in TIMES:
        words = lang.text("%(value)s, median of %(n)s", value=value, n=lang.number(figure.n))
    else:
        words = lang.text(
            "%(value)s, 95%%: %(interval)s of %(n)s",
            value=value,
            interval=lang.between(figure.low, figure.high),
            n=lang.number(figure.n),
        )
    return DayReading(_day(lang, span), words, f"{100 * x / WIDTH:.2f}%", f"{100 - 100 * figure.value / top:.1f}%")
