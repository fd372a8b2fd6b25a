"""Reads a walk from the parameters of an address: `way=home,lamps,basket&step=2&outcome=missed`, or
`page=shop.example/basket` for the ways of the visitors on a heatmap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from aggregator.shapes.walks import ALIKE, OfferedWay, Outcome, Ways
from rules.faults import Fault, Faults, fault
from rules.find import named
from store.journeys import Journey
from store.page_groups import PageGroup
from store.pages import selects

NAMES = ("way", "step", "outcome", "page")
MOST_STEPS = 9_999


@dataclass(frozen=True)
class WalkAsked:
    """`way`: the keys of its touchpoints in order; none: the first way that is offered. `step`: from 1; 0 for the usual
    one. `page`: the page, pattern or page group of a heatmap; only ways through its touchpoint, `through`, are
    offered."""

    way: tuple[str, ...] = ()
    step: int = 0
    outcome: Outcome = ""
    page: str = ""
    through: str = ""

    def step_of(self, way: OfferedWay | None, journey: Journey) -> int:
        """The stop that is shown: the one asked for, else the first one at the page, else the first one."""
        if self.step or not (way and self.through):
            return self.step or 1
        return 1 + [journey.touchpoints[n - 1][1].key for n in way.touchpoints].index(self.through)


def parse_walk(query: Mapping[str, str], journey: Journey, groups: Sequence[PageGroup] = ()) -> WalkAsked | Faults:
    """The walk that is asked for, or all its faults. `groups`: the page groups of the site."""
    page, faults = query.get("page", ""), tuple(_faults(query, journey))
    through = touchpoint_of(journey, page, groups) if page else ""
    if page and not through:
        faults = (*faults, fault("page", "no_touchpoint", value=page))
    if faults:
        return Faults(faults)
    return WalkAsked(
        way=_keys(query),
        step=int(query.get("step") or 0),
        outcome=next((one for one in get_args(Outcome) if one == query.get("outcome")), ""),
        page=page,
        through=through,
    )


def touchpoint_of(journey: Journey, page: str, groups: Sequence[PageGroup] = ()) -> str:
    """Key of the first touchpoint that claims a page, a pattern or a page of a page group; "" if none does."""
    group = named(groups, page)
    pages = group.patterns if group else (page,)
    return next((one.key for _, one in journey.touchpoints if any(selects(one.patterns, text) for text in pages)), "")


def ways_through(asked: WalkAsked, ways: Ways, journey: Journey) -> Ways:
    """The ways that are offered: those through the touchpoint that is asked for, if one is."""
    numbers = [n for n, (_, one) in enumerate(journey.touchpoints, 1) if one.key == asked.through]
    if not numbers:
        return ways
    return replace(ways, offered=tuple(way for way in ways.offered if numbers[0] in way.touchpoints))


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
