"""Which element of the layout a record means: the one with the same key, if the fingerprints agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import IntEnum
from functools import cached_property

import numpy as np

from aggregator.placing.boxes import Boxes
from aggregator.placing.look_alikes import LookAlikes
from aggregator.placing.translated import prints_of
from aggregator.shapes.columns import Float64, Int64
from aggregator.shapes.fingerprints import ABSENT, KEEP, Fingerprints, Prints, Rivals
from aggregator.shapes.paths import shape
from aggregator.shapes.records import Records
from store.layouts import Layout

# Evidence of the key itself, in nats. Even where lists had grown at their head, seven of ten keys still meant the same
# element: ln(0.71 / 0.29). Where nothing else on the page has the same shape, no other element can have moved into the
# place, and it takes more evidence to doubt the key.
AMONG_OTHERS = 0.9
ALONE = 3.0
# If an element elsewhere fits better by this much, the record's element has moved there and another took its place.
BETTER_ELSEWHERE = 1.5

EQUALLY = 1e-6  # nats: differences of rounding

ROUNDS = 2  # of learning which properties survived on this page
SURE_RECORDS = 5  # below, nothing is learned
PRIOR_PAIRS = 8  # weight of the measured shares of survival, in pairs


class Found(IntEnum):
    """What the layout has under a record's key."""

    AGREES = 0
    REFUSED = 1  # the key, on what looks like another element
    MISSING = 2


class LayoutIndex:
    """A layout prepared for look-ups by key, path and shape."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.by_path = {path: i for i, path in enumerate(layout.paths)}
        self.by_key: dict[int, list[int]] = defaultdict(list)
        for i, key in enumerate(np.asarray(layout.keys).tolist()):
            self.by_key[key].append(i)
        self.shapes = [shape(path) for path in layout.paths]
        of_shape: dict[str, list[int]] = defaultdict(list)
        of_tag: dict[str, list[int]] = defaultdict(list)
        for i, (name, tag) in enumerate(zip(self.shapes, layout.tags, strict=True)):
            of_shape[name].append(i)
            of_tag[tag].append(i)
        self._of_shape = of_shape
        self._of_tag = {tag: np.array(at, np.int64) for tag, at in of_tag.items()}
        self.fingerprints = Fingerprints(layout.fps)
        self._rivals: dict[str, Rivals] = {}

    @cached_property
    def boxes(self) -> Boxes:
        return Boxes.of(self.layout)

    def rivals(self, element: int) -> Rivals:
        """The elements of the same shape, which could have taken this one's place; all elements if there is none."""
        name = self.shapes[element]
        if name not in self._rivals:
            same = self._of_shape[name]
            prints = self.fingerprints
            self._rivals[name] = prints.rivals(same) if len(same) > 1 else prints.everyone
        return self._rivals[name]

    def same_tag(self, element: int) -> Int64:
        """All elements with this one's tag, including itself."""
        return self._of_tag[self.layout.tags[element]]

    def agreement(self, record: Prints, element: int, keep: Float64 = KEEP) -> float:
        """Evidence, in nats, that the record with this element's key is of this element: ≥ 0 = own, -inf = it moved."""
        rivals = self.rivals(element)
        candidates = self.same_tag(element)
        nats = self.fingerprints.of_properties(record, candidates, rivals, keep)
        mine = float(nats[np.searchsorted(candidates, element)])
        if nats.max() > mine + BETTER_ELSEWHERE:
            return -np.inf
        prior = ALONE if rivals is self.fingerprints.everyone else AMONG_OTHERS
        return prior + mine + self.fingerprints.of_classes(record, element, rivals)

    def look_alikes(self, record: Prints, element: int) -> LookAlikes | None:
        """The elements of the same shape that fit the record at least as well as this one; None without any."""
        if self.fingerprints.identical(record, element):
            return self._identical[self._alike(element)]
        same = np.array(self._of_shape[self.shapes[element]], np.int64)
        rivals = self.rivals(element)
        nats = self.fingerprints.of_properties(record, same, rivals, KEEP)
        mine = float(nats[np.searchsorted(same, element)])
        classes = self.fingerprints.of_classes(record, element, rivals)
        fitting = [
            i
            for i, of_properties in zip(same.tolist(), nats.tolist(), strict=True)
            if of_properties > mine - EQUALLY
            and of_properties + self.fingerprints.of_classes(record, i, rivals) > mine + classes - EQUALLY
        ]
        return LookAlikes.of(self.layout.paths[i] for i in fitting)

    @cached_property
    def siblings(self) -> Counter[str]:
        """Family → number of its elements."""
        return Counter(path.rpartition(":")[0] for path in self.layout.paths)

    def in_list(self, path: str) -> bool:
        """Whether the element at `path` has siblings with its tag."""
        return self.siblings[path.rpartition(":")[0]] > 1

    def is_alone(self, element: int, family: str) -> bool:
        """Whether `element` is (in) a control that is alone in its item of this family: a menu, rather than cards."""
        layout, ends = self.layout, self._ends
        item = control = int(layout.control[element])
        steps = 0
        while item >= 0 and layout.paths[item].rpartition(":")[0] != family:
            item, steps = int(layout.parents[item]), steps + 1
        return item >= 0 and int(ends[item] - item) == int(ends[control] - control) + steps

    @cached_property
    def _ends(self) -> Int64:
        """i64[M]: the index after the last element inside each; a layout is in document order."""
        ends = np.arange(1, len(self.layout) + 1)
        for i in range(len(ends) - 1, -1, -1):
            if (above := self.layout.parents[i]) >= 0:
                ends[above] = max(ends[above], ends[i])
        return ends

    def has_shape(self, path: str) -> bool:
        return shape(path) in self._of_shape

    def has_identical(self, path: str, record: Prints) -> bool:
        """Whether elements of this shape have exactly these fingerprints."""
        return (shape(path), record.values.tobytes(), record.classes) in self._identical

    def _alike(self, element: int) -> tuple[str, bytes, frozenset[int]]:
        prints = self.fingerprints
        return self.shapes[element], prints.values[element].tobytes(), prints.classes[element]

    @cached_property
    def _identical(self) -> dict[tuple[str, bytes, frozenset[int]], LookAlikes | None]:
        """Shape and fingerprints → the elements that have them."""
        found: dict[tuple[str, bytes, frozenset[int]], list[str]] = defaultdict(list)
        for i, path in enumerate(self.layout.paths):
            found[self._alike(i)].append(path)
        return {alike: LookAlikes.of(paths) for alike, paths in found.items()}

    def own(self, key: int, record: Prints, keep: Float64 = KEEP) -> tuple[int, Found]:
        """The element with this key (-1 if there is none) and whether it is the record's own."""
        at = self.by_key.get(key)
        if not at:
            return -1, Found.MISSING
        for i in at:
            if self.fingerprints.equal(record, i):  # nothing can fit better: the common and quick case
                return i, Found.AGREES
        nats = [self.agreement(record, i, keep) for i in at]
        best = int(np.argmax(nats))
        return at[best], Found.AGREES if nats[best] >= 0 else Found.REFUSED


