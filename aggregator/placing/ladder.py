"""Where the points of each record are drawn: the rung of the ladder, and the element.

    own       the same key, and the fingerprints agree
    twin      the element that the record was matched to after an edit of the page (aggregator/linkage)
    ancestor  a small box around the element that is certainly still there
    page      the same place of the same page, where nothing of the path is known
    none      not placed, rather than placed wrongly

An element that has look-alikes is a record's own only if its list is known to be unmoved (look_alikes.py). If nothing
is known, its points are placed only if they come from pages of exactly the picture's size.

The decision is made once per record: a page has hundreds of records and may have millions of points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from aggregator.placing.elements import Found, LayoutIndex, own_elements
from aggregator.placing.look_alikes import Lists, ListState, LookAlikes
from aggregator.placing.translated import prints_of
from aggregator.shapes.columns import Int32, UInt8
from aggregator.shapes.fingerprints import ABSENT, CARD, Prints
from aggregator.shapes.paths import is_anchor, prefixes
from aggregator.shapes.records import Records

RUNGS = ("own", "twin", "ancestor", "page", "none")
OWN, TWIN, ANCESTOR, PAGE, NONE = range(5)

# An ancestor larger than this part of a viewport says too little about the place inside it: a point drawn there would
# be on some other element.
LARGEST_ANCESTOR = 0.25
THE_PAGE = ("body", "html")


@dataclass(frozen=True)
class RecordPlaces:
    """For each of R records: `rung` u8, `element` i32 (index in the layout or -1), and `certainty` u8 (Certainty).

    The element of a record that is not placed is one that the picture hides.
    """

    rung: UInt8
    element: Int32
    certainty: UInt8


class Certainty(IntEnum):
    """Whether look-alikes leave a record's element in doubt."""

    CERTAIN = 0
    LIKELY = 1  # not for points from pages of the picture's width and another height
    AT_SAME_SIZE = 2  # only for points from pages of exactly the picture's size
    LOOK_ALIKES = 3  # not placed because of them


_CERTAINTY = {
    ListState.STAYED: Certainty.CERTAIN,
    ListState.LIKELY: Certainty.LIKELY,
    ListState.UNKNOWN: Certainty.AT_SAME_SIZE,
    ListState.MOVED: Certainty.LOOK_ALIKES,
}


