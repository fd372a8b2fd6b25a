"""The test of two variants, element by element. Method and figures: docs/statistics.md.

An element is tested by the share of exposed visitors who used it: a visitor counts once, however often they clicked.
The procedure of Benjamini and Hochberg keeps the share of false flags at 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aggregator.measures.statistics import (
    benjamini_hochberg,
    expected_floor,
    false_coverage_level,
    newcombe,
    two_proportion_z,
)
from aggregator.shapes.columns import Float64, Int64, Mask

RATE = 0.05  # false discoveries among the flagged
FLOOR = 10  # expected users of an element in the smaller variant

Verdict = Literal["more", "less", "none", "few", "only_a", "only_b", "early", "srm", "step"]


@dataclass(frozen=True)
class VariantTests:
    """Columns of E elements. `diff` = b − a with the interval `low`…`high`, all at one `level`: 95 %, and higher where
    elements are flagged, because those were selected (false-coverage rate, Benjamini and Yekutieli 2005). `q` is nan
    where `tested` is false (too few). `relative` = b/a − 1, nan where a is 0."""

    diff: Float64
    low: Float64
    high: Float64
    relative: Float64
    p: Float64
    q: Float64
    tested: Mask
    flagged: Mask
    level: float

    def verdict(self, i: int) -> Verdict:
        if not self.tested[i]:
            return "few"
        if not self.flagged[i]:
            return "none"
        return "more" if self.diff[i] > 0 else "less"


def compare_variants(a: Int64, na: int, b: Int64, nb: int, rate: float = RATE, floor: float = FLOOR) -> VariantTests:
    """Compare E elements: `a`, `b` are their users among the `na`, `nb` exposed visitors of the variants."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if len(a) and (max(a.max(), 0) > na or max(b.max(), 0) > nb):
        raise ValueError("An element has more users than its variant has visitors.")
    tested = expected_floor(a, na, b, nb, floor) & (min(na, nb) > 0)
    _, p = two_proportion_z(a, na, b, nb)
    q = np.full(len(a), np.nan)
    q[tested] = benjamini_hochberg(p[tested])
    flagged = tested & (np.nan_to_num(q, nan=1.0) <= rate)
    level = 1 - rate
    if flagged.any():
        level = false_coverage_level(int(flagged.sum()), int(tested.sum()), rate)
    low, high = newcombe(a, na, b, nb, level)
    pa, pb = a / max(na, 1), b / max(nb, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(a > 0, pb / pa - 1, np.nan)
    return VariantTests(pb - pa, low, high, relative, np.where(tested, p, np.nan), q, tested, flagged, level)
