"""What changed between two pictures of a page: elements that were added, removed or moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from aggregator.pictures.pairing import pair_elements
from aggregator.placing.elements import LayoutIndex
from store.layouts import Layout

STILL = 1.5  # CSS px: rounding moves elements by less
MOST_PAIRS = 1_000_000  # elements of one layout times those of the other; beyond, linkage takes many seconds

Trait = Callable[[Layout, int], tuple[str, str]]
Way = Literal["added", "removed", "moved"]


@dataclass(frozen=True)
class ChangedElement:
    """One element. `old` and `new` are its indices in the layouts, -1 where it is not shown.

    `right` and `down`: how far it moved within its parent, in CSS px.
    """

    way: Way
    old: int
    new: int
    right: float = 0.0
    down: float = 0.0


def changed_elements(old: LayoutIndex, new: LayoutIndex) -> list[ChangedElement]:
    """The changed elements from the top of the page down, removed ones at their old place.

    Of a part of the page that was added, removed or moved as a whole, only the outermost element is listed: places are
    compared within the parent. An element that is hidden in a picture counts as missing there.
    """
    before, after = old.layout, new.layout
    twin = dict(_pairs(old, new))
    origin = {j: i for i, j in twin.items()}
    gone = {i for i in range(len(before)) if before.visible[i] and not _shown(after, twin.get(i, -1))}
    added = {j for j in range(len(after)) if after.visible[j] and not _shown(before, origin.get(j, -1))}
    changes = [ChangedElement("removed", i, -1) for i in gone if int(before.parents[i]) not in gone]
    changes += [ChangedElement("added", -1, j) for j in added if int(after.parents[j]) not in added]
    for i, j in twin.items():
        if not (before.visible[i] and after.visible[j]):
            continue
        right, down = _moved(before, after, i, j, twin)
        if abs(right) > STILL or abs(down) > STILL:
            changes.append(ChangedElement("moved", i, j, right, down))
    return sorted(changes, key=lambda one: float(after.y[one.new] if one.new >= 0 else before.y[one.old]))


def _pairs(old: LayoutIndex, new: LayoutIndex) -> list[tuple[int, int]]:
    """(index in old, index in new) of the same elements, by record linkage unless that is needless or too slow."""
    pairs = _equal(old.layout, new.layout, _path_and_prints, {})
    unchanged = len(pairs) == len(old.layout) == len(new.layout)
    if not unchanged and len(old.layout) * len(new.layout) <= MOST_PAIRS:
        return pair_elements(old, new)
    for trait in (_tag_and_prints, _path_and_tag):
        pairs = _equal(old.layout, new.layout, trait, pairs)
    return sorted(pairs.items())


def _equal(old: Layout, new: Layout, trait: Trait, pairs: dict[int, int]) -> dict[int, int]:
    """The pairs, and those of the other elements that alone have a trait in both layouts."""
    left, right = _unique(old, trait, pairs.keys()), _unique(new, trait, set(pairs.values()))
    return pairs | {left[name]: right[name] for name in left.keys() & right.keys()}


def _unique(layout: Layout, trait: Trait, without: Collection[int]) -> dict[tuple[str, str], int]:
    """A trait that exactly one of the elements has → its index."""
    at = [i for i in range(len(layout)) if i not in without]
    count = Counter(trait(layout, i) for i in at)
    return {trait(layout, i): i for i in at if count[trait(layout, i)] == 1}


def _path_and_prints(layout: Layout, i: int) -> tuple[str, str]:
    return layout.paths[i], layout.fps[i]


def _tag_and_prints(layout: Layout, i: int) -> tuple[str, str]:
    return layout.tags[i], layout.fps[i]


def _path_and_tag(layout: Layout, i: int) -> tuple[str, str]:
    return layout.paths[i], layout.tags[i]


def _shown(layout: Layout, index: int) -> bool:
    return index >= 0 and bool(layout.visible[index])


def _moved(before: Layout, after: Layout, i: int, j: int, twin: dict[int, int]) -> tuple[float, float]:
    """How far an element moved within its parent; on the page, if its parent is another one now."""
    right, down = float(after.x[j] - before.x[i]), float(after.y[j] - before.y[i])
    parent, other = int(before.parents[i]), int(after.parents[j])
    if parent >= 0 and other >= 0 and twin.get(parent) == other:
        right -= float(after.x[other] - before.x[parent])
        down -= float(after.y[other] - before.y[parent])
    return right, down
