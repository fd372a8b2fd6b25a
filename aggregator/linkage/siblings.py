"""Where elements stand among their siblings: the family (parent and tag), and the index in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.nodes import Nodes, above_of
from aggregator.shapes.columns import Int32

_PLACE = re.compile(r":(\d+)$")


@dataclass(frozen=True)
class FamilyPlaces:
    """Of each node: its family as a number (-1: an anchor), its index there from 1 (0: an anchor), the size of it."""

    family: Int32
    index: Int32
    size: Int32


def family_places(nodes: Nodes) -> FamilyPlaces:
    """The size of a family of records is the highest index that was seen of it."""
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
