"""The shares of a journey beside those of the period before, and which of them raise an alarm.

Many shares are compared at once, so their p-values are adjusted (Benjamini & Hochberg): docs/statistics.md, "Journeys".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from aggregator.measures.change import FigureChange, SummedFigure, change_of_total
from aggregator.measures.journey_figures import JourneyFigures, StageFigures, TouchpointFigures, WindowShare
from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW, benjamini_hochberg
from store.journeys import Metric

ALARM = 0.05  # the adjusted p of an alarm, at most

ChangedMetric = Literal["reach", "forward", "goal", "frustrated", "exits"]
MORE_IS_WORSE: frozenset[Metric] = frozenset({"frustrated", "exits", "bounce", "back"})
# Visits of one visitor are not independent of each other, so a share of visits is shown and not tested.
UNTESTED: frozenset[Metric] = frozenset({"exits", "bounce"})


@dataclass(frozen=True)
class ShareChange:
    """A share before (`a` of `na`) and now (`b` of `nb`), their difference with its 95 % interval, and its p-value as
    adjusted for all shares of the journey; None where it is not tested. `worse`: it raises an alarm."""

    difference: ShareDifference
    adjusted: float | None
    worse: bool


@dataclass(frozen=True)
class PeriodChanges:
    """Shares by the index of the stage and the number of the touchpoint, then by metric; a share that either period
    does not have, or has of fewer than `FEW`, is left out. `visitors_of_stage` and `visitors_of_touchpoint`: how their
    numbers changed; `before`: the whole figures of the period before."""

    before: JourneyFigures
    visitors_of_stage: Mapping[int, FigureChange | None]
    visitors_of_touchpoint: Mapping[int, FigureChange | None]
    stages: Mapping[int, Mapping[ChangedMetric, ShareChange]] = field(default_factory=dict)
    touchpoints: Mapping[int, Mapping[ChangedMetric, ShareChange]] = field(default_factory=dict)


Shares = ShareOf | WindowShare | None
Place = tuple[Literal["stage", "touchpoint"], int]
K = TypeVar("K")


def period_changes(
    before: JourneyFigures, now: JourneyFigures, targeted: Collection[tuple[int, str]] = (), goal: str = ""
) -> PeriodChanges:
    """Compare two periods of a journey. `targeted`: (touchpoint, metric) that have a target, which decides about their
    alarm instead. `goal`: id of the goal that the shares of the metric `goal` are of."""
    found: dict[tuple[Place, ChangedMetric], ShareDifference] = {}
    for i, (old_stage, stage) in enumerate(zip(before.stages, now.stages, strict=True)):
        _compare(found, ("stage", i), _of_stage(old_stage, goal), _of_stage(stage, goal))
    for n, touchpoint in now.touchpoints.items():
        old = _of_touchpoint(before.touchpoints[n], goal)
        _compare(found, ("touchpoint", n), old, _of_touchpoint(touchpoint, goal))
    adjusted = adjusted_of({key: one for key, one in found.items() if key[1] not in UNTESTED})
    decided = _targeted(targeted)
    changes = {key: _change(key[1], one, adjusted.get(key), key in decided) for key, one in found.items()}
    return PeriodChanges(
        before,
        {i: _total(one.visitors, before.stages[i].visitors) for i, one in enumerate(now.stages)},
        {n: _total(one.visitors, before.touchpoints[n].visitors) for n, one in now.touchpoints.items()},
        _of_kind(changes, "stage"),
        _of_kind(changes, "touchpoint"),
    )


def adjusted_of(found: Mapping[K, ShareDifference]) -> dict[K, float]:
    """The p-values of differences that are looked at together, adjusted; without those of too few visitors."""
    tested = {key: one.p for key, one in found.items() if one.p is not None}
    return dict(zip(tested, benjamini_hochberg(list(tested.values())).tolist(), strict=True))


def _total(now: int, before: int) -> FigureChange | None:
    """Each visitor counts once."""
    return change_of_total(SummedFigure(now, now), SummedFigure(before, before))


def _targeted(targeted: Collection[tuple[int, str]]) -> set[tuple[Place, str]]:
    return {(("touchpoint", n), metric) for n, metric in targeted}


def _of_kind(
    changes: Mapping[tuple[Place, ChangedMetric], ShareChange], kind: str
) -> dict[int, dict[ChangedMetric, ShareChange]]:
    made: dict[int, dict[ChangedMetric, ShareChange]] = {}
    for ((its, n), metric), change in changes.items():
        if its == kind:
            made.setdefault(n, {})[metric] = change
    return made


def _compare(
    found: dict[tuple[Place, ChangedMetric], ShareDifference],
    place: Place,
    before: Mapping[ChangedMetric, Shares],
    now: Mapping[ChangedMetric, Shares],
) -> None:
    for metric, shares in now.items():
        old, share = _of_a_kind(before[metric], shares)
        if share and old and min(share.of, old.of) >= FEW:
            found[place, metric] = share_difference(old.visitors, old.of, share.visitors, share.of)


def _of_a_kind(before: Shares, now: Shares) -> tuple[ShareOf | None, ShareOf | None]:
    """The two shares; within a window, both of those whose window has closed, or both so far if nobody's has."""
    if isinstance(before, WindowShare) and isinstance(now, WindowShare):
        if before.share is None and now.share is None:
            return before.so_far, now.so_far
        return before.share, now.share
    return (None, None) if isinstance(before, WindowShare) or isinstance(now, WindowShare) else (before, now)


def _change(metric: ChangedMetric, one: ShareDifference, adjusted: float | None, has_target: bool) -> ShareChange:
    beyond = one.low > 0 if metric in MORE_IS_WORSE else one.high < 0
    worse = beyond and adjusted is not None and adjusted <= ALARM and not has_target
    return ShareChange(one, adjusted, worse)


def _of_stage(stage: StageFigures, goal: str) -> dict[ChangedMetric, Shares]:
    return {"forward": stage.forward, "goal": stage.goals.get(goal)}


def _of_touchpoint(one: TouchpointFigures, goal: str) -> dict[ChangedMetric, Shares]:
    return {
        "reach": one.reach,
        "forward": one.forward,
        "goal": one.goals.get(goal),
        "frustrated": one.frustration.any,
        "exits": one.exits,
    }
