"""The targets of a future state against what is measured today, and the path that it expects against the real one."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import goal_of_journey
from aggregator.measures.journey_figures import TouchpointFigures
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.measures.targets import MetricShare, TargetState, metric_of, target_state
from store.journeys import Journey, KpiTarget

REAL_SHOWN = 3  # touchpoints that really come next


@dataclass(frozen=True)
class TargetGap:
    """A target of the future, and the same figure `today` with its interval; None if it is not measured. `missing`: how
    far the figure is from the target, above 0 if it does not reach it (a share, or ms)."""

    target: KpiTarget
    today: MetricShare | None
    state: TargetState
    missing: float | None


@dataclass(frozen=True)
class RealNext:
    """A touchpoint that comes next, and the share of those who left for another one."""

    touchpoint: str
    share: ShareOf


@dataclass(frozen=True)
class PathGap:
    """What should follow a touchpoint, the share `fit` of those who went on to any touchpoint and took one of these,
    and where most went. `fit` is None of fewer than `FEW` visitors."""

    expected: tuple[str, ...]
    fit: ShareOf | None
    real: tuple[RealNext, ...]


def target_gaps(today: Journey, measure: JourneyMeasure, future: Journey) -> dict[str, tuple[TargetGap, ...]]:
    """The targets of each touchpoint of the future by its key. `measure`: that of the map of today; a touchpoint that
    is not on it has no figure."""
    numbers = {touchpoint.key: n for n, (_, touchpoint) in enumerate(today.touchpoints, 1)}
    _, goal = goal_of_journey(today, measure)
    found = {}
    for _, touchpoint in future.touchpoints:
        figures = measure.figures.touchpoints[numbers[touchpoint.key]] if touchpoint.key in numbers else None
        if touchpoint.targets:
            found[touchpoint.key] = tuple(_target_gap(target, figures, goal) for target in touchpoint.targets)
    return found


def path_gaps(journey: Journey, measure: JourneyMeasure) -> dict[str, PathGap]:
    """Of each touchpoint that expects something to follow, by its key. `measure`: that of the same journey."""
    keys = {n: touchpoint.key for n, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    found = {}
    for n, (_, touchpoint) in enumerate(journey.touchpoints, 1):
        if not touchpoint.expected_next:
            continue
        figures = measure.figures.touchpoints[n]
        fit = figures.fit if figures.fit and figures.fit.of >= FEW else None
        found[touchpoint.key] = PathGap(touchpoint.expected_next, fit, _real(figures, keys) if fit else ())
    return found


def _target_gap(target: KpiTarget, figures: TouchpointFigures | None, goal: str) -> TargetGap:
    today = metric_of(figures, target.metric, goal) if figures else None
    missing = None
    if today is not None:
        missing = target.value - today.value if target.wanted == "least" else today.value - target.value
    return TargetGap(target, today, target_state(target, today), missing)


def _real(figures: TouchpointFigures, keys: dict[int, str]) -> tuple[RealNext, ...]:
    shares = [(keys[n], step.next.share or step.next.so_far) for n, step in figures.steps.items()]
    known = [RealNext(key, share) for key, share in shares if share and share.visitors]
    return tuple(sorted(known, key=lambda one: -one.share.share)[:REAL_SHOWN])
