"""Which element of one layout is which of another: the pictures of two variants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable

import numpy as np

from aggregator.elements import LayoutIndex
from aggregator.fingerprints import FIELDS, parse

_TEXT, _HREF, _LABEL = (FIELDS.index(name) * 2 for name in ("text", "href", "label"))


def pair_elements(a: LayoutIndex, b: LayoutIndex) -> list[tuple[int, int]]:
    """(index in a, index in b) of the same elements, one to one.

    The same key where the fingerprints agree, both ways; of the others those whose fingerprints
    are equal, then those of equal tag and name: where there is just one such on either side.
    """
    if a is b:
        return [(i, i) for i in range(len(a.layout))]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for i, key in enumerate(np.asarray(a.layout.keys).tolist()):
        for j in b.by_key.get(key, []):
            if j not in taken and _agree(a, i, b, j):
                pairs[i] = j
                taken.add(j)
                break
    for naming in (_by_fingerprints, _by_name):
        left = _alone(a, naming, set(pairs))
        right = _alone(b, naming, taken)
        for what in left.keys() & right.keys():
            pairs[left[what]] = right[what]
            taken.add(right[what])
    return sorted(pairs.items())


def _agree(a: LayoutIndex, i: int, b: LayoutIndex, j: int) -> bool:
    return b.agreement(parse(a.layout.fps[i]), j) >= 0 and a.agreement(parse(b.layout.fps[j]), i) >= 0


def _alone(
    index: LayoutIndex, naming: Callable[[LayoutIndex, int], Hashable], without: set[int]
) -> dict[Hashable, int]:
    """What names exactly one element of the layout → its index."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for i in range(len(index.layout)):
        name = naming(index, i)
        if name:
            found[name].append(i)
    return {name: at[0] for name, at in found.items() if len(at) == 1 and at[0] not in without}


def _by_fingerprints(index: LayoutIndex, i: int) -> Hashable:
    """Tag and all fingerprints, where they say who it is: a text, a link or a label."""
    fp = index.layout.fps[i]
    says = any(fp[at : at + 2] not in ("..", "") for at in (_TEXT, _HREF, _LABEL))
    return (index.layout.tags[i], fp) if says else None


def _by_name(index: LayoutIndex, i: int) -> Hashable:
    name = index.layout.names[i].strip()
    return (index.layout.tags[i], name) if name else None
