"""Steps picked on a picture of the page: its elements as boxes and as a list, each with its CSS selector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.paths import css_selector
from rules.recipe import LONGEST_SELECTOR
from store.layouts import Layout
from store.pages import matches
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.elements import BOXES, layers, names_of
from viewer.pages.map.picture import Box, DrawnPicture, Strips, box_of, drawn_picture

MOST_PICTURES = 4  # of one page: its widths, as it opens and in this state
SMALLEST = 8.0  # px: smaller boxes cannot be hit
LARGEST_SHARE = 0.5  # of the picture: larger boxes would hide what they contain
CONTROLS = frozenset(("a", "button", "input", "select", "textarea", "summary", "label", "option"))


@dataclass(frozen=True)
class PickedElement:
    """An element that a step can name. `number`: its place in the list, from 0."""

    number: int
    name: str
    selector: str
    box: Box


@dataclass(frozen=True)
class PickPicture:
    """A picture of the page, with the elements that can be picked on it."""

    label: str
    picture: DrawnPicture
    elements: tuple[PickedElement, ...]


@dataclass(frozen=True)
class PickerPage:
    """The picture to pick from. `others`: the form with the picture of another page, if no page was chosen yet."""

    pictures: tuple[PickPicture, ...] = ()
    verbs: tuple[Choice, ...] = ()
    others: tuple[Choice, ...] = ()


def pictures_to_pick(patterns: Iterable[str], state: str, pictures: Sequence[Snapshot]) -> list[Snapshot]:
    """The pictures of the first of these pages that has one, the widest first: as it opens, then in `state`."""
    usable = [one for one in pictures if not one.variant and one.state in ("", state)]
    for pattern in patterns:
        pages = [one.page for one in usable if not one.state and (pattern == one.page or matches(pattern, one.page))]
        here = [one for one in usable if pages and one.page == pages[0]]
        if here:
            return sorted(here, key=lambda one: (one.state != "", -one.width))[:MOST_PICTURES]
    return []


def picture_to_pick(
    lang: Language, urls: Urls, snapshot: Snapshot, layout: Layout, strips: Strips, state_name: str
) -> PickPicture:
    """One picture with its elements. `state_name`: of the state that it shows, if it shows one."""
    width = lang.text("%(width)s px", width=lang.number(snapshot.width))
    drawn = drawn_picture(urls, str(snapshot.site), snapshot, strips, None)
    return PickPicture(
        label=f"{width}, {state_name}" if snapshot.state else width,
        picture=drawn,
        elements=elements_to_pick(lang, layout, drawn.height),
    )


def elements_to_pick(lang: Language, layout: Layout, height: int) -> tuple[PickedElement, ...]:
    """The visible elements that a selector reaches: controls first, then the smallest, at most BOXES; down the page."""
    areas = layout.w * layout.h
    indices = np.flatnonzero(
        layout.visible
        & (layout.w >= SMALLEST)
        & (layout.h >= SMALLEST)
        & (areas <= LARGEST_SHARE * layout.width * max(1, layout.height))
    )
    controls = {int(i) for i in indices if layout.control[i] == i or layout.tags[i] in CONTROLS}
    first = sorted(map(int, indices), key=lambda i: (i not in controls, areas[i]))
    names = names_of(lang, layout)
    found: list[tuple[int, str]] = []
    for i in first:
        selector = css_selector(layout.paths[i])
        if selector and len(selector) <= LONGEST_SELECTOR and len(found) < BOXES:
            found.append((i, selector))
    found.sort(key=lambda one: (float(layout.y[one[0]]), float(layout.x[one[0]])))
    order = layers([float(areas[i]) for i, _ in found])
    picked: list[PickedElement] = []
    for (i, selector), z in zip(found, order, strict=True):
        x, y, w, h = (float(side[i]) for side in (layout.x, layout.y, layout.w, layout.h))
        if box := box_of(x, y, w, h, layout.width, height, z):
            picked.append(PickedElement(len(picked), names[i], selector, box))
    return tuple(picked)


def verbs_to_pick(lang: Language) -> tuple[Choice, ...]:
    """What a step does with the element that is picked."""
    _ = lang.text
    return (
        Choice(_("Click it"), "click", True),
        Choice(_("Point at it"), "hover"),
        Choice(_("Wait until it is visible"), "wait"),
        Choice(_("Click it if it is there"), "dismiss"),
    )
