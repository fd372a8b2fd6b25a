"""Views and visitors of groups of pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroupTotal:
    """A group of a question by its number, from 1; 0: the pages that are in no group. `busiest`: the page with most
    visitors."""

    number: int
    addresses: int
    visitors: int
    views: int
    clicks: int
    busiest: str


@dataclass(frozen=True)
class SetTotal:
    """The addresses of a set of pages, and their distinct visitors."""

    addresses: int = 0
    visitors: int = 0
