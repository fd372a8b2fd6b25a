"""All figures of a journey by the keys of its stages and touchpoints."""

from __future__ import annotations

from typing import Any

from aggregator.answers.journey import JourneyMeasure
from aggregator.measures.journey_periods import PeriodChanges
from store.journeys import Journey
from viewer.api.figures import plain


def figures_json(journey: Journey, measure: JourneyMeasure) -> dict[str, Any]:
    """The figures of a journey, whose touchpoints and stages have keys instead of numbers."""
    figures = measure.figures
    keys = {number: touchpoint.key for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    stages = [stage.key for stage in journey.stages]
    return {
        "visitors": figures.visitors,
        "visits": figures.visits,
        "stages": {
            key: plain(one) | {"until_ms": {stages[later]: plain(spread) for later, spread in one.until_ms.items()}}
            for key, one in zip(stages, figures.stages, strict=True)
        },
        "touchpoints": {
            keys[number]: plain(one) | {"steps": {keys[to]: plain(step) for to, step in one.steps.items()}}
            for number, one in figures.touchpoints.items()
        },
        "goals": plain(figures.goals),
        "whole": plain(figures.whole),
        "holds": {keys[number]: goal.id for number, goal in measure.holders.items()},
    }


def changes_json(journey: Journey, changes: PeriodChanges) -> dict[str, Any]:
    """The period before: its visitors, and how each share and number of visitors differs, by key."""
    keys = {number: touchpoint.key for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    before = changes.before
    return {
        "visitors": before.visitors,
        "stages": {
            stage.key: {
                "visitors": before.stages[i].visitors,
                "visitors_change": plain(changes.visitors_of_stage[i]),
                "shares": plain(changes.stages.get(i, {})),
            }
            for i, stage in enumerate(journey.stages)
        },
        "touchpoints": {
            keys[n]: {
                "visitors": before.touchpoints[n].visitors,
                "visitors_change": plain(change),
                "shares": plain(changes.touchpoints.get(n, {})),
            }
            for n, change in changes.visitors_of_touchpoint.items()
        },
    }
