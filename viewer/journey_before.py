"""A journey beside the period before, of the same length."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import goal_of_journey
from aggregator.measures.journey_periods import PeriodChanges, period_changes
from rules.other_set import before
from store.journeys import Journey
from viewer.journey_maps import JourneyMaps
from viewer.questions import Asked


async def changes_since(maps: JourneyMaps, journey: Journey, asked: Asked, measure: JourneyMeasure) -> PeriodChanges:
    """How the figures of a journey differ from those of the period before. `measure`: that of the question.

    If the period lasts until today, the one before is measured as it was on its last day, so that both have the same
    windows open.
    """
    period = before(asked.question.period, asked.today)
    question, goals = replace(asked.question, period=period), asked.known.goals
    _, until = asked.question.period.span(asked.today)
    earlier = maps.journey_as_of if until >= asked.today else maps.journey_measure
    found = await earlier(journey, question, goals)
    _, goal = goal_of_journey(journey, measure)
    return period_changes(found.figures, measure.figures, targeted(journey), goal)


def targeted(journey: Journey) -> Collection[tuple[int, str]]:
    """(number of a touchpoint, metric) of every target."""
    return [
        (number, target.metric)
        for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)
        for target in touchpoint.targets
    ]
