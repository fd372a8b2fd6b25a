"""Where notes are on a picture: on the element that each was written on, placed as the records of clicks are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xxhash

from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import ANCESTOR, OWN, TWIN, record_places
from aggregator.shapes.records import Records, records_of
from store.layouts import Layout, path_key
from store.remarks import NotePlace

# own: on its element; matched: on the element that it was matched to after an edit of the page; around: on what
# was around it; free: written on a place without an element; hidden: the picture does not show its element;
# lost: at its old place, as the picture has nothing of it
NoteRung = Literal["own", "matched", "around", "free", "hidden", "lost"]
_RUNGS: dict[int, NoteRung] = {OWN: "own", TWIN: "matched", ANCESTOR: "around"}


@dataclass(frozen=True)
class PlacedNote:
    """A note, or an answer to a survey, on a picture: `x` and `y` are fractions of it, `element` is the index in its
    layout or -1."""

    rung: NoteRung
    x: float
    y: float
    element: int = -1


def record_of(place: NotePlace) -> int:
    """The id that the store gives to records of clicks on the element of a note."""
    return int(xxhash.xxh64_intdigest(f"{place.print.path} {place.print.fp}".encode()))


def note_records(places: Sequence[NotePlace]) -> Records:
    """The elements of notes as records, each once; places without an element are left out."""
    on = [place for place in places if place.element]
    return records_of(
        np.array([record_of(place) for place in on], np.uint64),
        np.array([path_key(place.print.path) for place in on], np.uint64),
        [place.print.path for place in on],
        [place.print.fp for place in on],
    )


def place_notes(places: Sequence[NotePlace], index: LayoutIndex, twins: Mapping[int, int]) -> tuple[PlacedNote, ...]:
    """Place notes on a layout. `twins`: record id → index of its element (aggregator/pictures/twins.py)."""
    records = note_records(places)
    found = record_places(records, index, twins)
    at = {record: n for n, record in enumerate(records.record.tolist())}
    placed = []
    for place in places:
        if not place.element:
            placed.append(PlacedNote("free", place.x, place.y))
            continue
        n = at[record_of(place)]
        element, rung = int(found.element[n]), int(found.rung[n])
        placed.append(placed_mark(index, element, rung, (place.x, place.y), (place.page_x, place.page_y)))
    return tuple(placed)


def placed_mark(
    index: LayoutIndex, element: int, rung: int, within: tuple[float, float], past: tuple[float, float]
) -> PlacedNote:
    """What was made on an element, which the ladder found by a rung. `within`: fractions of its box; `past`: of the
    page as it was, for what has no place now."""
    named = _RUNGS.get(rung)
    if named is None:
        return PlacedNote("hidden" if element >= 0 else "lost", _within(past[0]), _within(past[1]))
    return PlacedNote(named, *point_in(index.layout, element, *within), element)


def point_in(layout: Layout, element: int, x: float, y: float) -> tuple[float, float]:
    """The point at these fractions of an element, as fractions of the picture."""
    left, top, w, h = (float(side[element]) for side in (layout.x, layout.y, layout.w, layout.h))
    return _within((left + x * w) / max(layout.width, 1)), _within((top + y * h) / max(layout.height, 1))


def _within(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
