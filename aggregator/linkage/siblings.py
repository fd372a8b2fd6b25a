"""The position of elements among their siblings: the family (parent and tag), and the index in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.nodes import Nodes, above_of
from aggregator.shapes.columns import Int32

REPEATED = 3  # siblings with one tag, from which they are a list: lists grow and are sorted, other elements stay
_PLACE = re.compile(r":(\d+)$")


@dataclass(frozen=True)
class FamilyPlaces:
    """For each node: the number of its family (-1: an anchor), its index in it from 1 (0: an anchor), and its size."""

    family: Int32
    index: Int32
    size: Int32


def family_places(nodes: Nodes) -> FamilyPlaces:
    """The families of nodes. The size of a family of records is the highest index seen in it."""
    names: dict[tuple[str, str], int] = {}
    family = np.full(len(nodes), -1, np.int32)
    index = np.zeros(len(nodes), np.int32)
    for i, path in enumerate(nodes.paths):
        found = _PLACE.search(path)
        above = above_of(path)
        if found and above:
            family[i] = names.setdefault((above, nodes.tags[i]), len(names))
            index[i] = min(int(found[1]), 1_000_000)
    size = np.zeros(len(names) + 1, np.int32)
    np.maximum.at(size, family, index)
    return FamilyPlaces(family, index, size[family])
