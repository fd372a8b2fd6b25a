"""Shares of visitors with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.statistics import wilson


@dataclass(frozen=True)
class ShareOf:
    """`visitors` of `of` visitors: `share`, with its 95 % Wilson interval from `low` to `high`."""

    visitors: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class GoalShares:
    """An element and a goal: of those who `clicked` the element, and of those who had it in view but never clicked it
    (`only_saw`), the share who reached the goal afterwards. None of nobody. It happened afterwards, not therefore."""

    clicked: ShareOf | None
    only_saw: ShareOf | None


def share_of(visitors: int, of: int) -> ShareOf | None:
    """The share of `visitors` of `of`; None of nobody."""
    if not of:
        return None
    low, high = wilson(visitors, of)
    return ShareOf(visitors, of, visitors / of, float(low), float(high))
