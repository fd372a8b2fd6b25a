"""Which elements cannot be told from a duplicate by anything in their record (docs/aggregator.md, "How well").

Derived from the ground truth. Such an element is in a list that the edit shuffled (more than one item changed its
order), and at the same position in another item of the list there is a visible element that matches the record just
as well: no fingerprint and no class of the record agrees with the right element only. The index would distinguish
them, but it was shuffled. Other records of the same item may still lead to it; the record alone cannot.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from aggregator.shapes.fingerprints import Prints, parse
from aggregator.shapes.records import Records
from bench.drift_capture import Side


class Alike:
    """The elements of a page after its edit, and which of its lists the edit shuffled."""

    def __init__(self, after: Side) -> None:
        self.layout, self.parents = after.layout, after.layout.parents.tolist()
        self.prints = [parse(fp) for fp in after.layout.fps]
        self.first = _first_numbers(after.numbers.tolist(), self.parents)
        self.children: dict[int, list[int]] = {}
        for i, parent in enumerate(self.parents):
            self.children.setdefault(parent, []).append(i)

    def of(self, records: Records, truth: np.ndarray, missed: np.ndarray) -> np.ndarray:
        """bool[R]: which of the `missed` records (bool[R]) have a duplicate of their element `truth` (i64[R])."""
        found = np.zeros(len(truth), bool)
        for i in np.flatnonzero(missed & (truth >= 0)).tolist():
            prints, right = parse(records.fps[i]), int(truth[i])
            others = (self.prints[other] for other in self._counterparts(right))
            found[i] = any(_matches_as_well(prints, self.prints[right], other) for other in others)
        return found

    def _counterparts(self, right: int) -> Iterator[int]:
        """Visible elements at the same position in the other items of every shuffled list around the element."""
        item, below = right, []
        while (above := self.parents[item]) >= 0:
            items = [child for child in self.children[above] if self.layout.tags[child] == self.layout.tags[item]]
            if _out_of_order([self.first[child] for child in items if self.first[child] >= 0]) > 1:
                for other in items:
                    if other != item:
                        yield from self._reached(other, below)
            below, item = [self.layout.tags[item], *below], above

    def _reached(self, item: int, below: list[str]) -> Iterator[int]:
        """Visible elements reached from an item by following these tags."""
        if not below:
            if self.layout.visible[item]:
                yield item
            return
        for child in self.children.get(item, []):
            if self.layout.tags[child] == below[0]:
                yield from self._reached(child, below[1:])


def _matches_as_well(record: Prints, right: Prints, other: Prints) -> bool:
    """Whether everything of the record that agrees with the right element agrees with the other one too."""
    a, b, c = (prints.values for prints in (record, right, other))
    return not ((a == b) & (a != c)).any() and record.classes & right.classes <= other.classes


def _out_of_order(numbers: list[int]) -> int:
    """The least number of items to remove so that the rest ascends: all but the longest increasing subsequence
    (Schensted 1961, https://doi.org/10.4153/CJM-1961-015-3)."""
    ends: list[int] = []
    for number in numbers:
        at = bisect_left(ends, number)
        ends[at : at + 1] = [number]
    return len(numbers) - len(ends)


def _first_numbers(numbers: list[int], parents: list[int]) -> list[int]:
    """The lowest number in each element's subtree, i.e. its position before the edit; -1 where all of it is new."""
    first = list(numbers)
    for i in range(len(first) - 1, -1, -1):
        above = parents[i]
        if above >= 0 and first[i] >= 0:
            first[above] = first[i] if first[above] < 0 else min(first[above], first[i])
    return first
