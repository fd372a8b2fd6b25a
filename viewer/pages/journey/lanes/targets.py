"""The lane of targets: what each figure should be, and whether its whole interval is on the right side of that."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.targets import MetricShare, TargetState, target_state
from aggregator.measures.touchpoint_metrics import TIMES
from store.journeys import KpiTarget, Metric, Stage
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import metric_basis, metric_figure, metric_names, metric_value


@dataclass(frozen=True)
class TargetLine:
    """`mark`: ✓ met, ✗ missed, ≈ the target lies inside the interval; "" if the figure is not known."""

    name: str
    state: TargetState
    mark: str
    value: str
    wanted: str
    detail: str


def target_lines(measured: MeasuredJourney, stage: Stage) -> tuple[TargetLine, ...]:
    """The targets of a stage's touchpoints."""
    lines = []
    for touchpoint in stage.touchpoints:
        for target in touchpoint.targets:
            share = metric_figure(measured, touchpoint, target.metric)
            about = measured.lang.words(touchpoint.name, touchpoint.key) if len(stage.touchpoints) > 1 else ""
            lines.append(_line(measured.lang, about, target, share))
    return tuple(lines)


def _line(lang: Language, about: str, target: KpiTarget, share: MetricShare | None) -> TargetLine:
    state = target_state(target, share)
    name = metric_names(lang)[target.metric]
    return TargetLine(
        name=lang.named(about, name) if about else name,
        state=state,
        mark={"met": "✓", "missed": "✗", "inside": "≈", "unknown": ""}[state],
        value=metric_value(lang, target.metric, share) if share else lang.text("not known"),
        wanted=wanted_words(lang, target),
        detail=_detail(lang, target.metric, state, share) if share else "",
    )


def _detail(lang: Language, metric: Metric, state: TargetState, share: MetricShare) -> str:
    return metric_basis(lang, metric, share) + (lang.text(": the target lies inside") if state == "inside" else "")


def wanted_words(lang: Language, target: KpiTarget) -> str:
    """`target at least 70%`."""
    value = lang.span(target.value) if target.metric in TIMES else lang.share(target.value, 0)
    if target.wanted == "least":
        return lang.text("target at least %(value)s", value=value)
    return lang.text("target at most %(value)s", value=value)
