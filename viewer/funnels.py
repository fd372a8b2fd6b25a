"""Reads a funnel from the parameters of an address: `steps=home,basket&order=any&window_days=7&split=device`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from aggregator.answers.funnel import FunnelAsked
from aggregator.shapes.funnels import FEWEST_STEPS, MOST_STEPS, SplitBy
from rules.faults import Fault, Faults, fault
from store.journeys import Journey

NAMES = ("steps", "order", "window_days", "split")
_ORDERS = ("given", "any")
_DAYS = (1, 365)


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


def parse_funnel(query: Mapping[str, str], journey: Journey) -> FunnelAsked | Faults:
    """The funnel that is asked for, or all its faults."""
    faults = tuple(_faults(query, journey))
    if faults:
        return Faults(faults)
    return FunnelAsked(
        steps=_steps(query, journey),
        window_days=int(query.get("window_days") or journey.window_days),
        in_any_order=query.get("order") == "any",
        split=next((one for one in get_args(SplitBy) if one == query.get("split")), ""),
    )


def _steps(query: Mapping[str, str], journey: Journey) -> tuple[str, ...]:
    given = tuple(key.strip() for key in query.get("steps", "").split(",") if key.strip())
    return given or usual_steps(journey)


def _faults(query: Mapping[str, str], journey: Journey) -> Iterator[Fault]:
    known = {touchpoint.key: touchpoint for _, touchpoint in journey.touchpoints}
    steps = _steps(query, journey)
    if len(steps) > MOST_STEPS:
        yield fault("steps", "many", n=len(steps), most=MOST_STEPS)
    elif len(steps) < FEWEST_STEPS:
        yield fault("steps", "few", n=len(steps), least=FEWEST_STEPS)
    for n, key in enumerate(steps[:MOST_STEPS]):
        if key not in known:
            yield fault(f"steps.{n}", "no_touchpoint", value=key)
    days = query.get("window_days", "")
    if days and not (days.isascii() and days.isdigit() and len(days) < 6 and _DAYS[0] <= int(days) <= _DAYS[1]):
        yield fault("window_days", "whole_number", value=days, least=_DAYS[0], most=_DAYS[1])
    if (order := query.get("order", "")) and order not in _ORDERS:
        yield fault("order", "choice", value=order, allowed=", ".join(_ORDERS))
    splits = tuple(one for one in get_args(SplitBy) if one)
    if (split := query.get("split", "")) and split not in splits:
        yield fault("split", "choice", value=split, allowed=", ".join(splits))
