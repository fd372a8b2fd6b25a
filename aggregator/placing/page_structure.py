"""Zones proposed from the structure of a page: its landmarks, forms, sections and lists of cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aggregator.placing.zones import Rectangle, box_around
from aggregator.shapes.columns import Mask
from store.layouts import Layout
from store.page_zones import MAX_ELEMENTS

PartKind = Literal["header", "navigation", "main", "aside", "footer", "form", "section", "cards"]

_OF_TAG: dict[str, PartKind] = {
    "header": "header",
    "nav": "navigation",
    "main": "main",
    "aside": "aside",
    "footer": "footer",
    "form": "form",
    "section": "section",
    "search": "form",
}
_OF_PAGE: tuple[PartKind, ...] = ("header", "footer")  # in an article or a section, they belong to it
MOST = 20  # proposals
LEAST_W, LEAST_H = 60.0, 16.0  # px: smaller parts are not worth a zone
LEAST_CARDS = 3
CARD = 60.0  # px: both sides of a card
WIDER = 1.25  # the widest card of a list is at most so many times as wide as the narrowest
THE_PAGE = ("html", "body", "main")  # whose parts are not cards


@dataclass(frozen=True)
class ProposedZone:
    """A part of a page that could be a zone. `name`: what the page calls it, "" if it has no name. `elements`: indices
    in the layout."""

    kind: PartKind
    name: str
    elements: tuple[int, ...]
    box: Rectangle


def proposed_zones(layout: Layout) -> list[ProposedZone]:
    """The parts of a page, from the top down, at most MOST; the main part and lists of cards are never left out."""
    found: dict[tuple[int, ...], ProposedZone] = {}
    for part in (*_landmarks(layout), *_cards(layout)):
        if part.box.w >= LEAST_W and part.box.h >= LEAST_H:
            found.setdefault(part.elements, part)
    parts = sorted(found.values(), key=lambda one: (one.kind in ("section", "form"), one.box.y))[:MOST]
    return sorted(parts, key=lambda one: (one.box.y, one.box.x, -one.box.w * one.box.h))


def _landmarks(layout: Layout) -> Iterator[ProposedZone]:
    for i, tag in enumerate(layout.tags):
        kind = _OF_TAG.get(tag)
        if kind is None or not layout.visible[i]:
            continue
        if kind in _OF_PAGE and _lies_in(layout, i, ("article", "section", "main", "aside", "li")):
            continue
        if kind == "section" and _lies_in(layout, i, ("section",)):
            continue
        if box := box_around(layout, np.array([i], np.int64)):
            name = "" if kind in ("header", "main", "footer") else " ".join(layout.names[i].split())
            yield ProposedZone(kind, name, (i,), box)


def _lies_in(layout: Layout, element: int, tags: tuple[str, ...]) -> bool:
    above = int(layout.parents[element])
    while above >= 0:
        if layout.tags[above] in tags:
            return True
        above = int(layout.parents[above])
    return False


def _cards(layout: Layout) -> Iterator[ProposedZone]:
    """Lists of at least LEAST_CARDS siblings with one tag that are large enough and equally wide; the whole list if it
    holds nothing else. Of lists within a list, only the outer one."""
    siblings: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i, tag in enumerate(layout.tags):
        if layout.visible[i] and layout.parents[i] >= 0 and tag not in _OF_TAG:
            siblings[int(layout.parents[i]), tag].append(i)
    taken = np.zeros(len(layout), bool)
    for (parent, _), cards in siblings.items():
        if layout.tags[parent] in THE_PAGE or _is_in(layout, parent, taken) or not _are_cards(layout, cards):
            continue
        children = np.flatnonzero((layout.parents == parent) & layout.visible)
        elements = (parent,) if len(children) == len(cards) else tuple(cards)
        if len(elements) > MAX_ELEMENTS:
            continue
        taken[parent] = True
        if box := box_around(layout, np.array(elements, np.int64)):
            yield ProposedZone("cards", " ".join(layout.names[parent].split()), elements, box)


def _are_cards(layout: Layout, elements: list[int]) -> bool:
    w, h = layout.w[elements], layout.h[elements]
    return len(elements) >= LEAST_CARDS and bool((w >= CARD).all() and (h >= CARD).all() and w.max() <= WIDER * w.min())


def _is_in(layout: Layout, element: int, taken: Mask) -> bool:
    while element >= 0:
        if taken[element]:
            return True
        element = int(layout.parents[element])
    return False
