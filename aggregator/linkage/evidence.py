"""Evidence that a node and an element are the same one, in nats (Fellegi & Sunter 1969; docs/aggregator.md)."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.classes import Classes
from aggregator.linkage.likeness import likeness
from aggregator.linkage.nodes import UNKNOWN, Nodes, steps
from aggregator.shapes.columns import Float32, Float64, Int16, Int64
from aggregator.shapes.fingerprints import (
    ABSENT,
    ALL,
    CARD,
    CHANCE,
    FIELDS,
    HEAD,
    KEEP,
    KEEP_CLASSES,
    MOST,
    ONE_SIDED,
    TEXT,
)

# Properties of the element itself, not of its content.
OWN = [FIELDS.index(name) for name in ("id", "name", "type", "role", "href", "text", "label")]
HERE = 0
_SINGLE = [n for n, name in enumerate(FIELDS) if name not in ("text", "all")]
_OF_TAG = [FIELDS.index(name) for name in ("href", "type")]  # come and go with the tag: a ↔ button
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
    """Share of elements on which each property survives an edit: `fields` f64[12], and classes."""

    fields: Float64
    classes: float


MEASURED = Keep(KEEP, KEEP_CLASSES)


class Evidence:
    """Nodes and elements, prepared: what does not depend on the shares of survival is computed once.

    In nearly all pairs nothing agrees, and their evidence depends only on the tags and on which properties exist: a
    small table. The few pairs that agree are a list per property.
    """

    def __init__(self, nodes: Nodes, elements: Nodes) -> None:
        self._still = _tags(nodes, elements) + _shapes(nodes, elements)
        self._tags, self._other_tags, self._tag_counts = nodes.tags, elements.tags, Counter(elements.tags)
        self._classes = Classes(nodes, elements)
        self._values, self._other_values = nodes.values, elements.values
        self._ours, self._of = _kinds(nodes)
        self._theirs, self._at = _kinds(elements)
        self._equal = [_equal(nodes.values[:, n], elements.values[:, n]) for n in range(len(FIELDS))]

    def nats(self, keep: Keep) -> Float32:
        """f32[N, M]: how much likelier the observations are for the same element than for any other."""
        tables = self._tables(keep)
        words = np.minimum(tables[TEXT], tables[ALL])
        table = words + sum(tables[n] for n in _SINGLE)
        score = self._still + table.astype(np.float32)[self._of][:, self._at]
        score += self._classes.table(keep.classes).astype(np.float32)[self._classes.of][:, self._classes.at]
        for n in _SINGLE:
            equal = self._equal[n]
            lost = tables[n][self._of[equal.i], self._at[equal.j]]
            score[equal.i, equal.j] += (equal.gain(float(keep.fields[n])) - lost).astype(np.float32)
        # Own text and text of the subtree are nearly the same: the better agreement counts, otherwise the worse loss.
        best: dict[int, Float64] = {}
        for n in (TEXT, ALL):
            equal = self._equal[n]
            best[n] = equal.gain(float(keep.fields[n]))
            lost = words[self._of[equal.i], self._at[equal.j]]
            score[equal.i, equal.j] += (best[n] - lost).astype(np.float32)
        self._once(score, words, best)
        return score

    def surroundings(self, keep: Keep) -> Float32:
        """f32[N, M]: the part of `nats` that says nothing new to the element above: the heading, which many elements
        share, and the card, except for one part in as many as there are nodes in it."""
        card = self._part(CARD, keep)
        _, of, count = np.unique(self._values[:, CARD], return_inverse=True, return_counts=True)
        card *= (1 - 1 / count[of.ravel()]).astype(np.float32)[:, None]
        return self._part(HEAD, keep) + card

    def _part(self, n: int, keep: Keep) -> Float32:
        """f32[N, M]: the nats of one property."""
        equal, table = self._equal[n], self._tables(keep)[n]
        score: Float32 = table.astype(np.float32)[self._of][:, self._at]
        score[equal.i, equal.j] = equal.gain(float(keep.fields[n]))
        return score

    def own(self, keep: Keep, i: Int64, j: Int64) -> tuple[Float64, Float64]:
        """f64[n] for n pairs: nats of the classes, and of the element's other properties, without its content."""
        tables = self._tables(keep)
        classes = self._classes.table(keep.classes)[self._classes.of[i], self._classes.at[j]]
        m = len(self._other_tags)
        others = np.array(
            [_tag(self._tags[a], self._other_tags[b], self._tag_counts, m) for a, b in zip(i, j, strict=True)]
        )
        for n in OWN:
            mine, other = self._values[i, n], self._other_values[j, n]
            of_all = np.sort(self._other_values[:, n])
            count = np.searchsorted(of_all, mine, "right") - np.searchsorted(of_all, mine, "left")
            gain = _gain(float(keep.fields[n]), count / m)
            others = others + np.where((mine >= 0) & (mine == other), gain, tables[n][self._of[i], self._at[j]])
        return classes, others

    def _once(self, score: Float32, words: Float64, gain: dict[int, Float64]) -> None:
        """Where both texts are equal, only the larger gain counts, and the loss is returned only once."""
        m = score.shape[1]
        text, whole = self._equal[TEXT], self._equal[ALL]
        _, a, b = np.intersect1d(text.i * m + text.j, whole.i * m + whole.j, assume_unique=True, return_indices=True)
        i, j = text.i[a], text.j[a]
        lost = words[self._of[i], self._at[j]]
        score[i, j] -= (np.minimum(gain[TEXT][a], gain[ALL][b]) - lost).astype(np.float32)

    def _tables(self, keep: Keep) -> list[Float64]:
        """For each property f64[kinds of nodes, kinds of elements]: the loss where it does not agree."""
        tables = []
        other_tag = self._ours.tag[:, None] != self._theirs.tag[None, :]
        for n in range(len(FIELDS)):
            ours, theirs = self._ours.has[:, n, None], self._theirs.has[None, :, n]
            loss = np.log(1 - keep.fields[n])
            table = np.where((ours == HERE) & (theirs == HERE), loss, ONE_SIDED[n] * loss)
            table[np.broadcast_to((ours == UNKNOWN) | (theirs == UNKNOWN), table.shape)] = 0
            table[np.broadcast_to((ours == ABSENT) & (theirs == ABSENT), table.shape)] = 0
            if n in _OF_TAG:
                table[other_tag] = 0
            tables.append(table)
        return tables


