"""Fingerprints of elements, and the evidence that two records mean the same element (docs/aggregator.md).

Evidence is in nats: the logarithm of how much likelier an observation is for the same element than for another one that
took its place (Fellegi & Sunter 1969).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float64, Int16, Int64

FIELDS = ("id", "name", "type", "role", "href", "text", "card", "all", "sub", "label", "head", "picture")
ABSENT = -1
CHANCE = 2.0**-12  # that two different values share a fingerprint of 12 bits

# Share of elements on which a property survives an edit of the page (measured; docs/aggregator.md).
KEEP: Float64 = np.array([0.92, 0.95, 0.96, 0.88, 0.88, 0.95, 0.90, 0.88, 0.80, 0.85, 0.60, 0.88])
KEEP_CLASSES = 0.80
MOST = 6.0  # nats from one property at most
MOST_CLASSES = 4.0
TEXT, ALL, CARD, HEAD, PICTURE = (FIELDS.index(name) for name in ("text", "all", "card", "head", "picture"))
# What translators change: the tracker leaves these out on a translated element.
WORDS = (TEXT, ALL, CARD, HEAD)
# Part of the loss, when only one side has the property. Earlier records have neither card nor picture.
ONE_SIDED: Float64 = np.where(np.isin(range(len(FIELDS)), (CARD, PICTURE)), 0.0, 0.6)
CLASSES_ONE_SIDED = 0.6

_CLASSES_FROM = 11  # index of the first class in a record; the picture follows them after an absent fingerprint

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE = {letter: i for i, letter in enumerate(_LETTERS)}
_CODES: dict[str, int] = {a + b: _VALUE[a] << 6 | _VALUE[b] for a in _LETTERS for b in _LETTERS} | {"..": ABSENT}


class BadFingerprints(ValueError):
    """The text is not two base64url letters per property."""


@dataclass(frozen=True)
class Prints:
    """The fingerprints of one record: `values` i16[12] in the order of FIELDS, -1 where absent; its classes."""

    values: Int16
    classes: frozenset[int]

    @property
    def is_wordless(self) -> bool:
        """Whether there is no fingerprint of any words: a translated element, or one without words."""
        return bool((self.values[list(WORDS)] == ABSENT).all())


def parse(fp: str) -> Prints:
    """Parse fingerprints as they were sent: `~` or `..` for an absent one; missing ones at the end are absent.

    The trackers that sent `..` had another property in the place of `card`.
    """
    is_early = ".." in fp
    fp = fp.replace("~", "..")
    try:
        values = [_CODES[fp[i : i + 2]] for i in range(0, len(fp), 2)]
    except KeyError as error:
        raise BadFingerprints(f"{fp[:60]!r} holds {error.args[0]!r}, which is not a fingerprint.") from None
    values += [ABSENT] * (_CLASSES_FROM - len(values))
    fields, classes, picture = values[:_CLASSES_FROM], values[_CLASSES_FROM:], ABSENT
    if ABSENT in classes:
        after = classes.index(ABSENT)
        classes, picture = classes[:after], [*classes[after + 1 :], ABSENT][0]
    if is_early:
        fields[CARD] = ABSENT
    return Prints(np.array([*fields, picture], np.int16), frozenset(classes))


@dataclass(frozen=True)
class Rivals:
    """Elements that one may be mistaken for: their properties, and how many have each class."""

    values: Int16
    classes: Counter[int]

    @property
    def size(self) -> int:
        return len(self.values)


class Fingerprints:
    """The fingerprints of all elements of a layout, to compare single records with."""

    def __init__(self, fps: Sequence[str]) -> None:
        parsed = [parse(fp) for fp in fps]
        self.values: Int16 = np.array([p.values for p in parsed], np.int16).reshape(len(parsed), len(FIELDS))
        self.classes = [p.classes for p in parsed]
        self.everyone = self.rivals(range(len(parsed)))

    def rivals(self, elements: Sequence[int]) -> Rivals:
        """These elements (indices) as a group; an element is in its own group."""
        counts = Counter(c for i in elements for c in self.classes[i])
        return Rivals(self.values[np.asarray(elements, np.int64)], counts)

    def equal(self, record: Prints, element: int) -> bool:
        """Whether all fingerprints of the element equal the record's.

        Earlier records have neither card nor picture, and their heading may be that of the previous card.
        """
        equal = record.values == self.values[element]
        one_sided = (record.values == ABSENT) != (self.values[element] == ABSENT)
        equal[PICTURE] |= one_sided[PICTURE]
        if one_sided[CARD]:
            equal[[CARD, HEAD]] = True
        return record.classes == self.classes[element] and bool(equal.all())

    def identical(self, record: Prints, element: int) -> bool:
        """Like `equal`, but what only one side has counts as different."""
        return record.classes == self.classes[element] and bool((record.values == self.values[element]).all())

    def of_properties(self, record: Prints, elements: Int64, rivals: Rivals, keep: Float64) -> Float64:
        """Nats for each of `elements` that the record is of it and not of another of `rivals`.

        An equal value says more the rarer it is among the rivals, and nothing if all share it. A different value would
        have had to change. A value on one side only costs part of that. What a wordless record should say is unknown:
        the page may have been translated.
        """
        mine = self.values[elements]
        equal = mine == record.values
        asked = record.values != ABSENT
        share = (rivals.values == record.values).mean(axis=0)
        gain = np.where(asked, np.clip(np.log(np.maximum(keep, CHANCE) / (share + CHANCE)), 0, MOST), 0)
        loss = np.log(1 - keep)
        one_sided = asked != (mine != ABSENT)
        nats = np.where(equal, gain, np.where(one_sided, ONE_SIDED, 1.0) * loss)
        # Own text and text of the subtree are nearly the same: the better agreement counts, otherwise the worse loss.
        if record.is_wordless:
            nats[:, WORDS] = 0
        words = nats[:, [TEXT, ALL]]
        same = (equal & asked)[:, [TEXT, ALL]]
        best = np.where(same, words, -np.inf).max(axis=1)
        of_words = np.where(same.any(axis=1), best, words.min(axis=1))
        return np.asarray(nats.sum(axis=1) - words.sum(axis=1) + of_words, np.float64)

    def of_classes(self, record: Prints, element: int, rivals: Rivals) -> float:
        """Nats of the two sets of classes, by their weighted Jaccard similarity: rare classes weigh more."""
        classes, mine = record.classes, self.classes[element]
        if not classes and not mine:
            return 0.0
        loss = math.log(1 - KEEP_CLASSES)
        if not classes or not mine:
            return CLASSES_ONE_SIDED * loss
        n = self.everyone.size
        weight = {c: math.log((n + 1) / max(self.everyone.classes[c], 1)) for c in classes | mine}
        alike = sum(weight[c] for c in classes & mine) / sum(weight.values())
        rare = sum(math.log(rivals.size / rivals.classes[c]) for c in classes & mine)
        return alike * min(MOST_CLASSES, rare) + (1 - alike) * loss
