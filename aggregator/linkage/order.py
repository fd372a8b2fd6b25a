"""Equal siblings are told apart by their order, where the page kept it.

Nine cards with the same words cannot be told apart one by one. But nine records of one family fit the
nine children of the parent's partner in just one way without crossing. The best monotone alignment
(Needleman & Wunsch 1970) decides where it is clearly better than the best one without the pair: with
ten children for nine records, all alike, it is not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from aggregator.columns import Float32, Float64, Int32
from aggregator.linkage.choice import LEAD
from aggregator.linkage.nodes import Nodes
from aggregator.linkage.siblings import Places

KEPT = 0.9  # share of families in order, below which nothing is told from order
PRIOR_FAMILIES = 4.0
THERE = 4.0  # nats for a sibling that is still there: ln(0.98 / 0.02); one that nobody touched counts as well
SURE_PARENT = 0.6
PARENT = 0.15  # probability of the parent's pair: with a wrapper around it there are two
SURE = 50.0  # nats of a pair that was chosen before: the alignment goes through it
MOST_CELLS = 1_000_000  # of one alignment; beyond it is left undone


@dataclass(frozen=True)
class Aligned:
    node: int
    element: int
    lead: float  # nats


class Order:
    """Families of nodes and of elements, each by index."""

    def __init__(self, nodes: Nodes, elements: Nodes, ours: Places, theirs: Places) -> None:
        self.nodes, self.elements = nodes, elements
        self.ours, self.theirs = ours, theirs
        families: dict[int, list[int]] = defaultdict(list)
        for i in np.flatnonzero((ours.family >= 0) & (ours.size > 1)).tolist():
            families[int(ours.family[i])].append(i)
        self.families = [
            np.array(sorted(family, key=lambda i: ours.index[i]), np.int64) for family in families.values()
        ]
        self.children: dict[tuple[int, str], list[int]] = defaultdict(list)
        for j, (parent, tag) in enumerate(zip(elements.parent.tolist(), elements.tags, strict=True)):
            self.children[parent, tag].append(j)

    def kept(self, element: Int32) -> float:
        """Share of families of which two or more are sure, together in one parent, and all in order."""
        kept, n = PRIOR_FAMILIES, PRIOR_FAMILIES
        for family in self.families:
            at = element[family]
            at = at[at >= 0]
            together = self.elements.parent[at[1:]] == self.elements.parent[at[:-1]]
            if together.any():
                n += 1
                kept += bool((np.diff(at)[together] > 0).all())
        return kept / n

    def align(self, score: Float32, p: Float32, element: Int32) -> list[Aligned]:
        """What the order decides of the nodes that are not in `element`."""
        if self.kept(element) < KEPT:
            return []
        taken = np.zeros(len(self.elements), bool)
        taken[element[element >= 0]] = True
        found: list[Aligned] = []
        for family in self.families:
            at = element[family]
            if (at >= 0).all():
                continue
            partner = self._partner(p[self.nodes.parent[family[0]]], self.nodes.tags[family[0]])
            there = np.array(self.children.get((partner, self.nodes.tags[family[0]]), []), np.int64)
            found += self._family(family, at, there, taken, score)
        return found

    def _partner(self, p: Float32, tag: str) -> int:
        """The element that the parent is, -1 where that is open. With a wrapper around it there are two:
        then the one that has the children."""
        likely = np.flatnonzero(p >= PARENT)
        if not len(likely) or float(p[likely].sum()) < SURE_PARENT:
            return -1
        if len(likely) > 1 and not (len(likely) == 2 and self.elements.parent[likely[1]] == likely[0]):
            return int(p.argmax()) if p.max() >= SURE_PARENT else -1
        return int(max(likely, key=lambda q: (len(self.children.get((int(q), tag), [])), p[q])))

    def _family(
        self, family: np.ndarray, at: np.ndarray, there: np.ndarray, taken: np.ndarray, score: Float32
    ) -> list[Aligned]:
        size = int(self.ours.size[family[0]])
        if not len(there) or size * len(there) > MOST_CELLS:
            return []
        inside = np.isin(at, there)
        if (np.diff(at[inside]) < 0).any():
            return []
        place = self.ours.index[family] - 1
        pairs = np.full((size, len(there)), THERE, np.float64)  # those that nobody touched fit anywhere
        pairs[place] = -np.inf
        mine = score[np.ix_(family, there)].astype(np.float64)
        mine[:, taken[there]] = -np.inf
        best = mine.max(axis=1, keepdims=True)
        mine = np.where(np.isfinite(mine), THERE + mine - np.where(np.isfinite(best), best, 0), -np.inf)
        mine[mine < 0] = -np.inf
        mine[(at >= 0) & ~inside] = -np.inf  # it was found elsewhere
        mine[inside, np.searchsorted(there, at[inside])] = SURE
        np.maximum.at(pairs, place, mine)
        open_rows = (at < 0).tolist()
        return [
            Aligned(int(node), int(there[column]), lead)
            for row, column, lead in _decided(pairs)
            if lead >= LEAD
            for node, is_open in zip(family[place == row], np.array(open_rows)[place == row], strict=True)
            if is_open
        ]


def _decided(pairs: Float64) -> list[tuple[int, int, float]]:
    """Pairs of the best monotone alignment, and how much worse the best one without each is."""
    before = _best(pairs)  # [n + 1, m + 1]: of the first rows and columns
    after = _best(pairs[::-1, ::-1])[::-1, ::-1]
    found = []
    for row in range(len(pairs)):
        through = before[row, :-1] + pairs[row] + after[row + 1, 1:]
        column = int(np.argmax(through))
        best = through[column]
        without = float((before[row] + after[row + 1]).max())
        through[column] = -np.inf
        lead = float(best - max(without, through.max()))
        if lead > 0:
            found.append((row, column, lead))
    return found


def _best(pairs: Float64) -> Float64:
    """Highest sum of a monotone alignment of the first rows with the first columns; unpaired counts nothing."""
    n, m = pairs.shape
    best = np.zeros((n + 1, m + 1))
    for row in range(n):
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], best[row, :-1] + pairs[row]))
    return best
