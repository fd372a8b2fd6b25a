"""Ranges of visitors: their numbers are spread evenly over 64 bits, so that equal ranges have about as many of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

_ALL = 1 << 64


@dataclass(frozen=True)
class VisitorRange:
    """The visitors with a number from `first` up to and including `last`."""

    first: int = 0
    last: int = _ALL - 1

    def split(self, parts: int) -> list[VisitorRange]:
        """As many ranges of equal size, in order."""
        size = self.last + 1 - self.first
        bounds = [self.first + size * n // parts for n in range(parts + 1)]
        return [VisitorRange(begin, end - 1) for begin, end in pairwise(bounds)]


ONE_IN_TEN_VISITORS = VisitorRange(0, _ALL // 10 - 1)
