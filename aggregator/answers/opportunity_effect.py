"""What shipping an opportunity changed: three figures of its place, before and after.

The rule and its reasons: docs/decisions/0034-what-an-opportunity-may-win.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from msgspec.structs import replace

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import goal_of_journey
from aggregator.measures.journey_figures import TouchpointFigures
from aggregator.measures.journey_periods import ALARM, MORE_IS_WORSE, UNTESTED, adjusted_of
from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.measures.touchpoint_metrics import TIMES, share_of_metric, so_far_of_metric
from store.journeys import FrozenFigure, Journey, Metric, Opportunity, Stage, Touchpoint

MOST = 3  # figures of one opportunity


class PlaceMetric(NamedTuple):
    """A share of a touchpoint by its name. `goal`: id of the goal of the metric `goal`."""

    metric: Metric
    goal: str = ""


@dataclass(frozen=True)
class MeasuredPlace:
    """Where the figures of an opportunity are read: the touchpoint `number` of `journey`. Of a stage with several
    touchpoints, that is a journey in which each stage has become one touchpoint."""

    journey: Journey
    number: int
    touchpoint: Touchpoint
    stage: int


@dataclass(frozen=True)
class EffectFigure:
    """One figure before and after. `after` and `difference` are None until the days after are over, or if nobody came;
    `difference` is None too where either is of fewer than `FEW`.

    `adjusted`: its p-value, adjusted for the figures of the opportunity; None where it is not tested, as of shares of
    visits. `beyond_chance`: the interval leaves out 0 and `adjusted` is at most 5 %; `worse`: and more visitors do what
    they should not, or fewer do what they should. `kept`: `before` was stored when it was shipped."""

    metric: Metric
    goal: str
    before: ShareOf
    kept: bool
    after: ShareOf | None = None
    difference: ShareDifference | None = None
    adjusted: float | None = None
    beyond_chance: bool | None = None
    worse: bool = False


def measured_place(journey: Journey, one: Opportunity) -> MeasuredPlace | None:
    """None if the place is no longer on the map, or is a stage without touchpoints."""
    stage = next((stage for stage in journey.stages if stage.key == one.stage), None)
    if stage is None or not stage.touchpoints:
        return None
    if not one.touchpoint and len(stage.touchpoints) > 1:
        return _place(_with_merged_stages(journey), stage.key)
    return _place(journey, one.touchpoint or stage.touchpoints[0].key)


def place_metrics(
    place: MeasuredPlace, measure: JourneyMeasure, targets: tuple[Metric, ...] = (), goal: str = ""
) -> tuple[PlaceMetric, ...]:
    """The shares that matter most at a place, at most three: who goes on, or reaches the goal where the journey ends;
    who is frustrated; then the goal of the linked experiment, the targets of the touchpoint, visits ending, reach.

    `targets`: metrics with a target. `goal`: id of the goal of the linked experiment."""
    found = dict.fromkeys(_by_weight(place, measure, targets, goal))
    return tuple(found)[:MOST]


def share_at(place: MeasuredPlace, measure: JourneyMeasure, wanted: PlaceMetric) -> ShareOf | None:
    """A share of a place: of the visitors whose window has closed, or of all so far while nobody's has."""
    figures = _figures(place, measure)
    if wanted.metric in TIMES or figures is None:
        return None
    goal = wanted.goal or goal_of_journey(place.journey, measure)[1]
    return share_of_metric(figures, wanted.metric, goal) or so_far_of_metric(figures, wanted.metric, goal)


def compared_figures(
    before: Mapping[PlaceMetric, tuple[ShareOf, bool]], after: Mapping[PlaceMetric, ShareOf | None]
) -> tuple[EffectFigure, ...]:
    """Each figure `before` (with whether it was kept) beside that `after`. They are looked at together, so their
    p-values are adjusted (Benjamini and Hochberg)."""
    differences = {}
    for key, (old, _kept) in before.items():
        new = after.get(key)
        if new and min(old.of, new.of) >= FEW:
            differences[key] = share_difference(old.visitors, old.of, new.visitors, new.of)
    adjusted = adjusted_of({key: one for key, one in differences.items() if key.metric not in UNTESTED})
    return tuple(
        _compared(EffectFigure(*key, old, kept, after.get(key)), differences.get(key), adjusted.get(key))
        for key, (old, kept) in before.items()
    )


def frozen_figure(key: PlaceMetric, share: ShareOf, since: str, until: str) -> FrozenFigure:
    """A figure as an opportunity keeps it."""
    return FrozenFigure(key.metric, share.of, share.visitors, since, until, key.goal)


def _compared(one: EffectFigure, found: ShareDifference | None, adjusted: float | None) -> EffectFigure:
    if found is None:
        return one
    apart = found.low > 0 or found.high < 0
    beyond = apart and adjusted <= ALARM if adjusted is not None else None
    worse = bool(beyond) and (found.diff > 0) == (one.metric in MORE_IS_WORSE)
    return EffectFigure(one.metric, one.goal, one.before, one.kept, one.after, found, adjusted, beyond, worse)


def _by_weight(
    place: MeasuredPlace, measure: JourneyMeasure, targets: tuple[Metric, ...], goal: str
) -> Iterator[PlaceMetric]:
    end, ends_with = goal_of_journey(place.journey, measure)
    if place.stage < end:
        yield PlaceMetric("forward")
    elif place.stage == end and ends_with:
        yield PlaceMetric("goal", ends_with)
    yield PlaceMetric("frustrated")
    if goal in measure.figures.goals:
        yield PlaceMetric("goal", goal)
    yield from (PlaceMetric(metric, ends_with if metric == "goal" else "") for metric in targets if metric not in TIMES)
    figures = _figures(place, measure)
    if figures and not figures.ends_well:
        yield PlaceMetric("exits")
    yield PlaceMetric("reach")
    yield PlaceMetric("back")


def _figures(place: MeasuredPlace, measure: JourneyMeasure) -> TouchpointFigures | None:
    return measure.figures.touchpoints.get(place.number)


def _place(journey: Journey, key: str) -> MeasuredPlace | None:
    numbered = enumerate(journey.touchpoints, 1)
    return next((MeasuredPlace(journey, n, one, stage) for n, (stage, one) in numbered if one.key == key), None)


def _with_merged_stages(journey: Journey) -> Journey:
    """The journey with one touchpoint for each stage, which has its contacts. Touchpoints of a stage follow each other,
    so the same contacts belong to the same stage. Its id is that of no journey that is stored."""
    return replace(journey, id=f"{journey.id}/stages", stages=tuple(_merged(stage) for stage in journey.stages))


def _merged(stage: Stage) -> Stage:
    if not stage.touchpoints:
        return stage
    pages = tuple(page for one in stage.touchpoints for page in one.pages)
    matchers = tuple(matcher for one in stage.touchpoints for matcher in one.matchers)
    return replace(stage, touchpoints=(Touchpoint(stage.key, stage.name, pages, matchers),))
