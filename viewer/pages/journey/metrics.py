"""Every measured figure of a touchpoint by its name, as targets and cards use it."""

from __future__ import annotations

from aggregator.measures.journey_figures import TouchpointFigures
from aggregator.measures.targets import MetricShare, metric_of
from aggregator.measures.touchpoint_metrics import TIMES
from store.journeys import Metric, Touchpoint
from viewer.pages.frame.languages import Language
from viewer.pages.journey.facts import MapFact
from viewer.pages.journey.measured import MeasuredJourney

MORE: tuple[Metric, ...] = ("bounce", "back", "goal", "path_fit", "engaged", "time_to_next")


def metric_figure(measured: MeasuredJourney, touchpoint: Touchpoint, metric: Metric) -> MetricShare | None:
    """The figure; None if it is not measured or rests on a few only."""
    figures = measured.touchpoint_figures(touchpoint)
    return metric_of(figures, metric, measured.goal) if figures else None


def more_facts(measured: MeasuredJourney, touchpoint: Touchpoint) -> tuple[MapFact, ...]:
    """The figures of a touchpoint that its card shows on demand: those beside the first ones, and the four parts of
    frustration."""
    lang, names = measured.lang, metric_names(measured.lang)
    found = [(names[metric], metric, metric_figure(measured, touchpoint, metric)) for metric in MORE]
    facts = [
        MapFact(name, metric_value(lang, metric, figure), metric_basis(lang, metric, figure))
        for name, metric, figure in found
        if figure
    ]
    figures = measured.touchpoint_figures(touchpoint)
    if figures and not figures.few:
        facts += _troubles(lang, figures)
    return tuple(facts)


def _troubles(lang: Language, figures: TouchpointFigures) -> list[MapFact]:
    _, parts = lang.text, figures.frustration
    named = (
        (_("Dead clicks"), parts.dead),
        (_("Rage clicks"), parts.rage),
        (_("Error after a click"), parts.error),
        (_("Back within 5 s"), parts.quick_back),
    )
    return [
        MapFact(name, lang.share(share.share), lang.between(share.low, share.high))
        for name, share in named
        if share and share.visitors
    ]


def metric_value(lang: Language, metric: Metric, figure: MetricShare) -> str:
    return lang.span(figure.value) if metric in TIMES else lang.share(figure.value)


def metric_basis(lang: Language, metric: Metric, figure: MetricShare) -> str:
    """The interval of a share and what it is of; of a median, of how many."""
    if metric in TIMES:
        return lang.text("median of %(n)s", n=lang.number(figure.n))
    return lang.text("%(interval)s of %(n)s", interval=lang.between(figure.low, figure.high), n=lang.number(figure.n))


def metric_names(lang: Language) -> dict[Metric, str]:
    """What each measured figure is called."""
    _ = lang.text
    return {
        "reach": _("Reached by"),
        "forward": _("Go on"),
        "goal": _("Reach the goal"),
        "exits": _("Visits ending"),
        "bounce": _("Bounce"),
        "back": _("Go back a stage"),
        "frustrated": _("Frustrated"),
        "engaged": _("Time engaged"),
        "time_to_next": _("Time to next"),
        "path_fit": _("On the expected path"),
    }
