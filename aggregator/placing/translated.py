"""Records of a translated page: their words are not those of the picture.

A translator that puts wrappers around words is seen by the tracker, which leaves the fingerprints of words out
(docs/elements.md). One that replaces the words themselves is seen here: links and fields are in their places and have
kept their names, but hardly any recorded words are in the picture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aggregator.shapes.columns import Int16
from aggregator.shapes.fingerprints import ABSENT, ALL, FIELDS, TEXT, WORDS, Fingerprints, Prints, parse
from aggregator.shapes.records import Records
from store.layouts import Layout

# Properties that a translator leaves as they are.
NAMES = [FIELDS.index(name) for name in ("id", "name", "href")]
LEAST_NAMED = 2  # elements with a name of their own that must be in their places
SURVIVED = 0.2  # share of the words still in the picture, from which the page was not translated


def prints_of(records: Records, layout: Layout, elements: Fingerprints) -> list[Prints]:
    """The fingerprints of each record; without its words if the page was translated and the picture lacks them."""
    prints = [parse(fp) for fp in records.fps]
    values = np.array([one.values for one in prints], np.int16).reshape(len(prints), len(FIELDS))
    foreign = (values[:, WORDS] != ABSENT).any(axis=1)
    for n in WORDS:
        foreign &= ~np.isin(values[:, n], elements.values[:, n]) | (values[:, n] == ABSENT)
    if not foreign.any() or not _is_translated(records, values, layout, elements.values):
        return prints
    return [_without_words(one) if lost else one for one, lost in zip(prints, foreign.tolist(), strict=True)]


def _is_translated(records: Records, values: Int16, layout: Layout, elements: Int16) -> bool:
    said = values[:, TEXT] != ABSENT
    if not said.any():
        return False
    if np.isin(values[said, ALL], elements[:, ALL]).mean() > SURVIVED:
        return False
    at = dict(zip(layout.keys.tolist(), range(len(layout)), strict=True))
    own = np.array([at.get(key, -1) for key in records.key.tolist()], np.int64)
    there = np.flatnonzero((own >= 0) & said)
    mine, theirs = values[there], elements[own[there]]
    named = ((mine == theirs) & (mine != ABSENT))[:, NAMES].any(axis=1)
    kept = (mine[named, ALL] == theirs[named, ALL]).sum()
    distinct = len(np.unique(mine[named][:, NAMES], axis=0))
    return bool(distinct >= LEAST_NAMED and kept <= SURVIVED * named.sum())


def _without_words(prints: Prints) -> Prints:
    values = prints.values.copy()
    values[list(WORDS)] = ABSENT
    return replace(prints, values=values)
