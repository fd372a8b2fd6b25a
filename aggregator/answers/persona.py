"""A persona beside the others: the figures of the visitors of a map who are not this persona, and how both differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.answers.journey import JourneyMeasure, measure_journey
from aggregator.measures.journey_figures import JourneyFigures
from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.shares import ShareOf
from aggregator.queries.chosen_rows import chosen_others
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey
from store.segments import Goal


@dataclass(frozen=True)
class PersonaDifference:
    """A share of the persona (b) beside that of the others (a): who reached the `goal`, who went on from a stage
    (`forward`), who was `frustrated` at a touchpoint. `key`: of the goal, the stage or the touchpoint."""

    what: Literal["goal", "forward", "frustrated"]
    key: str
    shares: ShareDifference


def measure_others(
    store: Store,
    journey: Journey,
    scope: SiteScope,
    persona: SiteScope,
    goals: tuple[Goal, ...] = (),
    now: datetime | None = None,
) -> JourneyMeasure:
    """The journey of the visitors of `scope` of whom `persona` selects nothing; `persona` has the same days."""
    with chosen_others(store, scope, persona) as others:
        return measure_journey(store, journey, others, goals, now)


def persona_differences(
    journey: Journey, everyone: JourneyFigures, persona: JourneyFigures, others: JourneyFigures
) -> tuple[PersonaDifference, ...]:
    """The shares that are compared, whatever they turn out to be: who reached the goal of the map, who went on from
    each stage before it, and who was frustrated at the touchpoint where most of everyone were."""
    return tuple(_differences(journey, everyone, persona, others))


def _differences(
    journey: Journey, everyone: JourneyFigures, persona: JourneyFigures, others: JourneyFigures
) -> Iterator[PersonaDifference]:
    goal = journey.main_goal
    if goal in persona.goals and goal in others.goals:
        yield from _one("goal", goal, persona.goals[goal].visitors, others.goals[goal].visitors)
    end = next((i for i, stage in enumerate(journey.stages) if stage.completes), len(journey.stages) - 1)
    for i, stage in enumerate(journey.stages[:end]):
        yield from _one("forward", stage.key, persona.stages[i].forward.share, others.stages[i].forward.share)
    known = {n: one.frustration.any for n, one in everyone.touchpoints.items() if not one.few}
    worst = max((n for n, one in known.items() if one and one.visitors), key=lambda n: _share(known[n]), default=None)
    if worst is not None:
        mine, theirs = (one.touchpoints[worst].frustration.any for one in (persona, others))
        yield from _one("frustrated", journey.touchpoints[worst - 1][1].key, mine, theirs)


def _share(one: ShareOf | None) -> float:
    return one.share if one else 0.0


def _one(
    what: Literal["goal", "forward", "frustrated"], key: str, mine: ShareOf | None, theirs: ShareOf | None
) -> Iterator[PersonaDifference]:
    if mine and theirs:
        yield PersonaDifference(what, key, share_difference(theirs.visitors, theirs.of, mine.visitors, mine.of))
