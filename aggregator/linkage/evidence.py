"""Evidence that a node and an element are the same one, in nats (Fellegi & Sunter 1969; docs/aggregator.md)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from aggregator.columns import Float32, Float64, Int16
from aggregator.fingerprints import ABSENT, CHANCE, FIELDS, KEEP, KEEP_CLASSES, MOST, MOST_CLASSES, ONE_SIDED
from aggregator.linkage.likeness import likeness
from aggregator.linkage.nodes import UNKNOWN, Nodes, steps

TEXT, ALL = FIELDS.index("text"), FIELDS.index("all")
_OF_TAG = [FIELDS.index(name) for name in ("href", "type")]  # what comes and goes with the tag: a ↔ button
_INDEX = re.compile(r":\d+")
_FAMILIES = (
    ("a", "button", "input"),
    ("h1", "h2", "h3", "h4", "h5", "h6"),
    ("div", "section", "article", "main", "header", "footer", "aside", "nav", "span", "p", "form", "figure"),
    ("ul", "ol"),
)
_FAMILY = {tag: n for n, tags in enumerate(_FAMILIES) for tag in tags}
MOST_TAG, SAME_FAMILY, OTHER_FAMILY = 4.0, -2.0, -5.0
SHAPE_FROM, SHAPE_OVER = -1.5, 3.0
SAME_ANCHOR = 4.0


@dataclass(frozen=True)
class Keep:
    """Share of elements on which each property survives an edit: `fields` f64[11], and classes."""

    fields: Float64
    classes: float


MEASURED = Keep(KEEP, KEEP_CLASSES)


class Evidence:
    """Nodes and elements made ready: what does not depend on what survived is reckoned once."""

    def __init__(self, nodes: Nodes, elements: Nodes) -> None:
        self.nodes, self.elements = nodes, elements
        self.still = _tags(nodes, elements) + _shapes(nodes, elements)
        self.other_tag = np.array(nodes.tags)[:, None] != np.array(elements.tags)[None, :]
        self._columns = [
            None if name == "plain" else _Column(nodes.values[:, n], elements.values[:, n])
            for n, name in enumerate(FIELDS)
        ]
        self._classes = _Classes(nodes, elements)

    def nats(self, keep: Keep) -> Float32:
        """f32[N, M]: how much likelier the findings are if it is the same element than if it is any other."""
        score = self.still.copy()
        for n, column in enumerate(self._columns):
            if column is None or n in (TEXT, ALL) or not column.says:
                continue
            nats = column.nats(float(keep.fields[n]))
            if n in _OF_TAG:
                nats[self.other_tag] = np.maximum(nats[self.other_tag], 0)
            score += nats
        score += self._words(keep)
        self._classes.add(score, keep.classes)
        return score

    def _words(self, keep: Keep) -> Float32:
        """Own text and text of the subtree are nearly one thing: the better agreement, else the worse loss."""
        text, whole = (self._columns[n].nats(float(keep.fields[n])) for n in (TEXT, ALL))  # type: ignore[union-attr]
        best = np.maximum(text, whole)
        found: Float32 = np.where(best > 0, best, np.minimum(text, whole))
        return found


class _Column:
    """One property: the nodes by their distinct values."""

    def __init__(self, ours: Int16, theirs: Int16) -> None:
        self.values, self.of = np.unique(ours, return_inverse=True)
        self.theirs = theirs
        m = max(1, len(theirs))
        self.share = np.array([(theirs == value).sum() / m for value in self.values])
        self.says = bool((self.values > UNKNOWN).any()) and not ((theirs == ABSENT).all() and (self.values < 0).all())

    def table(self, keep: float) -> Float32:
        gain = np.clip(np.log(keep) - np.log(self.share + CHANCE), 0, MOST)
        loss = np.log(1 - keep)
        theirs = self.theirs[None, :]
        ours = self.values[:, None]
        nats = np.where(
            ours == theirs, gain[:, None], np.where((ours == ABSENT) | (theirs == ABSENT), ONE_SIDED * loss, loss)
        )
        nats[(ours == ABSENT) & (theirs == ABSENT)] = 0
        nats[(ours == UNKNOWN)[:, 0]] = 0
        nats[:, self.theirs == UNKNOWN] = 0
        found: Float32 = nats.astype(np.float32)
        return found

    def nats(self, keep: float) -> Float32:
        found: Float32 = self.table(keep)[self.of]
        return found


class _Classes:
    """Two sets of classes by weighted Jaccard likeness: rare classes weigh more."""

    def __init__(self, nodes: Nodes, elements: Nodes) -> None:
        counts = Counter(c for classes in elements.classes for c in classes or ())
        m = max(1, len(elements))
        ours = list(dict.fromkeys(nodes.classes))
        theirs = list(dict.fromkeys(elements.classes))
        self.of = (
            np.array([ours.index(c) for c in nodes.classes], np.int64)
            if len(ours) < 50
            else _places(nodes.classes, ours)
        )
        self.at = _places(elements.classes, theirs)
        vocabulary = {c: n for n, c in enumerate({c for group in (*ours, *theirs) for c in group or ()})}
        weight = np.array([np.log((m + 1) / max(counts[c], 1)) for c in vocabulary])
        a, b = _incidence(ours, vocabulary), _incidence(theirs, vocabulary)
        shared = np.asarray((a.multiply(weight) @ b.T).todense()) if vocabulary else np.zeros((len(ours), len(theirs)))
        total = np.asarray(a @ weight)[:, None] + np.asarray(b @ weight)[None, :] - shared
        self.alike = shared / np.maximum(total, 1e-9)
        self.shared = np.minimum(shared, MOST_CLASSES)
        self.unknown = np.array([c is None for c in ours])
        empty_a, empty_b = (np.array([c is not None and not c for c in sets]) for sets in (ours, theirs))
        self.both_empty = empty_a[:, None] & empty_b[None, :]
        self.one_empty = empty_a[:, None] ^ empty_b[None, :]

    def add(self, score: Float32, keep: float) -> None:
        loss = np.log(1 - keep)
        nats = self.alike * self.shared + (1 - self.alike) * loss
        nats[self.one_empty] = ONE_SIDED * loss
        nats[self.both_empty] = 0
        nats[self.unknown] = 0
        score += nats.astype(np.float32)[self.of][:, self.at]


def _places(classes: list[frozenset[int] | None], distinct: list[frozenset[int] | None]) -> np.ndarray:
    place = {c: n for n, c in enumerate(distinct)}
    return np.array([place[c] for c in classes], np.int64)


def _incidence(sets: list[frozenset[int] | None], vocabulary: dict[int, int]) -> sparse.csr_matrix:
    rows = [n for n, group in enumerate(sets) for _ in group or ()]
    columns = [vocabulary[c] for group in sets for c in group or ()]
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(sets), len(vocabulary)))


def family_of(tag: str) -> int:
    """A number that tags share which take each other's place."""
    return _FAMILY.get(tag, -1 - hash(tag) % 1_000_003)


