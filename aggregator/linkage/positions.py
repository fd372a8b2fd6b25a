"""Places in the tree count last, and only as much as places in that part of the page were kept.

Used from the start, they would confirm each other through the context: after a list grew at its head, one in six
visible elements was wrong (docs/aggregator.md).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.nodes import Nodes
from aggregator.linkage.siblings import REPEATED, FamilyPlaces
from aggregator.shapes.columns import Float64, Int32

PRIOR_PAIRS = 2.0  # weight of the part of the tree above, in pairs
LEAST_CERTAIN = 2  # items in their places that show that a list stayed, whatever became of the others
MORE = 0.5  # factor where the list has more items now than were ever touched
_HIGHEST = 0.993


@dataclass(frozen=True)
class ListEvidence:
    """`shown` i32[N]: elements that nodes were found on, or that contain what was found in them; `kept`: share of lists
    that are in order, 0 where lists may have been sorted without a sign of it."""

    shown: Int32
    kept: float


def trust_in_places(
    nodes: Nodes, elements: Nodes, ours: FamilyPlaces, theirs: FamilyPlaces, element: Int32, lists: ListEvidence
) -> Float64:
    """f64[N]: probability that a node kept its index in its parent, learned from certain pairs with certain parents.

    Learned for lists and for other elements separately, and per part of the tree, shrunk to the part above. What is
    known of `lists` counts more: one with items elsewhere was sorted, and the others may have been.
    """
    has = np.flatnonzero((element >= 0) & (nodes.parent >= 0))
    has = has[element[nodes.parent[has]] >= 0]
    at, above = element[has], element[nodes.parent[has]]
    direct = elements.parent[at] == above
    wrapped = ~direct & (elements.parent[at] >= 0) & (elements.parent[elements.parent[at]] == above)
    stayed = direct & (ours.index[has] == theirs.index[at])
    stayed |= wrapped & (ours.index[has] == theirs.index[elements.parent[at]])
    is_list = ours.size >= REPEATED
    is_list[element >= 0] |= theirs.size[element[element >= 0]] >= REPEATED
    trust = np.zeros(len(nodes))
    count = Counter(zip(elements.parent.tolist(), elements.tags, strict=True))
    for kind in (False, True):
        these = is_list[has] == kind
        found = _in_parts(nodes.parent, has[these], stayed[these])
        trust[is_list == kind] = found[is_list == kind]
    touched = np.bincount(ours.family + 1)[ours.family + 1]
    for i in np.flatnonzero((nodes.parent >= 0) & is_list).tolist():
        there = count[int(element[nodes.parent[i]]), nodes.tags[i]] if element[nodes.parent[i]] >= 0 else 0
        if there and there != ours.size[i]:
            trust[i] *= MORE * (1 - (touched[i] - 1) / ours.size[i]) if there > ours.size[i] > 0 else 0.0
    families, of = np.unique(ours.family, return_inverse=True)
    seen = np.flatnonzero(is_list & (lists.shown >= 0))
    certain = np.bincount(of[seen], minlength=len(families))
    in_place = np.bincount(of[seen], ours.index[seen] == theirs.index[lists.shown[seen]], len(families))
    trust = np.where(
        is_list & (in_place < certain)[of], np.minimum(trust, (in_place / (certain + PRIOR_PAIRS))[of]), trust
    )
    trust[is_list & (certain < LEAST_CERTAIN)[of]] *= lists.kept
    return np.clip(trust, 1 - _HIGHEST, _HIGHEST)


def _in_parts(parent: Int32, which: Int32, stayed: np.ndarray) -> Float64:
    """Share that stayed among each node's siblings, shrunk to its part of the tree, and that to the part above."""
    total, same = np.zeros(len(parent)), np.zeros(len(parent))
    for i, stays in zip(which.tolist(), stayed.tolist(), strict=True):
        at = int(parent[i])
        while at >= 0:
            total[at] += 1
            same[at] += stays
            at = int(parent[at])
    whole = (stayed.sum() + 1.0) / (len(which) + 2.0)
    below = np.full(len(parent), np.nan)  # trust among the children of each node
    for i in range(len(parent)):
        line, at = [], i
        while at >= 0 and np.isnan(below[at]):
            line.append(at)
            at = int(parent[at])
        above = float(below[at]) if at >= 0 else float(whole)
        for node in reversed(line):
            above = below[node] = (same[node] + PRIOR_PAIRS * above) / (total[node] + PRIOR_PAIRS)
    return np.where(parent >= 0, below[parent], whole)