@dataclass(frozen=True)
class _Kinds:
    """K kinds: `tag` i64[K], and whether each property is present, absent or unknown, i16[K, 12]."""

    tag: Int64
    has: Int16


def _kinds(nodes: Nodes) -> tuple[_Kinds, Int64]:
    tags = np.array([tag_number(tag) for tag in nodes.tags], np.int64)
    has = np.where(nodes.values >= 0, HERE, nodes.values)
    distinct, of = np.unique(np.column_stack([tags, has]), axis=0, return_inverse=True)
    return _Kinds(distinct[:, 0], distinct[:, 1:].astype(np.int16)), of.ravel()


@dataclass(frozen=True)
class _Equal:
    """Pairs i64[n] of node and element with an equal value, and the share of elements that have the value."""

    i: Int64
    j: Int64
    share: Float64

    def gain(self, keep: float) -> Float64:
        return _gain(keep, self.share)


def _gain(keep: float, share: Float64) -> Float64:
    return np.asarray(np.clip(np.log(max(keep, CHANCE)) - np.log(share + CHANCE), 0, MOST))


def _equal(ours: Int16, theirs: Int16) -> _Equal:
    order = np.argsort(theirs, kind="stable")
    values = theirs[order]
    start, end = np.searchsorted(values, ours, "left"), np.searchsorted(values, ours, "right")
    count = np.where(ours >= 0, end - start, 0)
    i = np.repeat(np.arange(len(ours)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return _Equal(i, order[start[i] + inside], count[i] / max(1, len(theirs)))


def tag_number(tag: str) -> int:
    return zlib.crc32(tag.encode())


def family_of(tag: str) -> int:
    """A number shared by tags that replace each other in edits."""
    return _FAMILY.get(tag, len(_FAMILIES) + tag_number(tag))


def _tag(ours: str, theirs: str, counts: Counter[str], m: int) -> float:
    if ours == theirs:
        return min(MOST_TAG, -float(np.log(counts[theirs] / m)))
    return SAME_FAMILY if ours in _FAMILY and _FAMILY[ours] == _FAMILY.get(theirs) else OTHER_FAMILY


def _tags(nodes: Nodes, elements: Nodes) -> Float32:
    counts = Counter(elements.tags)
    ours, theirs = list(dict.fromkeys(nodes.tags)), list(counts)
    table = np.array([[_tag(tag, other, counts, len(elements)) for other in theirs] for tag in ours], np.float32)
    place, other_place = {t: n for n, t in enumerate(ours)}, {t: n for n, t in enumerate(theirs)}
    found: Float32 = table[[place[t] for t in nodes.tags]][:, [other_place[t] for t in elements.tags]]
    return found


def shapes_of(nodes: Nodes) -> list[tuple[str, ...]]:
    """The paths without indices, as steps."""
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
