"""A figure of a touchpoint, and whether it meets its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.measures.journey_figures import Spread, TouchpointFigures
from aggregator.measures.statistics import FEW
from aggregator.measures.touchpoint_metrics import TIMES, share_of_metric, time_of_metric
from store.journeys import KpiTarget, Metric

TargetState = Literal["met", "missed", "inside", "unknown"]


@dataclass(frozen=True)
class MetricShare:
    """A share of `n` visitors or visits with its 95 % interval; or a median of `n` values, which has no interval: `low`
    and `high` are the median itself."""

    value: float
    low: float
    high: float
    n: int


def metric_of(figures: TouchpointFigures, metric: Metric, goal: str = "") -> MetricShare | None:
    """A figure of a touchpoint; None if it is not measured or rests on fewer than `FEW` visitors. `goal`: the id of the
    goal that the metric `goal` is about."""
    if figures.few:
        return None
    if metric in TIMES:
        return _median(time_of_metric(figures, metric))
    share = share_of_metric(figures, metric, goal)
    return MetricShare(share.share, share.low, share.high, share.of) if share and share.of >= FEW else None


def target_state(target: KpiTarget, share: MetricShare | None) -> TargetState:
    """Met or missed only if the whole interval lies on one side of the target."""
    if share is None:
        return "unknown"
    if share.low <= target.value <= share.high:
        return "inside"
    return "met" if (share.value > target.value) == (target.wanted == "least") else "missed"


def _median(spread: Spread) -> MetricShare | None:
    if spread.median is None or spread.n < FEW:
        return None
    return MetricShare(spread.median, spread.median, spread.median, spread.n)
