"""A share of visitors with its interval."""

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


def share_of(visitors: int, of: int) -> ShareOf | None:
    """The share of `visitors` of `of`; None of nobody."""
    if not of:
        return None
    low, high = wilson(visitors, of)
    return ShareOf(visitors, of, visitors / of, float(low), float(high))
