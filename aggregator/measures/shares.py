"""Shares of visitors with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.measures.statistics import wilson
from aggregator.shapes.columns import Int64


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
    return shares_of(np.array([visitors], np.int64), np.array([of], np.int64))[0]


def shares_of(visitors: Int64, of: Int64) -> list[ShareOf | None]:
    """The share of each of the `visitors` of each of the `of`, i64[N]: a page has thousands of elements."""
    columns = (visitors, of, visitors / np.maximum(of, 1), *wilson(visitors, of))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [ShareOf(x, n, share, low, high) if n else None for x, n, share, low, high in rows]
