"""Who a question is about, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exposed:
    """Who had a view of the pages: the denominator of every rate. `devices`: visitors by device, where that is known
    without another query."""

    visitors: int
    views: int
    page_h: int  # median height of the page among views about as wide as the picture; 0 without any
    cut: int  # events that trackers had to drop
    devices: Mapping[str, int] | None = None


@dataclass(frozen=True)
class LeftOut:
    """Points that the question itself leaves out, as the store counts them.

    `bots_by_reason`: the bots by their reason (store/robots.py), the commonest first. `bots_taken_in`: the bots that
    are included because the question asks for them, likewise.
    """

    excluded: int = 0
    outside: int = 0
    bots_by_reason: Mapping[str, int] = field(default_factory=dict)
    bots_taken_in: Mapping[str, int] = field(default_factory=dict)

    @property
    def bots(self) -> int:
        return sum(self.bots_by_reason.values())
