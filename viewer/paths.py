"""Reads which paths are asked for from the parameters of an address: `through=touchpoint:basket&names=12`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from aggregator.answers.paths import ChosenKind, ChosenPlace, PathEnd
from rules.faults import Fault, Faults, fault
from rules.find import named
from rules.page import wildcard_faults
from store.journeys import Journey
from store.page_groups import PageGroup

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


def parse_paths(query: Mapping[str, str], journey: Journey, groups: Sequence[PageGroup] = ()) -> ChosenPlace | Faults:
    """The place and its end that are asked for, or all faults. `groups`: the page groups of the site. Whether a page or
    event is known is not checked."""
    faults = tuple(_faults(query, journey, groups))
    if faults:
        return Faults(faults)
    end = next((one for one in ENDS if query.get(one)), USUAL_END)
    kind, key = place_of(query.get(end, "") or usual_place(journey))
    names = int(query.get("names") or USUAL_NAMES)
    group = named(groups, key) if kind == "group" else None
    if group:
        return ChosenPlace(kind, group.key, end, names, group.patterns)
    return ChosenPlace(kind, key, end, names, (key,) if _fits_several(kind, key) else ())


def _fits_several(kind: ChosenKind, key: str) -> bool:
    return kind == "page" and any(mark in key for mark in "*{")


def place_of(text: str) -> tuple[ChosenKind, str]:
    """Kind and key of `touchpoint:basket`, `page:shop.example/help`, `page:/lamps/*`, `group:lamps`,
    `event:code_refused`; a text without a kind is a page if it has a slash, else the key of a touchpoint."""
    kind, _, key = text.partition(":")
    found: ChosenKind | None = next((one for one in get_args(ChosenKind) if one == kind and key), None)
    if found:
        return found, key
    return ("page" if "/" in text else "touchpoint"), text


def unknown_place(chosen: ChosenPlace) -> Faults:
    """What is said about a page that never had a view, or an event that was never sent."""
    return Faults((fault(chosen.end, "never_sent" if chosen.kind == "event" else "no_views", value=chosen.key),))


def _faults(query: Mapping[str, str], journey: Journey, groups: Sequence[PageGroup]) -> Iterator[Fault]:
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
        if kind == "group" and named(groups, key) is None:
            yield fault(end, "no_group", value=key)
        if _fits_several(kind, key):
            yield from wildcard_faults(key, end)
    names = query.get("names", "")
    if names and not (names.isascii() and names.isdigit() and FEWEST_NAMES <= int(names[:4]) <= MOST_NAMES):
        yield fault("names", "whole_number", value=names, least=FEWEST_NAMES, most=MOST_NAMES)
