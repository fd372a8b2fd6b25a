"""Whose a point is: of the page as it opens, or of one of its states (an open menu, a dialog).

A point belongs to the base where the base's picture shows its element (rungs own and twin), else to
the first state, in the owner's order, whose picture shows it. What none of them shows is told of on
the base's map, where it may still stand on an ancestor. One decision a record, as in `ladder`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.columns import Int16, Mask
from aggregator.elements import LayoutIndex
from aggregator.ladder import OWN, TWIN, Places, places, unknown_places
from aggregator.points import Points
from aggregator.records import Records

NOBODY = -1

Twins = Mapping[int, int]  # record id → index of its element in the layout


@dataclass(frozen=True)
class InState:
    """How many points of the question belong to another picture of the page; `state` is "" for the base."""

    state: str
    points: int


def owners(
    points: Points, records: Records, pictures: Sequence[LayoutIndex], twins: Sequence[Twins] | None = None
) -> Int16:
    """Index of the picture that each of N points belongs to, NOBODY where none shows its element: i16[N].

    `pictures`: the base first, then the states in the owner's order; `twins` as long, if given.
    """
    of_record = np.full(len(records), NOBODY, np.int16)
    for n in reversed(range(len(pictures))):
        of_record[_shown(places(records, pictures[n], twins[n] if twins else {}))] = n
    at = records.locate(points.record)
    lost = np.flatnonzero(at < 0)
    if not len(lost):
        return of_record[at]
    keys, inverse = np.unique(points.key[lost], return_inverse=True)
    of_key = np.full(len(keys), NOBODY, np.int16)
    for n in reversed(range(len(pictures))):
        of_key[_shown(unknown_places(keys.tolist(), pictures[n]))] = n
    at[lost] = len(records) + inverse
    return np.append(of_record, of_key)[at]


def _shown(found: Places) -> Mask:
    return np.asarray((found.rung == OWN) | (found.rung == TWIN), bool)


def divide(owner: Int16, states: Sequence[str], state: str) -> tuple[Mask, tuple[InState, ...]]:
    """Which points the map of `state` is about, and how many belong to each of the other `states`.

    `states` are names as long as the pictures of `owners`, the base ("") among them or not. What
    belongs to nobody is the base's; without a base it is everybody's, so that it is told of at all.
    """
    base = states.index("") if "" in states else states.index(state)
    whose = np.where(owner == NOBODY, base, owner)
    counts = np.bincount(whose, minlength=len(states)).tolist()
    others = tuple(InState(name, n) for name, n in zip(states, counts, strict=True) if name != state)
    return np.asarray(whose == states.index(state), bool), others
