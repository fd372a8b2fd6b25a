"""Pages as small trees, with the paths, parents and fingerprints that the camera would record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.shapes.records import Records
from store.layouts import Layout
from tests.aggregator.build import fp, records


@dataclass(frozen=True)
class El:
    """An element: its tag, or `tag#id` for an anchor, and its children."""

    tag: str
    inside: Sequence[El] = ()
    text: str = ""
    href: str = ""
    classes: Sequence[str] = ()
    hidden: bool = False
    properties: dict[str, str] = field(default_factory=dict)


def el(tag: str, *inside: El, **more: object) -> El:
    return El(tag, inside, **more)  # type: ignore[arg-type]


def words(element: El) -> str:
    return " ".join(filter(None, [element.text, *(words(child) for child in element.inside)]))


def page(*inside: El, width: int = 1000) -> Layout:
    """The layout of a body with these elements; boxes are below each other, 20 px high."""
    rows: list[tuple[str, str, str, int, bool, str]] = []

    def add(element: El, path: str, parent: int, hidden: bool) -> None:
        tag = element.tag.partition("#")[0]
        hidden = hidden or element.hidden
        said = {"text": element.text, "all": words(element), "href": element.href}
        prints = fp(element.classes, **{k: v for k, v in said.items() if v}, **element.properties)
        rows.append((path, prints, tag, parent, not hidden, words(element)))
        at = len(rows) - 1
        count: Counter[str] = Counter()
        for child in element.inside:
            name = child.tag.partition("#")[0]
            count[name] += 1
            add(child, child.tag if "#" in child.tag else f"{path}>{name}:{count[name]}", at, hidden)

    add(El("body", inside), "body", -1, False)
    n = len(rows)
    return Layout.of(
        width,
        20 * n,
        800,
        {
            "paths": [row[0] for row in rows],
            "fps": [row[1] for row in rows],
            "names": [row[5] for row in rows],
            "tags": [row[2] for row in rows],
            "parents": [row[3] for row in rows],
            "x": [0] * n,
            "y": [20 * i for i in range(n)],
            "w": [width] * n,
            "h": [20] * n,
            "visible": [row[4] for row in rows],
            "fixed": [False] * n,
            "scroller": [-1] * n,
        },
    )


def records_of_page(layout: Layout, tag: str = "") -> Records:
    """What visitors' trackers record of the elements of a page: of all, or of those with one tag."""
    return records(
        [
            (path, prints)
            for path, prints, of in zip(layout.paths, layout.fps, layout.tags, strict=True)
            if not tag or of == tag
        ]
    )
