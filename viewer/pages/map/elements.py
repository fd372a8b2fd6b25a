"""A line of the element table, and the box that goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.layouts import Layout
from viewer.pages.frame.languages import Language
from viewer.pages.map.labels import Label
from viewer.pages.map.picture import Box

LISTED = 14  # rows before "all elements"
BOXES = 300  # on a picture; more could not be navigated by keyboard


class Detail(NamedTuple):
    """One figure of an element: its label, its value, "bad" or "", and the help section that explains it."""

    label: str
    value: str
    css: str = ""
    help: str = ""


class Cell(NamedTuple):
    """One figure in the table; `css`: "mut", "bad", "strong" or ""."""

    text: str
    css: str = ""


@dataclass(frozen=True)
class Column:
    """A column after the name of the element. `href` sorts by it, "" if it cannot be; `sort`: how it is sorted now, as
    in aria-sort, "" if it is not; `help`: the section that explains it."""

    label: str
    href: str = ""
    sort: str = ""
    help: str = ""


@dataclass(frozen=True)
class ElementLine:
    """One element with its figures as text. `step`: of the scale of shares, from 0; -1 without a share. `label`: what
    is written on the picture, and `label_at` where."""

    id: str  # of the row
    key: str
    name: str
    share: str
    cells: tuple[Cell, ...]
    detail: list[Detail]
    href: str = ""  # holds the element
    rank: int = 0
    step: int = -1
    box: Box | None = None
    listed: bool = True
    held: bool = False
    label: Label | None = None


def layers(areas: Sequence[float]) -> list[int]:
    """A z-index for each box that puts small boxes over large ones: 1 for the largest."""
    order = sorted(range(len(areas)), key=lambda i: -areas[i])
    z = [0] * len(areas)
    for rank, i in enumerate(order):
        z[i] = min(rank + 1, BOXES)
    return z


def shown_name(lang: Language, name: str, path: str) -> str:
    """The element's name; an element without a name is called by its tag and its place."""
    if name.strip():
        return " ".join(name.split())
    first, _, rest = path.partition(">")
    last = rest.rpartition(">")[2] or first
    tag = last.partition(":")[0].split("#")[0].split("@")[0].split("!")[0]
    return lang.text("%(tag)s in %(place)s", tag=tag, place=first) if rest else first


def names_of(lang: Language, layout: Layout) -> list[str]:
    """A name for each element of a layout. What wraps another element of the same name is told apart by its tag; equal
    names of the same tag are numbered down the page."""
    names = [shown_name(lang, name, path) for name, path in zip(layout.names, layout.paths, strict=True)]
    for i in _wrappers(layout, names):
        names[i] = lang.text("%(tag)s around “%(name)s”", tag=layout.tags[i], name=names[i])
    like = list(zip(names, layout.tags, layout.visible, strict=True))
    total, seen = Counter(like), Counter[object]()
    for i, kind in enumerate(like):
        if total[kind] > 1 and kind[2]:
            seen[kind] += 1
            names[i] = f"{names[i]} ({seen[kind]})"
    return names


def _wrappers(layout: Layout, names: Sequence[str]) -> set[int]:
    """The elements that lie around another one of the same name, such as the main part around its heading."""
    found = set()
    for i, name in enumerate(names):
        around = int(layout.parents[i])
        while around >= 0:
            if names[around] == name and layout.control[around] != around:
                found.add(around)
            around = int(layout.parents[around])
    return found
