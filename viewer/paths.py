"""Reads which paths are asked for from the parameters of an address: `through=touchpoint:basket&names=12`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from aggregator.answers.paths import ChosenKind, ChosenPlace, PathEnd
from rules.faults import Fault, Faults, fault
from store.journeys import Journey

ENDS: tuple[PathEnd, ...] = get_args(PathEnd)
USUAL_END: PathEnd = "through"
NAMES = (*ENDS, "names")
FEWEST_NAMES, USUAL_NAMES, MOST_NAMES = 1, 5, 12


def usual_place(journey: Journey) -> str:
    """Key of the first measured touchpoint of the last stage before the one that completes a goal; without such a
    stage, of the middle one. "" if nothing is measured."""
    measured = [[one.key for one in stage.touchpoints if one.contacts] for stage in journey.stages]
    goal = next((i for i, stage in enumerate(journey.stages) if stage.completes), len(measured) // 2 + 1)
    before, after = [keys for keys in measured[:goal] if keys], [keys for keys in measured[goal:] if keys]
    return before[-1][0] if before else after[0][0] if after else ""


def parse_paths(query: Mapping[str, str], journey: Journey) -> ChosenPlace | Faults:
    """The place and its end that are asked for, or all faults. Whether a page or event is known is not checked."""
    faults = tuple(_faults(query, journey))
    if faults:
        return Faults(faults)
    end = next((one for one in ENDS if query.get(one)), USUAL_END)
    kind, key = place_of(query.get(end, "") or usual_place(journey))
    return ChosenPlace(kind, key, end, int(query.get("names") or USUAL_NAMES))


def place_of(text: str) -> tuple[ChosenKind, str]:
    """Kind and key of `touchpoint:basket`, `page:shop.example/help`, `event:code_refused`; a text without a kind is a
    page if it has a slash, else the key of a touchpoint."""
    kind, _, key = text.partition(":")
    found: ChosenKind | None = next((one for one in get_args(ChosenKind) if one == kind and key), None)
    if found:
        return found, key
    return ("page" if "/" in text else "touchpoint"), text


def unknown_place(chosen: ChosenPlace) -> Faults:
    """What is said about a page that never had a view, or an event that was never sent."""
    return Faults((fault(chosen.end, "never_sent" if chosen.kind == "event" else "no_views", value=chosen.key),))


def _faults(query: Mapping[str, str], journey: Journey) -> Iterator[Fault]:
    given = [end for end in ENDS if query.get(end)]
    for end in given[1:]:
        yield fault(end, "one_of", given=given[0], allowed=", ".join(ENDS))
    if not given and not usual_place(journey):
        yield fault("through", "missing")
    known = {touchpoint.key for _, touchpoint in journey.touchpoints}
    for end in given[:1]:
        kind, key = place_of(query[end])
        if kind == "touchpoint" and key not in known:
            yield fault(end, "no_touchpoint", value=key)
    names = query.get("names", "")
    if names and not (names.isascii() and names.isdigit() and FEWEST_NAMES <= int(names[:4]) <= MOST_NAMES):
        yield fault("names", "whole_number", value=names, least=FEWEST_NAMES, most=MOST_NAMES)
