"""Which elements nothing in the page tells from a look-alike, except their place (docs/aggregator.md, "How well").

Derived from the ground truth. An element is such a look-alike if another visible element of the edited page fits its
record as well: everything of the record that agrees with the right element agrees with the other one too. The same
must hold for their ancestors, up to the one that they share, and for the elements beside all of these: a heading, a
label or a link that differs tells them apart, although the record does not contain it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aggregator.shapes.fingerprints import HEAD, parse
from bench.drift_capture import Side


class Alike:
    """The elements of a page before and after its edit."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = _Tree(before), _Tree(after)
        self.was = {int(n): i for i, n in enumerate(before.numbers.tolist()) if n >= 0}

    def of(self, recorded: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """bool[R]: which elements `recorded` (i64[R], index before the edit) have a look-alike after it. `truth`
        i64[R]: their index after the edit, -1 where they are gone."""
        pairs = zip(recorded.tolist(), truth.tolist(), strict=True)
        return np.array([any(self._rivals(was, now)) for was, now in pairs], bool)

    def _rivals(self, was: int, now: int) -> Iterator[bool]:
        record = self.before.prints[was]
        right = self.after.prints[now] if now >= 0 else record
        agrees = (record.values == right.values) & (record.values >= 0)
        tag = self.after.tags[now] if now >= 0 else self.before.tags[was]
        fits = (self.after.values[:, agrees] == record.values[agrees]).all(axis=1) & self.after.visible
        for other in np.flatnonzero(fits & (self.after.tags == tag)).tolist():
            if other != now and record.classes & right.classes <= self.after.prints[other].classes:
                yield now < 0 or self._surrounded_alike(now, other)

    def _surrounded_alike(self, right: int, other: int) -> bool:
        """Whether nothing around the two tells them apart."""
        after = self.after
        while right != other:
            if right < 0 or other < 0 or not self._fits(right, other):
                return False
            # Of the elements beside them, the heading before is a matter of place.
            if not all(self._fits(a, b, HEAD) for a, b in zip(after.beside(right), after.beside(other), strict=True)):
                return False
            right, other = after.known_above(right), after.known_above(other)
        return True

    def _fits(self, right: int, other: int, *without: int) -> bool:
        """Whether what was at `right` before the edit fits `other` as well, `without` some properties."""
        was = self.was.get(int(self.after.numbers[right])) if right >= 0 else None
        if was is None or other < 0:
            return True  # new, or the end of the list: nothing but the place
        a, b, c = self.before.prints[was], self.after.prints[right], self.after.prints[other]
        tells = (a.values == b.values) & (a.values >= 0) & (a.values != c.values)
        tells[[*without]] = False
        return not tells.any() and a.classes & b.classes <= c.classes


class _Tree:
    def __init__(self, side: Side) -> None:
        layout = side.layout
        self.prints = [parse(fp) for fp in layout.fps]
        self.values = np.array([prints.values for prints in self.prints], np.int16)
        self.tags, self.visible, self.numbers = np.array(layout.tags), layout.visible, side.numbers
        self.parents = layout.parents.tolist()
        self.children: dict[int, list[int]] = {}
        for i, parent in enumerate(self.parents):
            self.children.setdefault(parent, []).append(i)

    def known_above(self, element: int) -> int:
        """The nearest ancestor that is not new, -1 without one."""
        above = self.parents[element]
        while above >= 0 and self.numbers[above] < 0:
            above = self.parents[above]
        return int(above)

    def beside(self, element: int) -> tuple[int, int]:
        """The elements before and after it in its parent, -1 where there is none."""
        siblings = self.children[self.parents[element]]
        at = siblings.index(element)
        return siblings[at - 1] if at else -1, siblings[at + 1] if at + 1 < len(siblings) else -1
