"""Where the points of each record are drawn: the rung of the ladder, and the element.

    own       the same key, and the fingerprints agree
    twin      the element that the record was matched to after an edit of the page (aggregator/linkage)
    ancestor  a small box around the element that is certainly still there
    page      the same place of the same page, where nothing of the path is known
    none      not placed, rather than placed wrongly

The decision is made once per record: a page has hundreds of records and may have millions of points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aggregator.placing.elements import Found, LayoutIndex, own_elements
from aggregator.shapes.columns import Int32, UInt8
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
    """For each of R records: `rung` u8, and `element` i32, an index in the layout or -1."""

    rung: UInt8
    element: Int32


def record_places(records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> RecordPlaces:
    """Decide for every record. `twins`: record id → index of its element, -1 where the matching found none.

    The matching decides for the records it has seen; for the others, their key and fingerprints do.
    """
    found = own_elements(records, index)
    for i, record in enumerate(records.record.tolist()):
        if (twin := twins.get(record)) is not None:
            found[i] = _matched(int(records.key[i]), twin, index)
    trust = _Trust(records, found, index)
    rung = np.full(len(records), NONE, np.uint8)
    element = np.full(len(records), -1, np.int32)
    for i, (own, finding) in enumerate(found):
        twin = twins.get(int(records.record[i]), -1)
        if finding is Found.AGREES or twin >= 0:
            at = own if finding is Found.AGREES else twin
            # Points of a hidden element are not drawn, least of all in another place.
            if index.layout.visible[at]:
                rung[i], element[i] = (OWN if finding is Found.AGREES else TWIN), at
        else:
            rung[i], element[i] = _above(records.paths[i], finding, index, trust)
    return RecordPlaces(rung, element)


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
        if at is None or prefix in THE_PAGE:
            continue
        if not layout.visible[at]:
            return NONE, -1  # it was in something that is closed in the picture
        if trust.of(prefix):
            area = float(layout.w[at]) * float(layout.h[at])
            small = area <= LARGEST_ANCESTOR * layout.width * layout.viewport_h
            return (ANCESTOR, at) if small else (NONE, -1)
    # Nothing of the path is in the layout. If another element has the key, the page was edited here.
    return (PAGE, -1) if finding is Found.MISSING else (NONE, -1)


class _Trust:
    """Whether an ancestor's path still means the same element: indices shift when a list grows.

    It does when it is an anchor, when it is the only child with its tag in a trusted parent, or when more records below
    it were found again than were refused.
    """

    def __init__(self, records: Records, found: list[tuple[int, Found]], index: LayoutIndex) -> None:
        self.index = index
        self.votes: Counter[str] = Counter()
        for path, (_, finding) in zip(records.paths, found, strict=True):
            vote = {Found.AGREES: 1, Found.REFUSED: -1, Found.MISSING: 0}[finding]
            if vote:
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
    return RecordPlaces(rung, element)
