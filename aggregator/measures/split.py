"""Where a split of visitors among variants went wrong: on which devices, browsers, days or from which referrers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.measures.statistics import srm

ALARM = 0.001  # p below which a split is broken
FROM = 100  # visitors: below, the check says nothing

Counts = Mapping[str, int]  # variant → visitors


@dataclass(frozen=True)
class SplitPart:
    """The visitors with one value of a dimension (`device`, `browser`, `day`, `referrer`), by variant.

    `p` of the planned shares among them, `rest_p` among all others (None below 100 visitors). The gap `sits_here` if
    these are split wrongly and the others are not.
    """

    dimension: str
    value: str
    exposed: Counts
    p: float | None
    rest_p: float | None
    sits_here: bool


def split_p(exposed: Counts, shares: Mapping[str, float]) -> float | None:
    """p of the planned shares; None below 100 visitors."""
    counts = [exposed.get(key, 0) for key in shares]
    if sum(counts) < FROM or min(shares.values()) <= 0:
        return None
    return srm(counts, list(shares.values()))


def split_parts(
    parts: Sequence[tuple[str, str, Counts]], exposed: Counts, shares: Mapping[str, float]
) -> tuple[SplitPart, ...]:
    """The parts (dimension, value, visitors by variant) that are split wrongly, worst first; `exposed`: all."""
    found = []
    for dimension, value, counts in parts:
        p = split_p(counts, shares)
        rest = split_p({key: exposed.get(key, 0) - counts.get(key, 0) for key in shares}, shares)
        if p is not None and p < ALARM:
            found.append(SplitPart(dimension, value, counts, p, rest, rest is not None and rest >= ALARM))
    return tuple(sorted(found, key=lambda one: (not one.sits_here, one.p, one.dimension, one.value)))
