"""The events that a site's pages sent, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class EventTotals:
    """The events with one name: `times`, by how many `visitors`; `times_squared` is the sum over visitors.

    `valued` of them had a value: `value` is the sum of these, `median` their median.
    """

    name: str
    times: int
    visitors: int
    times_squared: int
    valued: int
    value: float
    median: float


@dataclass(frozen=True)
class EventDay:
    name: str
    day: date
    times: int


@dataclass(frozen=True)
class EventPage:
    """Where events with a name were sent. `pages`: on how many pages in all."""

    name: str
    page: str
    times: int
    visitors: int
    pages: int


@dataclass(frozen=True)
class EventAccount:
    """Events received = bots + excluded + outside (of other visitors than those asked for) + counted."""

    received: int
    bots: int
    excluded: int
    outside: int
    counted: int