def _tags(nodes: Nodes, elements: Nodes) -> Float32:
    counts = Counter(elements.tags)
    ours, theirs = list(dict.fromkeys(nodes.tags)), list(counts)
    table = np.full((len(ours), len(theirs)), OTHER_FAMILY, np.float32)
    for i, tag in enumerate(ours):
        for j, other in enumerate(theirs):
            if tag == other:
                table[i, j] = min(MOST_TAG, -np.log(counts[other] / len(elements)))
            elif tag in _FAMILY and _FAMILY[tag] == _FAMILY.get(other):
                table[i, j] = SAME_FAMILY
    place, other_place = {t: n for n, t in enumerate(ours)}, {t: n for n, t in enumerate(theirs)}
    found: Float32 = table[[place[t] for t in nodes.tags]][:, [other_place[t] for t in elements.tags]]
    return found


def shapes_of(nodes: Nodes) -> list[tuple[str, ...]]:
    """The path of each without indices."""
    return [tuple(_INDEX.sub("", step) if n else step for n, step in enumerate(steps(path))) for path in nodes.paths]


def _shapes(nodes: Nodes, elements: Nodes) -> Float32:
    ours, theirs = shapes_of(nodes), shapes_of(elements)
    a, b = list(dict.fromkeys(ours)), list(dict.fromkeys(theirs))
    table = SHAPE_FROM + SHAPE_OVER * likeness(a, b)
    named = {path[0]: n for n, path in enumerate(a) if len(path) == 1}
    for n, path in enumerate(b):
        if len(path) == 1 and path[0] in named:
            table[named[path[0]], n] += SAME_ANCHOR
    place, other_place = {s: n for n, s in enumerate(a)}, {s: n for n, s in enumerate(b)}
    found: Float32 = table[[place[s] for s in ours]][:, [other_place[s] for s in theirs]]
    return found
