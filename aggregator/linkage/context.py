"""Evidence from the surrounding tree: belief propagation (Pearl 1982) over the tree of the nodes.

If the parent is some element, its child is most likely one of that element's children, less likely one level further
down (a wrapper was added), otherwise anywhere. A message leaves out what came from its receiver, so there are no
echoes.
"""

from __future__ import annotations

import numpy as np

from aggregator.linkage.evidence import family_of
from aggregator.linkage.nodes import Nodes
from aggregator.linkage.siblings import FamilyPlaces
from aggregator.shapes.columns import Float32, Float64, Int32, Int64, Mask

GONE = 0.1  # prior share of elements that an edit removes
CHILD, WRAPPED = 0.85, 0.07  # probability that an element is a child, or a grandchild, of its parent's match
ANYWHERE = 1 - CHILD - WRAPPED


def posterior(score: Float32) -> Float32:
    """P f32[N, M] that the node is the element; the remainder to 1 is the probability that it is gone."""
    m = score.shape[1]
    top = np.maximum(score.max(axis=1, initial=0), 0)[:, None]
    likely = np.exp(score - top, dtype=np.float32)
    likely *= np.float32((1 - GONE) / max(1, m))
    likely /= likely.sum(axis=1, keepdims=True) + (GONE * np.exp(-top)).astype(np.float32)
    found: Float32 = likely
    return found


class TreeContext:
    """The two trees, prepared."""

    def __init__(self, nodes: Nodes, elements: Nodes, ours: FamilyPlaces, theirs: FamilyPlaces) -> None:
        self.m = len(elements)
        self.parent = nodes.parent
        order = np.argsort(elements.parent, kind="stable")
        self.children = order[elements.parent[order] >= 0]  # elements with a parent, grouped by parent
        self.starts = np.flatnonzero(np.diff(elements.parent[self.children], prepend=-1))
        self.parents = elements.parent[self.children[self.starts]]
        self.above = np.where(elements.parent >= 0, elements.parent, self.m)  # m: none, and an empty last column
        self.beyond = np.append(self.above, self.m)[self.above]
        self.n_children = np.maximum(self._summed(np.ones(self.m, np.float32)), 1)
        self.n_wrapped = np.maximum(self._summed(self._summed(np.ones(self.m, np.float32))), 1)
        self.top_down = np.concatenate([*_levels(nodes.parent), np.empty(0, np.int64)])
        self.index, self.other_index = ours.index, theirs.index
        self.kind, self.other_kind = (np.array([family_of(t) for t in x.tags]) for x in (nodes, elements))

    def round(self, base: Float32, around: Float32, trust: Float64 | None = None) -> Float32:
        """`base` f32[N, M] nats plus the evidence of the tree.

        `around`: the part of `base` that is not passed up: all nodes below one heading or in one card share it, and
        twenty siblings would count it twenty times. `trust` f64[N]: probability that a node kept its index in its
        parent.
        """
        score = base.copy()
        up = np.zeros_like(score)
        for k in self.top_down[::-1].tolist():
            if self.parent[k] >= 0:
                up[k] = self._up(k, score[k] - around[k], 0.0 if trust is None else float(trust[k]))
                score[self.parent[k]] += up[k]
        for k in self.top_down.tolist():
            above = self.parent[k]
            if above >= 0:
                score[k] += self._down(k, score[above] - up[k], 0.0 if trust is None else float(trust[k]))
        return score

    def _up(self, k: int, score: Float32, trust: float) -> Float32:
        """Evidence of a child for each element as its parent, against the parent being gone."""
        top = max(float(score.max()), 0.0)
        likely = np.exp(score - np.float32(top))
        total = float(likely.sum()) / self.m
        gone = GONE / (1 - GONE) * np.exp(-top)
        inside = self._summed(likely)
        there = (CHILD * (1 - trust)) * inside / self.n_children
        if trust:
            there += (CHILD * trust) * self._summed(np.where(self._same_index(k), likely, np.float32(0)))
        there += WRAPPED * self._summed(inside) / self.n_wrapped
        found: Float32 = np.log((there + np.float32(ANYWHERE * total + gone)) / np.float32(total + gone))
        return found

    def _down(self, k: int, score: Float32, trust: float) -> Float32:
        """Evidence of the parent for each element as its child."""
        top = max(float(score.max()), 0.0)
        of_parent = np.exp(score - np.float32(top)) * np.float32((1 - GONE) / self.m)
        whole = float(of_parent.sum()) + GONE * np.exp(-top)
        of_parent /= np.float32(whole)
        sure = float(of_parent.sum())
        of_parent *= np.float32(self.m)
        there = np.append(of_parent * (CHILD * (1 - trust)) / self.n_children, np.float32(0))[self.above]
        if trust:
            there += np.where(self._same_index(k), CHILD * trust * np.append(of_parent, np.float32(0))[self.above], 0)
        there += np.append(WRAPPED * of_parent / self.n_wrapped, np.float32(0))[self.beyond]
        found: Float32 = np.log(there + np.float32(ANYWHERE * sure + 1 - sure))
        return found

    def _same_index(self, k: int) -> Mask:
        return np.asarray((self.other_index == self.index[k]) & (self.other_kind == self.kind[k]))

    def _summed(self, of_elements: Float32) -> Float32:
        """The sum over the children of each element."""
        found = np.zeros(self.m, np.float32)
        if len(self.starts):
            found[self.parents] = np.add.reduceat(of_elements[self.children], self.starts)
        return found


def _levels(parent: Int32) -> list[Int64]:
    """Nodes by depth, those without a known parent first."""
    levels, left = [], np.flatnonzero(parent < 0)
    depth = np.full(len(parent), -1)
    depth[left] = 0
    while len(left):
        levels.append(left)
        left = np.flatnonzero((depth < 0) & (parent >= 0) & (depth[parent] == len(levels) - 1))
        depth[left] = len(levels)
    return levels
