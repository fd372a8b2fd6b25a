"""Elements that fit a record equally well, and whether their list is known to be where it was for the visitor.

Where nothing tells the items of a list apart, only their places do. A place is believed if the records show that the
list has not moved: one of its items that nothing else resembles was found in its place, at the same place or a later
one; or the last of the look-alikes was pressed, and nothing beyond it. An item that was found elsewhere, or that has
another element in its place, shows that the list has moved. If many records were found in their places and none
elsewhere, the page has hardly changed: then only a list that has an item that nobody pressed, such as an
advertisement, may have been shorter for the visitor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from aggregator.shapes.paths import CUT

MANY = 20  # certain records, from which a page without any change counts as unchanged
SOME = 3  # certain records, from which a translated page counts as the page of the picture


class ListState(IntEnum):
    """What the records say about a list."""

    STAYED = 0
    LIKELY = 1  # the whole page shows no change
    UNKNOWN = 2
    MOVED = 3


@lru_cache(maxsize=20_000)
def places(path: str) -> tuple[tuple[str, int], ...]:
    """`(family, index)` of each step below the anchor, the anchor's first; none for a path that was cut.

    The family is the path of the siblings with one tag, without the index.

    >>> places("main>ul:1>li:3")
    (('main>ul', 1), ('main>ul:1>li', 3))
    """
    if CUT in path:
        return ()
    found = []
    at = path.find(">")
    while at >= 0:
        end = path.find(">", at + 2)
        family, colon, index = (path if end < 0 else path[:end]).rpartition(":")
        if colon and index.isdigit():
            found.append((family, int(index)))
        at = end
    return tuple(found)


@dataclass(frozen=True)
class LookAlikes:
    """`indices`: for each family in which look-alikes differ, the indices at which there is one; the rest of their
    paths is equal down to that family."""

    indices: dict[str, frozenset[int]]

    @staticmethod
    def of(paths: Iterable[str]) -> LookAlikes | None:
        """None if all paths are the same."""
        found: dict[str, set[int]] = defaultdict(set)
        for path in paths:
            for family, index in places(path):
                found[family].add(index)
        indices = {family: frozenset(at) for family, at in found.items() if len(at) > 1}
        return LookAlikes(indices) if indices else None


class Lists:
    """What the records of a page show about its lists.

    `certain`: paths whose element fits its record as no other one does; `fitting`: paths with look-alikes; `refused`:
    paths that now lead to another element; `moved`: paths before and after of elements that were found elsewhere.
    """

    def __init__(
        self,
        certain: Sequence[str],
        fitting: Sequence[str] = (),
        refused: Sequence[str] = (),
        moved: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._certain = _indices(certain)
        self._proven = {family: max(at) for family, at in self._certain.items()}
        self._pressed = _indices([*certain, *fitting])
        self._n_certain = len(certain)
        self._is_unchanged = len(certain) >= MANY and not refused and not moved
        self._moved: set[str] = set()
        changed = [*refused]
        for path, now in moved:
            families = [was[0] for was, at in zip(places(path), places(now), strict=False) if was != at]
            if families:
                self._moved.add(families[0])
            else:
                changed.append(path)
        # Any of the lists around it may have moved, except those that are proven to be in place.
        for path in changed:
            self._moved |= {family for family, index in places(path) if self._proven.get(family, 0) < index}

    def state(self, path: str, look_alikes: LookAlikes, siblings: Mapping[str, int]) -> ListState:
        """Whether the element at `path`, which has these look-alikes, is known to be the recorded one.

        `siblings`: family → number of its elements in the layout.
        """
        found = ListState.STAYED
        for family, index in places(path):
            alike = look_alikes.indices.get(family)
            if alike is None:
                continue
            if family in self._moved:
                return ListState.MOVED
            pressed = self._pressed.get(family, set())
            if self._proven.get(family, 0) >= index or max(pressed, default=0) >= max(alike):
                continue
            others = set(range(1, siblings[family] + 1)) - alike
            found = max(found, ListState.LIKELY if self._is_unchanged and others <= pressed else ListState.UNKNOWN)
        return found

    def state_without_words(self, path: str, look_alikes: LookAlikes, is_alone: Callable[[str], bool]) -> ListState:
        """`state` of a record without words, which would not show that its list was sorted again.

        It stayed if something else in the same item did. A menu did too, if elements around it are in their places and
        nothing shows that it moved. `is_alone(family)`: whether its item of this family contains nothing else.
        """
        for family, index in places(path):
            if family not in look_alikes.indices or index in self._certain.get(family, ()):
                continue
            if family in self._moved:
                return ListState.MOVED
            if self._n_certain < SOME or not is_alone(family):
                return ListState.UNKNOWN
        return ListState.STAYED


def _indices(paths: Sequence[str]) -> dict[str, set[int]]:
    """The indices in each family."""
    found: dict[str, set[int]] = defaultdict(set)
    for path in paths:
        for family, index in places(path):
            found[family].add(index)
    return found
