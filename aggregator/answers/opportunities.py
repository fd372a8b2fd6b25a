"""What is measured of the opportunities of a journey: the figure of their place now, and what they may win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aggregator.answers.journey import JourneyMeasure
from aggregator.measures.journey_figures import WindowShare
from aggregator.measures.may_win import DevicePlace, MayWin, win_by_device, win_by_target
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from store.journeys import Journey, Metric, Opportunity

# Why there is no range: it is not open any more; nothing goes on from its place; too few visitors; there is neither a
# target nor a device to hold it against; its place already does as well.
NoWin = Literal["", "closed", "at_end", "few", "nothing_like", "as_good"]
OPEN = ("idea", "planned", "testing")


@dataclass(frozen=True)
class PlaceFigure:
    """A figure of a stage or touchpoint: `metric` is `forward`, or `goal` in the stage that completes the goal with
    this id. `so_far`: nobody's window has closed, so the share is that of all until now: at least so many will have."""

    metric: Metric
    visitors: int
    share: ShareOf | None
    so_far: bool
    goal: str = ""


@dataclass(frozen=True)
class OpportunityFigures:
    """`now`: the figure of its place; None where nothing goes on. `win`: what it may win; None for the reason
    `no_win`."""

    now: PlaceFigure | None
    win: MayWin | None
    no_win: NoWin = ""


def opportunity_figures(
    journey: Journey, measure: JourneyMeasure, devices: Mapping[str, JourneyMeasure]
) -> dict[str, OpportunityFigures]:
    """The figures of every opportunity by its key. `devices`: the same measure on each device; empty if the question
    counts one device only."""
    return {one.key: _figures(journey, one, measure, devices) for one in journey.opportunities}


def place_figure(journey: Journey, one: Opportunity, measure: JourneyMeasure) -> PlaceFigure | None:
    """Who goes on from the place of an opportunity, or reaches the goal there; None where nothing goes on: after the
    goal, and in the last stage of a journey without one. A place that is no longer on the map has none either."""
    index = next((i for i, stage in enumerate(journey.stages) if stage.key == one.stage), -1)
    numbers = {touchpoint.key: n for n, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    if index < 0 or (one.touchpoint and one.touchpoint not in numbers):
        return None
    figures = measure.figures.touchpoints[numbers[one.touchpoint]] if one.touchpoint else measure.figures.stages[index]
    end, goal = goal_of_journey(journey, measure)
    if index > end or (index == end and not goal):
        return None
    if index < end:
        return _place("forward", figures.visitors, figures.forward)
    return _place("goal", figures.visitors, figures.goals[goal], goal)


def goal_of_journey(journey: Journey, measure: JourneyMeasure) -> tuple[int, str]:
    """(index of the stage in which the journey ends, id of the goal that is reached there): the last stage that
    completes a goal, else the last one that holds a goal, else the last one, without a goal."""
    known = measure.figures.goals
    completed = [(i, stage.completes) for i, stage in enumerate(journey.stages) if stage.completes in known]
    held = [(journey.touchpoints[n - 1][0], goal.id) for n, goal in sorted(measure.holders.items())]
    return max(completed or held, default=(len(journey.stages) - 1, ""))


def _place(metric: Metric, visitors: int, found: WindowShare, goal: str = "") -> PlaceFigure:
    return PlaceFigure(metric, visitors, found.share or found.so_far, found.share is None, goal)


def _figures(
    journey: Journey, one: Opportunity, measure: JourneyMeasure, devices: Mapping[str, JourneyMeasure]
) -> OpportunityFigures:
    now = place_figure(journey, one, measure)
    if one.state not in OPEN:
        return OpportunityFigures(now, None, "closed")
    if now is None:
        return OpportunityFigures(None, None, "at_end")
    if now.share is None or now.share.of < FEW:
        return OpportunityFigures(now, None, "few")
    win = _win(journey, one, now, now.share, devices)
    if win is None:
        return OpportunityFigures(now, None, "nothing_like")
    return OpportunityFigures(now, win) if win.high > 0 else OpportunityFigures(now, None, "as_good")


def _win(
    journey: Journey, one: Opportunity, now: PlaceFigure, own: ShareOf, devices: Mapping[str, JourneyMeasure]
) -> MayWin | None:
    wanted = [
        target.value
        for _, touchpoint in journey.touchpoints
        if touchpoint.key == one.touchpoint
        for target in touchpoint.targets
        if target.metric == now.metric and target.wanted == "least"
    ]
    if wanted:
        return win_by_target(now.visitors, own, max(wanted))
    places = {name: place_figure(journey, one, found) for name, found in devices.items()}
    return win_by_device(
        {name: _on_device(place, so_far=now.so_far) for name, place in places.items() if place is not None}
    )


def _on_device(place: PlaceFigure, *, so_far: bool) -> DevicePlace:
    """A device whose windows are open while those of others have closed, or the reverse, cannot be compared."""
    return DevicePlace(place.visitors, place.share if place.so_far == so_far else None)