def own_elements(
    records: Records, index: LayoutIndex, prints: Sequence[Prints] | None = None
) -> list[tuple[int, Found]]:
    """The element with each record's key, and what was found there. `prints`: of each record, if known.

    Which properties survived is learned from the certain records: on a translated page, different words soon count
    against no element.
    """
    prints = prints or prints_of(records, index.layout, index.fingerprints)
    keys = records.key.tolist()
    found = [index.own(key, record) for key, record in zip(keys, prints, strict=True)]
    for _ in range(ROUNDS):
        keep = _survived(prints, found, index)
        if keep is None:
            break
        found = [index.own(key, record, keep) for key, record in zip(keys, prints, strict=True)]
    return found


def _survived(prints: Sequence[Prints], found: Sequence[tuple[int, Found]], index: LayoutIndex) -> Float64 | None:
    """Share of certain records on which each property survived, shrunk to the measured one; None if nothing changed."""
    sure = [(record, at) for record, (at, finding) in zip(prints, found, strict=True) if finding is Found.AGREES]
    if len(sure) < SURE_RECORDS or len(sure) == len(found):
        return None
    ours = np.array([record.values for record, _ in sure], np.int16)
    theirs = index.fingerprints.values[[at for _, at in sure]]
    both = (ours != ABSENT) & (theirs != ABSENT)
    stayed = both & (ours == theirs)
    keep: Float64 = (stayed.sum(axis=0) + PRIOR_PAIRS * KEEP) / (both.sum(axis=0) + PRIOR_PAIRS)
    return np.minimum(keep, KEEP)  # never more certain than the measurement
