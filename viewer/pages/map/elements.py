"""A line of the element table, and the box that goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from store.layouts import Layout
from viewer.pages.frame.languages import Language
from viewer.pages.map.picture import Box

LISTED = 14  # rows before "all elements"
BOXES = 300  # on a picture; more could not be navigated by keyboard


class Detail(NamedTuple):
    """One figure of an element: its label, its value, "bad" or "", and the help section that explains it."""

    label: str
    value: str
    css: str = ""
    help: str = ""


@dataclass(frozen=True)
class ElementLine:
    """One element with its figures as text."""

    id: str  # of the row; `#id` links to it
    name: str
    share: str
    interval: str
    of: str
    extra: str  # dead share, time…
    bad: bool
    box: Box | None
    detail: list[Detail]
    listed: bool

    def placed(self, box: Box | None, listed: bool) -> ElementLine:
        """The same line with its box on the picture, and whether it is in the short table."""
        return replace(self, box=box, listed=listed)


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
    """A name for each element of a layout; equal names of the same tag are numbered down the page."""
    names = [shown_name(lang, name, path) for name, path in zip(layout.names, layout.paths, strict=True)]
    like = list(zip(names, layout.tags, layout.visible, strict=True))
    total, seen = Counter(like), Counter[object]()
    for i, kind in enumerate(like):
        if total[kind] > 1 and kind[2]:
            seen[kind] += 1
            names[i] = f"{names[i]} ({seen[kind]})"
    return names