def record_places(records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> RecordPlaces:
    """Decide for every record. `twins`: record id → index of its element, -1 where the matching found none.

    The matching decides for the records it has seen; for the others, their key and fingerprints do.
    """
    prints = prints_of(records, index.layout, index.fingerprints)
    twins = _without_contradictions(records, prints, index, twins)
    found = own_elements(records, index, prints)
    for i, record in enumerate(records.record.tolist()):
        twin = twins.get(record)
        # Of a record without words, the matching often finds nothing because it knows too little.
        if twin is not None and (twin >= 0 or not prints[i].is_wordless):
            found[i] = _matched(int(records.key[i]), twin, index)
    rung = np.full(len(records), NONE, np.uint8)
    element = np.full(len(records), -1, np.int32)
    certainty = _certainty(records, prints, found, index, twins)
    trust = _Trust(records, found, certainty, index)
    for i, (own, finding) in enumerate(found):
        if certainty[i] == Certainty.LOOK_ALIKES:
            continue
        twin = twins.get(int(records.record[i]), -1)
        if finding is Found.AGREES or twin >= 0:
            at = own if finding is Found.AGREES else twin
            element[i] = at
            # Points of a hidden element are not drawn, least of all in another place.
            if index.layout.visible[at]:
                rung[i] = OWN if finding is Found.AGREES else TWIN
        else:
            rung[i], element[i] = _above(records.paths[i], finding, index, trust)
    return RecordPlaces(rung, element, certainty)


def _without_contradictions(
    records: Records, prints: Sequence[Prints], index: LayoutIndex, twins: Mapping[int, int]
) -> dict[int, int]:
    """`twins` without those in another card than the recorded one, if an element elsewhere is identical to the record.

    In a short list of which some items kept their places, the matching may follow the places of the others too.
    """
    kept = dict(twins)
    for i, record in enumerate(records.record.tolist()):
        twin, mine = kept.get(record, -1), prints[i]
        if twin >= 0 and _in_another_card(mine, twin, index) and index.has_identical(records.paths[i], mine):
            kept[record] = -1
    return kept


def _certainty(
    records: Records,
    prints: Sequence[Prints],
    found: Sequence[tuple[int, Found]],
    index: LayoutIndex,
    twins: Mapping[int, int],
) -> UInt8:
    """Certainty u8[R] of the records that agree with the element under their key. What was matched to an element
    that is not identical to its record is certain: the matching requires a lead over all others."""
    doubtful: dict[int, LookAlikes] = {}  # record → its look-alikes
    certain, fitting, refused, moved = [], [], [], []
    for i, (at, finding) in enumerate(found):
        path, record = records.paths[i], prints[i]
        twin = twins.get(int(records.record[i]), -1)
        if finding is Found.AGREES:
            is_identical = index.fingerprints.identical(record, at)
            alike = index.look_alikes(record, at) if is_identical or twin < 0 else None
            if alike is None:
                certain.append(path)
            else:
                doubtful[i] = alike
            if alike and is_identical:
                fitting.append(path)
        elif twin >= 0:
            moved.append((path, index.layout.paths[twin]))
        elif finding is Found.REFUSED or index.has_identical(path, record):
            refused.append(path)
    lists = Lists(certain, fitting, refused, moved)
    certainty = np.full(len(records), Certainty.CERTAIN, np.uint8)
    for i, alike in doubtful.items():
        certainty[i] = _of_doubtful(records.paths[i], prints[i], found[i][0], alike, index, lists)
    return certainty


def _of_doubtful(
    path: str, record: Prints, element: int, alike: LookAlikes, index: LayoutIndex, lists: Lists
) -> Certainty:
    """Certainty of a record that has look-alikes."""
    if index.fingerprints.identical(record, element):
        return _CERTAINTY[lists.state(path, alike, index.siblings)]
    if record.is_wordless:
        state = lists.state_without_words(path, alike, lambda family: index.is_alone(element, family))
    else:
        state = lists.state(path, alike, index.siblings)
    is_clear = state is ListState.STAYED and not _in_another_card(record, element, index)
    return Certainty.CERTAIN if is_clear else Certainty.LOOK_ALIKES


def _in_another_card(record: Prints, element: int, index: LayoutIndex) -> bool:
    """Whether the card of the element has another content than the recorded one: it was edited, or replaced."""
    mine, other = int(record.values[CARD]), int(index.fingerprints.values[element, CARD])
    return ABSENT not in (mine, other) and mine != other


def _matched(key: int, twin: int, index: LayoutIndex) -> tuple[int, Found]:
    """The element with the record's key, and what a match says about it."""
    if twin >= 0 and int(index.layout.keys[twin]) == key:
        return twin, Found.AGREES
    own = index.by_key.get(key)
    return (own[0], Found.REFUSED) if own else (-1, Found.MISSING)


def _above(path: str, finding: Found, index: LayoutIndex, trust: _Trust) -> tuple[int, int]:
    """Rung and element for a record whose own element is not in the layout."""
    layout = index.layout
    for prefix in prefixes(path):
        at = index.by_path.get(prefix)
        if at is None and index.has_shape(prefix):
            return NONE, -1  # the list has become shorter
        if at is None or prefix in THE_PAGE:
            continue
        if not layout.visible[at]:
            return NONE, -1  # it was in something that is closed in the picture
        if trust.of(prefix):
            area = float(layout.w[at]) * float(layout.h[at])
            small = area <= LARGEST_ANCESTOR * layout.width * layout.viewport_h
            return (ANCESTOR, at) if small else (NONE, -1)
        if index.in_list(prefix):
            return NONE, -1  # the point would be on another item
    # Nothing of the path is in the layout. If another element has the key, or a list has become shorter, the page was
    # edited here.
    return (PAGE, -1) if finding is Found.MISSING and not index.has_shape(path) else (NONE, -1)


class _Trust:
    """Whether an ancestor's path still means the same element: indices shift when a list grows.

    It does when it is an anchor, when it is the only child with its tag in a trusted parent, or when more records below
    it were found again than were refused.
    """

    def __init__(self, records: Records, found: list[tuple[int, Found]], certainty: UInt8, index: LayoutIndex) -> None:
        self.index = index
        self.votes: Counter[str] = Counter()
        for path, (_, finding), doubt in zip(records.paths, found, certainty.tolist(), strict=True):
            vote = {Found.AGREES: 1, Found.REFUSED: -1, Found.MISSING: 0}[finding]
            if vote and doubt != Certainty.LOOK_ALIKES:
                self.votes.update(dict.fromkeys((path, *prefixes(path)), vote))

    def of(self, path: str) -> bool:
        if is_anchor(path) or self.votes[path] > 0:
            return True
        parents = prefixes(path)
        return bool(parents) and self._is_only(path) and self.of(parents[0])

    def _is_only(self, path: str) -> bool:
        stem, colon, place = path.rpartition(":")
        return bool(colon) and place == "1" and f"{stem}:2" not in self.index.by_path


def unknown_places(keys: list[int], index: LayoutIndex) -> RecordPlaces:
    """The places of keys whose records the store does not have: the key alone decides."""
    rung = np.full(len(keys), PAGE, np.uint8)
    element = np.full(len(keys), -1, np.int32)
    for i, key in enumerate(keys):
        at = index.by_key.get(key, [])
        if len(at) == 1:
            visible = bool(index.layout.visible[at[0]])
            rung[i], element[i] = (OWN, at[0]) if visible else (NONE, -1)
    return RecordPlaces(rung, element, np.full(len(keys), Certainty.CERTAIN, np.uint8))
