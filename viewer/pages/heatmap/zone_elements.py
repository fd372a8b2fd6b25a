"""The elements of a picture as check boxes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from store.layouts import Layout
from store.page_zones import ElementPrint
from viewer.page_zones import key_of
from viewer.pages.frame.languages import Language
from viewer.pages.map.elements import names_of, shown_name

MOST = 400  # elements offered
LEAST = 8.0  # px, width and height
# Parts of a page, and things in it that have a meaning of their own; the other elements wrap them.
TAGS = frozenset((
    "header", "nav", "main", "aside", "footer", "section", "article", "form", "fieldset", "search", "dialog", "figure",
    "ul", "ol", "dl", "li", "table", "tr", "h1", "h2", "h3", "h4", "img", "picture", "video", "iframe", "details",
    "a", "button", "input", "select", "textarea", "summary",
))  # fmt: skip


@dataclass(frozen=True)
class ElementTick:
    """An element: its key, its name, its tag, how deep it lies in the page, and whether it is chosen."""

    key: str
    name: str
    tag: str
    depth: int
    on: bool


@dataclass(frozen=True)
class ElementChoices:
    """The elements to choose from, in the order of the page. `gone`: chosen ones that this picture does not show.
    `more`: how many others the picture has."""

    here: tuple[ElementTick, ...] = ()
    gone: tuple[ElementTick, ...] = ()
    more: int = 0


def element_choices(
    lang: Language, layout: Layout | None, chosen: Collection[str], prints: Mapping[str, ElementPrint]
) -> ElementChoices:
    """The elements of a picture (None: there is none), some of them chosen. `prints`: of the stored ones."""
    wanted = set(chosen)
    if layout is None:
        return ElementChoices(gone=tuple(_gone(lang, key, prints) for key in chosen))
    keys = [key_of(layout, i) for i in range(len(layout))]
    usable = [i for i in range(len(layout)) if keys[i] in wanted or _is_offered(layout, i)]
    offered = [i for n, i in enumerate(usable) if n < MOST or keys[i] in wanted]
    names, depths = names_of(lang, layout), _depths(layout, offered)
    here = tuple(
        ElementTick(keys[i], names[i], layout.tags[i], depth, keys[i] in wanted)
        for i, depth in zip(offered, depths, strict=True)
    )
    missing = [key for key in chosen if key not in keys]
    return ElementChoices(here, tuple(_gone(lang, key, prints) for key in missing), len(usable) - len(offered))


def _is_offered(layout: Layout, i: int) -> bool:
    large = layout.visible[i] and layout.w[i] >= LEAST and layout.h[i] >= LEAST
    return bool(large and (layout.control[i] == i or (layout.tags[i] in TAGS and layout.control[i] < 0)))


def _depths(layout: Layout, offered: Sequence[int]) -> list[int]:
    """How many of the offered elements each of them lies in."""
    inside: dict[int, int] = {}
    for i in offered:
        above = int(layout.parents[i])
        while above >= 0 and above not in inside:
            above = int(layout.parents[above])
        inside[i] = inside[above] + 1 if above >= 0 else 0
    return [inside[i] for i in offered]


def _gone(lang: Language, key: str, prints: Mapping[str, ElementPrint]) -> ElementTick:
    name = shown_name(lang, "", prints[key].path) if key in prints else key
    return ElementTick(key, name, "", 0, on=True)
