"""Which element of the layout a record means: the same key, and fingerprints that agree."""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum

import numpy as np

from aggregator.fingerprints import Fingerprints, Rivals
from aggregator.paths import shape
from aggregator.records import Records
from store.layouts import Layout

# The key itself, in nats. Even where lists had grown at their head, seven of ten keys were still their
# element's: ln(0.71 / 0.29). Where nothing else on the page has the same shape, no other element can
# have moved into the place, and it takes more to doubt it.
AMONG_OTHERS = 0.9
ALONE = 3.0


class Found(IntEnum):
    """What became of a record's own key in the layout."""

    AGREES = 0
    REFUSED = 1  # the key is there, but on what looks like another element
    MISSING = 2


class LayoutIndex:
    """A layout made ready for look-ups: by key, by path, by shape."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.by_path = {path: i for i, path in enumerate(layout.paths)}
        self.by_key: dict[int, list[int]] = defaultdict(list)
        for i, key in enumerate(np.asarray(layout.keys).tolist()):
            self.by_key[key].append(i)
        self.shapes = [shape(path) for path in layout.paths]
        self.of_shape: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(self.shapes):
            self.of_shape[name].append(i)
        self.fingerprints = Fingerprints(layout.fps)
        self._rivals: dict[str, Rivals] = {}

    def rivals(self, element: int) -> Rivals:
        """The elements of the same shape, which could have taken this one's place."""
        name = self.shapes[element]
        if name not in self._rivals:
            self._rivals[name] = self.fingerprints.rivals(self.of_shape[name])
        return self._rivals[name]

    def agreement(self, fp: str, element: int) -> float:
        """Nats that the record at this element's key is of this element: ≥ 0 = own."""
        rivals = self.rivals(element)
        if rivals.size > 1:
            return AMONG_OTHERS + self.fingerprints.evidence(fp, element, rivals)
        return ALONE + self.fingerprints.evidence(fp, element, self.fingerprints.everyone)

    def own(self, key: int, fp: str) -> tuple[int, Found]:
        """The element of this key (-1 without) and whether it may be taken for the record's own."""
        at = self.by_key.get(key)
        if not at:
            return -1, Found.MISSING
        best = max(at, key=lambda i: self.agreement(fp, i))
        return best, Found.AGREES if self.agreement(fp, best) >= 0 else Found.REFUSED


def own_elements(records: Records, index: LayoutIndex) -> list[tuple[int, Found]]:
    """For each record its own element and the finding."""
    return [index.own(int(key), fp) for key, fp in zip(records.key, records.fps, strict=True)]
