"""What is matched: elements as nodes of a tree, from visitors' records or from a layout."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.shapes.columns import Int16, Int32
from aggregator.shapes.fingerprints import ABSENT, CARD, FIELDS, WORDS, parse
from aggregator.shapes.paths import CUT, tag_of
from aggregator.shapes.records import Records
from store.layouts import Layout

UNKNOWN = -2  # no evidence: the property of an implied ancestor, or one that differs between visitors
_WORDS = [FIELDS.index(name) for name in ("text", "all", "label", "head", "card")]
_WORDS_AND_LINK = [FIELDS.index(name) for name in ("href", "text", "all", "label")]
_WITH_CARD = [*_WORDS_AND_LINK, FIELDS.index("card")]
_STEP = re.compile(r"(>+)")


@dataclass(frozen=True)
class Nodes:
    """N elements. `values` i16[N, 12]: fingerprints in the order of FIELDS, -1 absent, -2 unknown.

    `parent` i32[N], -1 where it is not known; `classes` None where they are not known.
    """

    paths: list[str]
    tags: list[str]
    values: Int16
    classes: list[frozenset[int] | None]
    parent: Int32

    def __len__(self) -> int:
        return len(self.paths)


def layout_nodes(layout: Layout) -> Nodes:
    """The elements of a layout, with all their properties."""
    prints = [parse(fp) for fp in layout.fps]
    return Nodes(
        paths=list(layout.paths),
        tags=list(layout.tags),
        values=np.array([p.values for p in prints], np.int16).reshape(len(prints), len(FIELDS)),
        classes=[p.classes for p in prints],
        parent=layout.parents.astype(np.int32),
    )


def record_nodes(records: Records, elements: Nodes) -> tuple[Nodes, Int32]:
    """Nodes of the records and of the ancestors that their paths imply, and the node of each record, i32[R].

    Records with the same path that differ only in their words (a greeting, a price) are one node, unless an element
    elsewhere has those words: then they may be items of a list that was sorted again.
    """
    prints = [parse(fp) for fp in records.fps]
    tags = [tag_of(path) for path in records.paths]
    values = np.array([p.values for p in prints], np.int16).reshape(len(prints), len(FIELDS))
    where: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for columns in (_WORDS_AND_LINK, _WITH_CARD):
        for path, words in zip(elements.paths, _of(columns, elements.tags, elements.values), strict=True):
            where[words].add(path)
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    without_words = np.delete(values, _WORDS, axis=1).tolist()
    described = zip(_of(_WORDS_AND_LINK, tags, values), _of(_WITH_CARD, tags, values), strict=True)
    for i, both in enumerate(described):
        own_words = [words for words in both if words in where and records.paths[i] not in where[words]]
        groups[(records.paths[i], prints[i].classes, *without_words[i], *own_words)].append(i)

    paths: list[str] = []
    merged, classes, node = [], [], np.zeros(len(records), np.int32)
    of_path: dict[str, int] = {}
    for group in groups.values():
        first = group[0]
        node[group] = of_path[records.paths[first]] = len(paths)
        mine = _merged(values[group])
        paths.append(records.paths[first])
        merged.append(mine)
        classes.append(prints[first].classes)

    nothing = np.full(len(FIELDS), UNKNOWN, np.int16)
    all_classes: list[frozenset[int] | None] = list(classes)
    parent: list[int] = [-1] * len(paths)
    for at in range(len(paths)):
        here, path = at, paths[at]
        while (above := above_of(path)) and parent[here] < 0:
            if above not in of_path:
                of_path[above] = len(paths)
                paths.append(above)
                merged.append(nothing)
                all_classes.append(None)
                parent.append(-1)
            parent[here] = of_path[above]
            here, path = of_path[above], above
    return (
        Nodes(
            paths=paths,
            tags=[tag_of(path) for path in paths],
            values=np.array(merged, np.int16).reshape(len(paths), len(FIELDS)),
            classes=all_classes,
            parent=np.array(parent, np.int32),
        ),
        node,
    )


def _merged(values: Int16) -> Int16:
    """The properties i16[12] of a node from those of its records, i16[n, 12]. Records without words may be of a
    translated page: then their words are unknown."""
    wordless = (values[:, WORDS] == ABSENT).all(axis=1)
    known = values[~wordless] if not wordless.all() else values
    mine: Int16 = known[0].copy()
    mine[(known != mine).any(axis=0)] = UNKNOWN
    if wordless.all():
        mine[list(WORDS)] = UNKNOWN
    return mine


def without_lost_cards(nodes: Nodes, elements: Nodes) -> Nodes:
    """The nodes, with unknown cards where no element has their card any more: it has changed, so the difference says
    nothing about any element. If it is still there, it is nearly always the element's."""
    values = nodes.values.copy()
    card = values[:, CARD]
    card[(card >= 0) & ~np.isin(card, elements.values[:, CARD])] = UNKNOWN
    return replace(nodes, values=values)


def above_of(path: str) -> str:
    """Path of the parent; empty for an anchor, and for a path that was cut."""
    if CUT in path:
        return ""
    return path.rpartition(">")[0].rstrip(">")


def steps(path: str) -> list[str]:
    """The anchor and the steps; a step into a shadow root or frame keeps its second `>`."""
    parts = _STEP.split(path)
    return parts[:1] + [into[1:] + step for into, step in zip(parts[1::2], parts[2::2], strict=True)]


def _of(columns: Sequence[int], tags: Sequence[str], values: Int16) -> list[tuple[object, ...]]:
    """Tag and these properties of each element."""
    return [(tag, *row) for tag, row in zip(tags, values[:, columns].tolist(), strict=True)]
