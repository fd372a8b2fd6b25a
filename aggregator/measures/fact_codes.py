"""Facts of a journey as numbers, so that equal ones are counted at once, and the values that some of them have.

The code of a fact: fact · 2^24 + a · 2^14 + b · 2^4 + flags (aggregator/shapes/journeys.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aggregator.measures.touch_groups import changes
from aggregator.shapes.journeys import Count, Fact
from aggregator.shapes.touch_columns import Numbers

MOST = (1 << 36) - 1  # of a value: ms of two years
FEW_CODES = 1 << 22  # between the least and the greatest, for which a counter of each takes less time than sorting
Values = Mapping[int, Numbers]  # code, or number of a touchpoint → the values


@dataclass(frozen=True)
class FactCounts:
    """How often (`times`) each of the codes was met, and the values by code. `engaged`: the ms that visitors were
    engaged, by touchpoint."""

    codes: Numbers
    times: Numbers
    values: Values = field(default_factory=dict)
    engaged: Values = field(default_factory=dict)


def code_of(fact: Fact, a: Numbers | int = 0, b: Numbers | int = 0, flags: Numbers | int = 0) -> Numbers:
    """The code of a fact, or those of several; a and b are less than 2^10."""
    return np.asarray((int(fact) << 24) + (a << 14) + (b << 4) + flags)


def key_of(code: int) -> tuple[int, int, int, int]:
    """Fact, a, b and flags of a code."""
    return code >> 24, code >> 14 & 1023, code >> 4 & 1023, code & 15


def counted(codes: Iterable[Numbers]) -> tuple[Numbers, Numbers]:
    """Codes and how often each was met, of arrays that have no code in common."""
    found = [_counts(some) for some in codes if len(some)]
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *(one for one, _ in found)]), np.concatenate([none, *(times for _, times in found)])


def _counts(codes: Numbers) -> tuple[Numbers, Numbers]:
    low, high = int(codes.min()), int(codes.max())
    if high - low < FEW_CODES:
        times = np.bincount(codes - low)
        found = np.flatnonzero(times)
        return found + low, times[found]
    return _summed(codes, np.ones(len(codes), dtype=np.int64))


def _summed(codes: Numbers, times: Numbers) -> tuple[Numbers, Numbers]:
    order = np.argsort(codes)
    begins = np.flatnonzero(changes(codes[order]))
    return codes[order][begins], np.add.reduceat(times[order], begins) if len(begins) else times


def by_number(numbers: Numbers, values: Numbers) -> Iterator[tuple[int, Numbers]]:
    """The values of each number; numbers are less than 2^16, by which numpy sorts in one pass."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    ends = np.cumsum(np.bincount(numbers)) if len(numbers) else numbers
    ordered = np.minimum(values, MOST)[order]
    begin = 0
    for number, end in enumerate(ends.tolist()):
        if end > begin:
            yield number, ordered[begin:end]
        begin = end


def totals(found: Sequence[FactCounts]) -> dict[int, Count]:
    """Code → how often it was met; of those with values, their median and 90th percentile too."""
    codes, times = (np.concatenate([vars(one)[name] for one in found]) for name in ("codes", "times"))
    codes, times = _summed(codes, times)
    counts = {code: Count(n) for code, n in zip(codes.tolist(), times.tolist(), strict=True)}
    return counts | spreads_of([one.values for one in found])


def spreads_of(found: Sequence[Values]) -> dict[int, Count]:
    """Number → how many values it has, with their median and 90th percentile, exact, and interpolated as numpy does."""
    numbers = sorted(set().union(*found))
    return {number: _spread(np.concatenate([one[number] for one in found if number in one])) for number in numbers}


def _spread(values: Numbers) -> Count:
    last = len(values) - 1
    places = [(level * last, int(level * last)) for level in (0.5, 0.9)]
    parted = np.partition(values, sorted({min(below + n, last) for _, below in places for n in (0, 1)}))
    median, p90 = (
        int(parted[below]) + (place - below) * (int(parted[min(below + 1, last)]) - int(parted[below]))
        for place, below in places
    )
    return Count(last + 1, median, p90)
