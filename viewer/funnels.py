"""Reads a funnel from the parameters of an address: `steps=home,event:order&order=any&window_days=7&split=device`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from aggregator.answers.funnel import FunnelAsked
from aggregator.answers.funnel_sets import FunnelSet, variant_sets
from aggregator.shapes.funnels import FEWEST_STEPS, MOST_STEPS, SplitBy
from rules.faults import Fault, Faults, fault
from rules.funnel_steps import element_step, with_steps
from rules.resolve import Known
from store.journeys import Journey
from store.records import Experiment
from store.segments import Group
from viewer.element_names import ElementNames
from viewer.questions import Asked, Questions

NAMES = ("steps", "order", "window_days", "split")
_COMMA = "%2C"  # a comma in a step
ORDERS = ("given", "any")
WINDOW_DAYS = (1, 365)


@dataclass(frozen=True)
class FunnelReading:
    """A funnel as understood. `journey`: with the steps that are none of its touchpoints as touchpoints of their own,
    before all others. `sets`: of the variants or segments that it is split by."""

    journey: Journey
    funnel: FunnelAsked
    sets: tuple[FunnelSet, ...] = ()


def usual_steps(journey: Journey) -> tuple[str, ...]:
    """The first measured touchpoint of each stage, up to the last touchpoint of the stage that completes a goal."""
    goal = next((i for i, stage in enumerate(journey.stages) if stage.completes), len(journey.stages))
    steps: list[str] = []
    for stage in journey.stages[: goal + 1]:
        measured = [touchpoint.key for touchpoint in stage.touchpoints if touchpoint.pages]
        steps += measured[:1]
        if stage.completes:
            steps += measured[1:][-1:]
    return tuple(steps[:MOST_STEPS])


def joined_steps(steps: Sequence[str]) -> str:
    """Steps as one parameter; a page may have a comma."""
    return ",".join(step.replace(",", _COMMA) for step in steps)


async def read_funnel(
    questions: Questions, elements: ElementNames, asked: Asked, journey: Journey, query: Mapping[str, str]
) -> FunnelReading | Faults:
    """The funnel that is asked for, or all its faults. `elements`: names those that are steps."""
    clicks = [action for step in _steps(query, journey)[:MOST_STEPS] if (action := element_step(step))]
    found = parse_funnel(query, journey, asked.known, await elements.of_actions(asked.known, clicks))
    if isinstance(found, Faults) or found.funnel.split != "segment":
        return found
    segments = asked.known.segments
    every = await questions.with_tree(asked, Group(groups=tuple(one.tree for one in segments)))
    names = every.question.names
    return replace(found, sets=tuple(FunnelSet(one.id, names.resolved(one.tree)) for one in segments))


def parse_funnel(
    query: Mapping[str, str], journey: Journey, known: Known, elements: Mapping[str, str]
) -> FunnelReading | Faults:
    """The funnel that is asked for, without the sets of segments; or all its faults. `elements`: key → name."""
    steps = _steps(query, journey)
    whole = with_steps(journey, steps[:MOST_STEPS], known, elements)
    faults = (*_steps_faults(steps), *(whole if isinstance(whole, Faults) else ()), *_faults(query, known))
    if faults or isinstance(whole, Faults):
        return Faults(faults)
    split, _, of = query.get("split", "").partition(":")
    experiment = _experiment(known, of) if split == "variant" else None
    funnel = FunnelAsked(
        steps=steps,
        window_days=int(query.get("window_days") or journey.window_days),
        in_any_order=query.get("order") == "any",
        split=next((one for one in get_args(SplitBy) if one == split), ""),
        of=experiment.id if experiment else "",
    )
    sets = variant_sets(experiment.id, [one.key for one in experiment.variants]) if experiment else ()
    return FunnelReading(whole, funnel, sets)


def _experiment(known: Known, id: str) -> Experiment | None:
    """The experiment with an id; without one, that which began last."""
    if id:
        return next((one for one in known.experiments if one.id == id), None)
    return max(known.experiments, key=lambda one: (one.started, one.id), default=None)


def _steps(query: Mapping[str, str], journey: Journey) -> tuple[str, ...]:
    given = (key.strip().replace(_COMMA, ",") for key in query.get("steps", "").split(","))
    return tuple(key for key in given if key) or usual_steps(journey)


def _steps_faults(steps: Sequence[str]) -> Iterator[Fault]:
    if len(steps) > MOST_STEPS:
        yield fault("steps", "many", n=len(steps), most=MOST_STEPS)
    elif len(steps) < FEWEST_STEPS:
        yield fault("steps", "few", n=len(steps), least=FEWEST_STEPS)


def _faults(query: Mapping[str, str], known: Known) -> Iterator[Fault]:
    days = query.get("window_days", "")
    if days and not (
        days.isascii() and days.isdigit() and len(days) < 6 and WINDOW_DAYS[0] <= int(days) <= WINDOW_DAYS[1]
    ):
        yield fault("window_days", "whole_number", value=days, least=WINDOW_DAYS[0], most=WINDOW_DAYS[1])
    if (order := query.get("order", "")) and order not in ORDERS:
        yield fault("order", "choice", value=order, allowed=", ".join(ORDERS))
    allowed = [one for one in get_args(SplitBy) if one] + [f"variant:{one.id}" for one in known.experiments]
    if (split := query.get("split", "")) and split not in allowed:
        yield fault("split", "choice", value=split, allowed=", ".join(allowed))
