"""Fingerprints of elements, and the evidence that two records speak of the same one (docs/aggregator.md).

Evidence is counted in nats: the logarithm of how much likelier a finding is if it is the
same element than if another took its place (Fellegi & Sunter 1969).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.columns import Int16

FIELDS = ("id", "name", "type", "role", "href", "text", "plain", "all", "sub", "label", "head")
ABSENT = -1
CHANCE = 2.0**-12  # that two different values share a fingerprint of 12 bits

# Share of elements on which a property survives an edit of the page (measured; docs/aggregator.md).
KEEP = {
    "id": 0.92,
    "name": 0.95,
    "type": 0.96,
    "role": 0.88,
    "href": 0.88,
    "text": 0.95,
    "all": 0.88,
    "sub": 0.80,
    "label": 0.85,
    "head": 0.60,
}
KEEP_CLASSES = 0.80
MOST = 6.0  # nats that one property may give
MOST_CLASSES = 4.0
ONE_SIDED = 0.6  # part of the loss when only one side has the property

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE = {letter: i for i, letter in enumerate(_LETTERS)}
_COLUMN = {name: i for i, name in enumerate(FIELDS)}
_CODES: dict[str, int] = {a + b: _VALUE[a] << 6 | _VALUE[b] for a in _LETTERS for b in _LETTERS} | {"..": ABSENT}


class BadFingerprints(ValueError):
    """Not two base64url letters a property."""


def parse(fp: str) -> tuple[list[int], frozenset[int]]:
    """(the 11 properties in the order of FIELDS, -1 where absent; the classes). Short ones are filled up."""
    try:
        values = [_CODES[fp[i : i + 2]] for i in range(0, len(fp), 2)]
    except KeyError as error:
        raise BadFingerprints(f"{fp[:60]!r} holds {error.args[0]!r}, which is not a fingerprint.") from None
    values += [ABSENT] * (len(FIELDS) - len(values))
    return values[: len(FIELDS)], frozenset(v for v in values[len(FIELDS) :] if v != ABSENT)


@dataclass(frozen=True)
class Rivals:
    """Elements that one may be mistaken for: their properties, and how many carry each class."""

    values: Int16
    classes: Counter[int]

    @property
    def size(self) -> int:
        return len(self.values)


class Fingerprints:
    """The fingerprints of all elements of a layout, to hold single records against."""

    def __init__(self, fps: Sequence[str]) -> None:
        parsed = [parse(fp) for fp in fps]
        self.values: Int16 = np.array([values for values, _ in parsed], np.int16).reshape(len(parsed), len(FIELDS))
        self.classes = [classes for _, classes in parsed]
        self.everyone = self.rivals(range(len(parsed)))

    def rivals(self, elements: Sequence[int]) -> Rivals:
        """These elements (indices) as a group; an element belongs to its own group."""
        counts = Counter(c for i in elements for c in self.classes[i])
        return Rivals(self.values[np.asarray(elements, np.int64)], counts)

    def evidence(self, fp: str, element: int, rivals: Rivals) -> float:
        """Nats that the record `fp` is of `element`, and not of another of `rivals`. Positive = the same.

        The rarer an equal value is among the rivals the more it says; one that all of them
        share says nothing. `plain` (the path without anchor) is left out: who shares the key
        shares it nearly always, so it would vouch for its own kind.
        """
        values, classes = parse(fp)
        record = np.array(values, np.int16)
        mine = self.values[element]
        shares = (rivals.values == record).mean(axis=0)
        nats = {name: _property(keep, record[_COLUMN[name]], mine[_COLUMN[name]], shares[_COLUMN[name]])
                for name, keep in KEEP.items()}  # fmt: skip
        words = [nats.pop("text"), nats.pop("all")]
        # Own text and text of the subtree are nearly one thing: the better agreement, else the worse loss.
        same = [w for w, name in zip(words, ("text", "all"), strict=True)
                if record[_COLUMN[name]] == mine[_COLUMN[name]] != ABSENT]  # fmt: skip
        return sum(nats.values()) + (max(same) if same else min(words)) + self._of_classes(classes, element, rivals)

    def _of_classes(self, classes: frozenset[int], element: int, rivals: Rivals) -> float:
        """Weighted Jaccard likeness of the two sets of classes; rare classes weigh more."""
        mine = self.classes[element]
        if not classes and not mine:
            return 0.0
        loss = math.log(1 - KEEP_CLASSES)
        if not classes or not mine:
            return ONE_SIDED * loss
        n = self.everyone.size
        weight = {c: math.log((n + 1) / max(self.everyone.classes[c], 1)) for c in classes | mine}
        alike = sum(weight[c] for c in classes & mine) / sum(weight.values())
        rare = sum(math.log(rivals.size / rivals.classes[c]) for c in classes & mine)
        return alike * min(MOST_CLASSES, rare) + (1 - alike) * loss


def _property(keep: float, record: int, layout: int, share: float) -> float:
    """Evidence of one property: equal, different, on one side only, or absent on both."""
    if record == layout:
        return 0.0 if record == ABSENT else max(0.0, min(MOST, math.log(keep / (share + CHANCE))))
    loss = math.log(1 - keep)
    return loss if ABSENT not in (record, layout) else ONE_SIDED * loss
