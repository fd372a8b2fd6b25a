"""What is measured at a touchpoint: each figure with its interval, its target and since when it is different."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.touchpoint import MetricChange
from aggregator.measures.journey_figures import TouchpointFigures
from aggregator.measures.statistics import FEW
from aggregator.measures.targets import MetricShare, TargetState, target_state
from aggregator.measures.touchpoint_metrics import (
    SHARES,
    TIMES,
    TROUBLES,
    CardMetric,
    share_of_metric,
    so_far_of_metric,
    time_of_metric,
)
from viewer.pages.frame.languages import Language
from viewer.pages.journey.lanes.targets import wanted_words
from viewer.pages.journey.touchpoint.shown import ShownTouchpoint, card_names

METRICS: tuple[CardMetric, ...] = (*SHARES, *TROUBLES, *TIMES)


@dataclass(frozen=True)
class CardFigure:
    """A figure of some visitors or visits. `so_far`: no window has closed yet; it is the share of all until now."""

    figure: MetricShare
    so_far: bool = False


@dataclass(frozen=True)
class MetricRow:
    """`href`: the page with this figure drawn over time; `on`: it is. `value`: "few" where it rests on too few.
    `state`, `target`: whether a target is met, and which; `since`: since when it is different, and what it was before.
    `series`: its values over time."""

    name: str
    href: str
    on: bool
    value: str
    interval: str
    of: str
    state: TargetState
    target: str
    since: str
    series: tuple[float, ...]


def figure_of(figures: TouchpointFigures, metric: CardMetric, goal: str) -> CardFigure | None:
    """A figure of the card; of a median, the interval is the median itself. None where nothing is known."""
    if metric in TIMES:
        found = time_of_metric(figures, metric)
        return None if found.median is None else CardFigure(MetricShare(*(found.median,) * 3, n=found.n))
    share = share_of_metric(figures, metric, goal)
    so_far = None if share else so_far_of_metric(figures, metric, goal)
    known = share or so_far
    return CardFigure(MetricShare(known.share, known.low, known.high, known.of), so_far is not None) if known else None


def metric_rows(shown: ShownTouchpoint, on: CardMetric) -> tuple[MetricRow, ...]:
    """One row for each figure that is measured here."""
    card = shown.card
    found = ((metric, figure_of(card.figures, metric, card.goal)) for metric in METRICS)
    return tuple(_row(shown, metric, figure, metric == on) for metric, figure in found if figure)


def _row(shown: ShownTouchpoint, metric: CardMetric, found: CardFigure, on: bool) -> MetricRow:
    lang, figure = shown.lang, found.figure
    few = figure.n < FEW
    target = next((one for one in shown.touchpoint.targets if one.metric == metric), None)
    change = next((one for one in shown.card.changes if one.metric == metric), None)
    known = None if few or found.so_far else figure
    return MetricRow(
        name=_name(shown, metric, found.so_far),
        href=shown.links.keeping(metric=metric).to(),
        on=on,
        value=lang.text("few") if few else value_of(lang, metric, figure.value),
        interval="" if few or metric in TIMES else lang.between(figure.low, figure.high),
        of=lang.number(figure.n),
        state=target_state(target, known) if target else "unknown",
        target=wanted_words(lang, target) if target else "",
        since=since_words(lang, change) if change else "",
        series=series_of(shown, metric),
    )


def _name(shown: ShownTouchpoint, metric: CardMetric, so_far: bool) -> str:
    name = card_names(shown.lang)[metric]
    if metric == "goal" and shown.card.goal:
        name = shown.lang.text("Reach “%(goal)s”", goal=shown.measured.goal_name(shown.card.goal))
    return shown.lang.text("%(figure)s, so far", figure=name) if so_far else name


def series_of(shown: ShownTouchpoint, metric: CardMetric) -> tuple[float, ...]:
    """Its values over time, for a small line; empty if any span has none, as the line would be of other days."""
    found = [figure_of(one.figures, metric, shown.card.goal) for one in shown.card.spans]
    return tuple(one.figure.value for one in found if one) if all(found) else ()


def value_of(lang: Language, metric: CardMetric, value: float) -> str:
    return lang.span(value) if metric in TIMES else lang.share(value)


def since_words(lang: Language, change: MetricChange) -> str:
    """`since 6 November 33.7%, before 27.0%`."""
    return lang.text(
        "since %(day)s %(after)s, before %(before)s",
        day=lang.day(change.since),
        after=value_of(lang, change.metric, change.after),
        before=value_of(lang, change.metric, change.before),
    )
