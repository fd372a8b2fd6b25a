"""Several shares of two sets each, chosen in advance: the pooled test of each, adjusted for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.statistics import benjamini_hochberg
from aggregator.measures.variant_tests import RATE


@dataclass(frozen=True)
class ShareTest:
    """A difference of a family. `q`: its p-value adjusted for all that were tested (Benjamini and Hochberg 1995), None
    where too few; the share of false ones among those called a difference is at most 5 %."""

    difference: ShareDifference
    q: float | None

    @property
    def verdict(self) -> Literal["more", "less", "none", "few"]:
        """What `b` is against `a`."""
        if self.q is None:
            return "few"
        if self.q > RATE:
            return "none"
        return "more" if self.difference.diff > 0 else "less"


def share_tests(pairs: Sequence[tuple[int, int, int, int]]) -> list[ShareTest]:
    """Compare the shares of pairs (a, na, b, nb): `a` of `na` visitors against `b` of `nb`."""
    found = [share_difference(*pair) for pair in pairs]
    p = [one.p for one in found if one.p is not None]
    q = iter(benjamini_hochberg(np.array(p)).tolist())
    return [ShareTest(one, None if one.p is None else next(q)) for one in found]
