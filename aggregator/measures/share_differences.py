"""One share of two sets, chosen in advance: the pooled test and Newcombe's interval (docs/statistics.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.measures.statistics import expected_floor, newcombe, two_proportion_z
from aggregator.measures.variant_tests import FLOOR

LEVEL = 0.95


@dataclass(frozen=True)
class ShareDifference:
    """`a` of `na` and `b` of `nb` visitors; `diff` = b/nb − a/na with its 95 % interval, `p` None where too few.

    `share_a` and `share_b` are None for an empty set.
    """

    a: int
    na: int
    b: int
    nb: int
    share_a: float | None
    share_b: float | None
    diff: float
    low: float
    high: float
    p: float | None


def share_difference(a: int, na: int, b: int, nb: int) -> ShareDifference:
    """Compare one share of two sets."""
    one, other = np.array([a], float), np.array([b], float)
    _, p = two_proportion_z(one, na, other, nb)
    low, high = newcombe(one, na, other, nb, LEVEL)
    tested = min(na, nb) > 0 and bool(expected_floor(one, na, other, nb, FLOOR)[0])
    share_a, share_b = a / na if na else None, b / nb if nb else None
    return ShareDifference(
        a=a,
        na=na,
        b=b,
        nb=nb,
        share_a=share_a,
        share_b=share_b,
        diff=(share_b or 0.0) - (share_a or 0.0),
        low=float(low[0]),
        high=float(high[0]),
        p=float(p[0]) if tested else None,
    )
