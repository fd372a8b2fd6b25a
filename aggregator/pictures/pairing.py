"""Which elements of two layouts are the same: for the pictures of two variants."""

from __future__ import annotations

import weakref
from collections import defaultdict

from aggregator.linkage.matching import match_layouts
from aggregator.placing.elements import LayoutIndex

Pairs = list[tuple[int, int]]
_known: weakref.WeakKeyDictionary[LayoutIndex, weakref.WeakKeyDictionary[LayoutIndex, Pairs]] = (
    weakref.WeakKeyDictionary()
)


def pair_elements(a: LayoutIndex, b: LayoutIndex) -> Pairs:
    """(index in a, index in b) of the same elements, one to one. Pairs are kept as long as both layouts are."""
    if a is b:
        return [(i, i) for i in range(len(a.layout))]
    of_a = _known.setdefault(a, weakref.WeakKeyDictionary())
    if b not in of_a:
        element = match_layouts(a.layout, b.layout).element
        pairs = {i: j for i, j in enumerate(element.tolist()) if j >= 0}
        # Names are only known from pictures, never from visitors' browsers: they decide about the elements left over.
        left, right = _unique_names(a, set(pairs)), _unique_names(b, set(pairs.values()))
        of_a[b] = sorted((pairs | {left[name]: right[name] for name in left.keys() & right.keys()}).items())
    return of_a[b]


def _unique_names(index: LayoutIndex, without: set[int]) -> dict[tuple[str, str], int]:
    """(tag, name) that exactly one element of the layout has → its index."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, name in enumerate(index.layout.names):
        if name.strip():
            found[index.layout.tags[i], name.strip()].append(i)
    return {name: at[0] for name, at in found.items() if len(at) == 1 and at[0] not in without}
