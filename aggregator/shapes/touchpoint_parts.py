"""The parts that the visitors of one touchpoint are counted in: days or weeks, devices and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from aggregator.shapes.journeys import Facts
from store.devices import ANY_DEVICE
from store.zones import Zone

Step = Literal["day", "week"]
DAYS_OF: Mapping[Step, int] = {"day": 1, "week": 7}
MOST_DAYS = 92  # of a period that is shown day by day; a longer one is shown week by week
MOST_SPANS = 800  # numbers of parts have ten bits
CHANNELS = ("direct", "search", "ai", "social", "mail", "referral", "paid", "campaign")
UNKNOWN = "unknown"  # the device or channel of a visitor without a view in the period, or of another name


@dataclass(frozen=True)
class Span:
    """Some days in a row, both ends included."""

    since: date
    until: date


def spans_of(since: date, until: date, step: Step) -> tuple[Span, ...]:
    """The days of a period, or its weeks: seven days each, the last of which ends with the period; the first may be
    shorter. Of a longer period than MOST_SPANS, the last ones."""
    days, last = DAYS_OF[step], until
    found: list[Span] = []
    while last >= since and len(found) < MOST_SPANS:
        found.append(Span(max(since, last - timedelta(days=days - 1)), last))
        last -= timedelta(days=days)
    return tuple(reversed(found))


def usual_step(since: date, until: date) -> Step:
    return "day" if (until - since).days < MOST_DAYS else "week"


@dataclass(frozen=True)
class Parts:
    """The parts by number: the spans from 0, then the devices, then the channels."""

    spans: tuple[Span, ...]
    devices: tuple[str, ...] = (*ANY_DEVICE, UNKNOWN)
    channels: tuple[str, ...] = (*CHANNELS, UNKNOWN)

    @property
    def first_device(self) -> int:
        return len(self.spans)

    @property
    def first_channel(self) -> int:
        return len(self.spans) + len(self.devices)

    def begins(self, zone: Zone) -> list[int]:
        """When each span begins, ms since 1970."""
        return [zone.midnight(span.since) for span in self.spans]


@dataclass(frozen=True)
class PartFacts:
    """The facts of a touchpoint in each part, in the order of the parts."""

    spans: tuple[Facts, ...]
    devices: Mapping[str, Facts]
    channels: Mapping[str, Facts]


@dataclass(frozen=True)
class CameFrom:
    """Of the `visitors` of a touchpoint, how many touched each other one at some time before their first hit, at most a
    window earlier (`ever`), and immediately before it (`directly`); 0: none at all."""

    visitors: int
    directly: Mapping[int, int]
    ever: Mapping[int, int]

    @cached_property
    def others(self) -> list[int]:
        return sorted({*self.directly, *self.ever} - {0})
