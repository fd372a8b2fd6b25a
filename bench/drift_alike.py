"""Which elements nothing in their record could have told from another one (docs/aggregator.md, "How well").

Read from the truth: the edit shuffled a list (more than one item left its order), and another shown element of the
list, at the same place of another item, is as much like the record as the right one in all that a record carries: no
fingerprint and no class of the record agrees with the right element and not with the other. Its index would tell them
apart, but it was shuffled. Records of the same item may tell more: so what stands here may be found by its company,
never by itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from aggregator.shapes.fingerprints import FIELDS, Prints, parse
from aggregator.shapes.records import Records
from bench.drift_capture import Side

ASKED = [n for n, name in enumerate(FIELDS) if name != "plain"]


class Alike:
    """The elements of a page after its edit, and which of its lists were shuffled."""

    def __init__(self, after: Side) -> None:
        self.layout, self.parents = after.layout, after.layout.parents.tolist()
        self.prints = [parse(fp) for fp in after.layout.fps]
        self.first = _first_numbers(after.numbers.tolist(), self.parents)
        self.children: dict[int, list[int]] = {}
        for i, parent in enumerate(self.parents):
            self.children.setdefault(parent, []).append(i)

    def of(self, records: Records, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """bool[R]: of the records `asked` bool[R], those whose element at `truth` i64[R] has such a double."""
        found = np.zeros(len(truth), bool)
        for i in np.flatnonzero(asked & (truth >= 0)).tolist():
            mine, right = parse(records.fps[i]), int(truth[i])
            found[i] = any(_as_much(mine, self.prints[right], self.prints[other]) for other in self._others(right))
        return found

    def _others(self, right: int) -> Iterator[int]:
        """Shown elements at the same place of the other items of every shuffled list around it."""
        item, below = right, []
        while (above := self.parents[item]) >= 0:
            items = [child for child in self.children[above] if self.layout.tags[child] == self.layout.tags[item]]
            if _out_of_order([self.first[child] for child in items if self.first[child] >= 0]) > 1:
                for other in items:
                    if other != item:
                        yield from self._at(other, below)
            below, item = [self.layout.tags[item], *below], above

    def _at(self, item: int, below: list[str]) -> Iterator[int]:
        """Shown elements that these tags lead to from an item."""
        if not below:
            if self.layout.visible[item]:
                yield item
            return
        for child in self.children.get(item, []):
            if self.layout.tags[child] == below[0]:
                yield from self._at(child, below[1:])


def _as_much(mine: Prints, right: Prints, other: Prints) -> bool:
    """Nothing speaks for the right one that does not speak for the other."""
    a, b, c = (prints.values[ASKED] for prints in (mine, right, other))
    return not ((a == b) & (a != c)).any() and mine.classes & right.classes <= other.classes


def _out_of_order(numbers: list[int]) -> int:
    """How few must be taken out for the others to ascend (the longest increasing subsequence, Schensted 1961)."""
    ends: list[int] = []
    for number in numbers:
        at = bisect_left(ends, number)
        ends[at : at + 1] = [number]
    return len(numbers) - len(ends)


def _first_numbers(numbers: list[int], parents: list[int]) -> list[int]:
    """The lowest number in the subtree of each element: where it stood before the edit; -1 where all is new."""
    first = list(numbers)
    for i in range(len(first) - 1, -1, -1):
        above = parents[i]
        if above >= 0 and first[i] >= 0:
            first[above] = first[i] if first[above] < 0 else min(first[above], first[i])
    return first
