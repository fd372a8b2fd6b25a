"""Visitors by what can be filtered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.segments import Group, Rule, What

COUNTED: tuple[What, ...] = ("device", "channel", "source", "country", "visitor")  # what is counted by value


@dataclass(frozen=True)
class Narrowing:
    """What narrows a question, in parts: the devices ("" = all), one rule for each quick filter, and the segment."""

    device: str = ""
    filters: tuple[Rule, ...] = ()
    tree: Group | None = None


@dataclass(frozen=True)
class FilterCounts:
    """Visitors of the pages and days of a question.

    `visitors`: with everything that narrows it; `everyone`: on the same devices, with nothing else. `by`: trait →
    value → visitors with everything but the filter of that trait; "" is a value that is not known, and for the device
    all of them. The commonest value comes first. `one_in`: the counts are estimated from one visitor in so many.
    """

    visitors: int = 0
    everyone: int = 0
    by: Mapping[What, Mapping[str, int]] = field(default_factory=dict)
    one_in: int = 1
