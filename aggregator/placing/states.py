"""Which picture a point belongs to: the page as it opens, or one of its states (an open menu, a dialog).

A point belongs to the first picture that shows its own element: the base's, then those of the states in the owner's
order; otherwise to the first that shows its twin, since an element that the base lacks may look much like one it has.
A point that no picture shows belongs to the base, where it may still be drawn on an ancestor. The decision is made once
per record, as in `ladder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import OWN, TWIN, RecordPlaces, unknown_places
from aggregator.shapes.cells import Cells
from aggregator.shapes.columns import Int16, Int64, Mask
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records

NOBODY = -1


@dataclass(frozen=True)
class StatePicture:
    """One picture of the page: where it shows each record, and when it was `taken` (ms since 1970)."""

    index: LayoutIndex
    places: RecordPlaces
    taken: int = 0


@dataclass(frozen=True)
class InState:
    """How many points of the question belong to another state of the page; `state` is "" for the base."""

    state: str
    points: int


def owners(points: Points | Cells, records: Records, pictures: Sequence[StatePicture]) -> Int16:
    """Index of the picture that each of N points or cells belongs to, NOBODY where none shows its element: i16[N].

    `pictures`: the base first, then the states in the owner's order.
    """
    of_record = _of_records(pictures)
    at = records.locate(points.record)
    lost = np.flatnonzero(at < 0)
    if not len(lost):
        return of_record[at]
    keys, inverse = np.unique(points.key[lost], return_inverse=True)
    of_key = _first([unknown_places(keys.tolist(), one.index).rung == OWN for one in pictures])
    at[lost] = len(records) + inverse
    return np.append(of_record, of_key)[at]


def _of_records(pictures: Sequence[StatePicture]) -> Int16:
    own, twin = (_first([one.places.rung == rung for one in pictures]) for rung in (OWN, TWIN))
    for i in np.flatnonzero((twin != NOBODY) & (twin < own)).tolist():
        shows_it, shows_twin = pictures[own[i]], pictures[twin[i]]
        if _is_outdated(shows_it, shows_twin, int(shows_twin.places.element[i])):
            own[i] = twin[i]
    return np.where(own == NOBODY, twin, own)


def _is_outdated(shows_it: StatePicture, shows_twin: StatePicture, twin: int) -> bool:
    """Whether a picture shows an element only because it was taken before an edit that turned it into its `twin`.

    A picture that has both shows two different elements, whenever it was taken.
    """
    has_both = int(shows_twin.index.layout.keys[twin]) in shows_it.index.by_key
    return shows_it.taken < shows_twin.taken and not has_both


def _first(holds: Sequence[Mask]) -> Int16:
    """For each column the first row that is true, NOBODY without one."""
    table = np.stack(holds)
    return np.where(table.any(axis=0), table.argmax(axis=0), NOBODY).astype(np.int16)


def divide(owner: Int16, states: Sequence[str], state: str, n: Int64 | None = None) -> tuple[Mask, tuple[InState, ...]]:
    """Which points belong on the map of `state`, and how many belong to each of the other `states`. `n`: the points
    that each has, if they are cells.

    `states` names the pictures given to `owners`; the base ("") may be missing. Points without an owner belong to the
    base; without a base they belong to the state asked for, so that they are reported at all.
    """
    base = states.index("") if "" in states else states.index(state)
    whose = np.where(owner == NOBODY, base, owner)
    counts = np.bincount(whose, n, len(states)).astype(np.int64).tolist()
    others = tuple(InState(name, count) for name, count in zip(states, counts, strict=True) if name != state)
    return np.asarray(whose == states.index(state), bool), others
