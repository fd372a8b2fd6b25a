"""Anchored paths of elements: their steps, prefixes and shape (docs/elements.md)."""

from __future__ import annotations

import re

_STEP = re.compile(r">+")
_INDEX = re.compile(r":\d+")
_TAG = re.compile(r"[^@!#:>…]+")
CUT = "…"  # replaces the middle of a path that was too long
NAMED = "@!#"  # marks of an anchor that has a name


def prefixes(path: str) -> list[str]:
    """Paths of the element's ancestors, the nearest first, the anchor last; none for an anchor.

    Only the part before a cut is known.

    >>> prefixes("main#a>div:2>>p:1")
    ['main#a>div:2', 'main#a']
    """
    head, cut, _ = path.partition(CUT)
    found = [head[: step.start()] for step in _STEP.finditer(head)]
    rest = head.rstrip(">")
    if cut and rest and rest not in found:
        found.append(rest)
    return [p for p in reversed(found) if p]


def shape(path: str) -> str:
    """The path without indices: elements of one shape take each other's place when a list grows.

    >>> shape("ul#x>li:3>a:1")
    'ul#x>li>a'
    """
    anchor, step, rest = path.partition(">")
    return anchor + step + _INDEX.sub("", rest)


def tag_of(path: str) -> str:
    """The tag of the element itself.

    >>> tag_of("form#basket>div:2>button:1")
    'button'
    """
    last = _STEP.split(path.rpartition(CUT)[2])[-1]
    found = _TAG.match(last)
    return found[0].lower() if found else ""


def is_named(path: str) -> bool:
    """Whether the path is an anchor with a name (`data-parcours`, `data-testid`, `id`)."""
    return ">" not in path and CUT not in path and any(mark in path for mark in NAMED)


def is_anchor(path: str) -> bool:
    """Whether the path is an anchor: named, the only landmark with its tag, or `body`."""
    return ">" not in path and CUT not in path
