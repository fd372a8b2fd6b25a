"""Compares sets of classes by weighted Jaccard similarity: rare classes weigh more."""

from __future__ import annotations

from collections import Counter

import numpy as np

from aggregator.linkage.nodes import Nodes
from aggregator.shapes.columns import Float64
from aggregator.shapes.fingerprints import CLASSES_ONE_SIDED, MOST_CLASSES

Set = frozenset[int] | None  # None: unknown


class Classes:
    """The distinct sets of both sides; `of` i64[N] and `at` i64[M] say which set each node and element has."""

    def __init__(self, nodes: Nodes, elements: Nodes) -> None:
        counts = Counter(c for classes in elements.classes for c in classes or ())
        m = max(1, len(elements))
        ours = list(dict.fromkeys(nodes.classes))
        theirs = list(dict.fromkeys(elements.classes))
        self.of, self.at = _numbers(nodes.classes, ours), _numbers(elements.classes, theirs)
        weight = {c: float(np.log((m + 1) / max(counts[c], 1))) for group in (*ours, *theirs) for c in group or ()}
        shared = np.zeros((len(ours), len(theirs)))
        mine, other = _holders(ours), _holders(theirs)
        for c in mine.keys() & other.keys():
            shared[np.ix_(mine[c], other[c])] += weight[c]
        total = _weights(ours, weight)[:, None] + _weights(theirs, weight)[None, :] - shared
        self.alike = shared / np.maximum(total, 1e-9)
        self.shared = np.minimum(shared, MOST_CLASSES)
        self.unknown = np.array([c is None for c in ours])
        empty_a, empty_b = (np.array([c is not None and not c for c in sets]) for sets in (ours, theirs))
        self.both_empty = empty_a[:, None] & empty_b[None, :]
        self.one_empty = empty_a[:, None] ^ empty_b[None, :]

    def table(self, keep: float) -> Float64:
        """Nats of each distinct set of the nodes with each of the elements."""
        loss = np.log(1 - keep)
        nats = self.alike * self.shared + (1 - self.alike) * loss
        nats[self.one_empty] = CLASSES_ONE_SIDED * loss
        nats[self.both_empty] = 0
        nats[self.unknown] = 0
        return np.asarray(nats)


def _numbers(classes: list[Set], distinct: list[Set]) -> np.ndarray:
    number = {c: n for n, c in enumerate(distinct)}
    return np.array([number[c] for c in classes], np.int64)


def _holders(sets: list[Set]) -> dict[int, list[int]]:
    """Class → the numbers of the sets that contain it."""
    held: dict[int, list[int]] = {}
    for n, group in enumerate(sets):
        for c in group or ():
            held.setdefault(c, []).append(n)
    return held


def _weights(sets: list[Set], weight: dict[int, float]) -> Float64:
    return np.array([sum(weight[c] for c in group or ()) for group in sets])
