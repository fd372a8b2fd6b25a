"""Reads a walk from the parameters of an address: `way=home,lamps,basket&step=2&outcome=missed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from aggregator.shapes.walks import ALIKE, OfferedWay, Outcome, Ways
from rules.faults import Fault, Faults, fault
from store.journeys import Journey

NAMES = ("way", "step", "outcome")
MOST_STEPS = 9_999


@dataclass(frozen=True)
class WalkAsked:
    """`way`: the keys of its touchpoints in order; none: the first way that is offered. `step`: from 1."""

    way: tuple[str, ...] = ()
    step: int = 1
    outcome: Outcome = ""


def parse_walk(query: Mapping[str, str], journey: Journey) -> WalkAsked | Faults:
    """The walk that is asked for, or all its faults."""
    faults = tuple(_faults(query, journey))
    if faults:
        return Faults(faults)
    return WalkAsked(
        way=_keys(query),
        step=int(query.get("step") or 1),
        outcome=next((one for one in get_args(Outcome) if one == query.get("outcome")), ""),
    )


def chosen_way(asked: WalkAsked, ways: Ways, journey: Journey) -> OfferedWay | Faults | None:
    """The way that is asked for, None if there is none to offer. A way that too few went is a fault."""
    keys = ["", *(touchpoint.key for _, touchpoint in journey.touchpoints)]
    offered = {tuple(keys[n] for n in way.touchpoints): way for way in ways.offered}
    way = offered.get(asked.way) if asked.way else next(iter(ways.offered), None)
    if asked.way and way is None:
        return Faults((fault("way", "few_alike", least=ALIKE),))
    if asked.step > (len(way.touchpoints) if way else 1):
        most = len(way.touchpoints) if way else 1
        return Faults((fault("step", "whole_number", value=asked.step, least=1, most=most),))
    return way


def _keys(query: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(key.strip() for key in query.get("way", "").split(",") if key.strip())


def _faults(query: Mapping[str, str], journey: Journey) -> Iterator[Fault]:
    known = {touchpoint.key for _, touchpoint in journey.touchpoints}
    keys = _keys(query)
    if len(keys) > MOST_STEPS:
        yield fault("way", "many", n=len(keys), most=MOST_STEPS)
    else:
        unknown = next(((n, key) for n, key in enumerate(keys) if key not in known), None)
        if unknown:
            yield fault(f"way.{unknown[0]}", "no_touchpoint", value=unknown[1])
    step = query.get("step", "")
    if step and not (step.isascii() and step.isdigit() and len(step) < 5 and int(step) >= 1):
        yield fault("step", "whole_number", value=step, least=1, most=MOST_STEPS)
    allowed = tuple(one for one in get_args(Outcome) if one)
    if (outcome := query.get("outcome", "")) and outcome not in allowed:
        yield fault("outcome", "choice", value=outcome, allowed=", ".join(allowed))
