"""The lane of steps to the goal: how many touchpoints visitors needed until they reached it."""

from __future__ import annotations

from aggregator.measures.statistics import FEW
from rules.journey_steps import expected_steps
from store.journeys import Stage
from viewer.pages.journey.facts import MapFact
from viewer.pages.journey.measured import MeasuredJourney


def goal_steps(measured: MeasuredJourney, stage: Stage) -> tuple[MapFact, ...]:
    """Of the goal that is reached in a stage: the median and nine in ten of the touchpoints until then, beside how many
    the expected path has. Empty for other stages, and of few visitors."""
    lang, goal = measured.lang, measured.stage_row(stage).goal if measured.figures.stages else None
    known = measured.measure.goals.get(goal.id) if measured.measure and goal else None
    if known is None or known.touches.n < FEW:
        return ()
    _, touches = lang.text, known.touches
    basis = lang.plural("of %(num)s visitor", "of %(num)s visitors", touches.n)
    named = ((_("Steps, median"), touches.median), (_("9 in 10 within"), touches.p90))
    facts = [MapFact(name, lang.number(value), basis) for name, value in named if value is not None]
    if expected := expected_steps(measured.journey, stage):
        facts.append(MapFact(_("Expected path"), lang.number(expected)))
    return tuple(facts)
