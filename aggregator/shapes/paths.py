"""Anchored paths of elements: their steps, prefixes and shape (docs/elements.md)."""

from __future__ import annotations

import re

_STEP = re.compile(r">+")
_INDEX = re.compile(r":\d+")
_TAG = re.compile(r"[^@!#:>…]+")
_ANCHOR = re.compile(r"([^@!#]+)(?:([@!#])(.+))?")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_ATTRIBUTES = {"@": "data-parcours", "!": "data-testid", "#": "id"}
_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
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


def css_selector(path: str) -> str:
    """The CSS selector of an element, or "" where none reaches it: in a shadow root or a frame, or if its path was cut.

    >>> css_selector("main#content>div:2>a:1"), css_selector("button@buy now")
    ('#content > div:nth-of-type(2) > a:nth-of-type(1)', 'button[data-parcours="buy now"]')
    """
    if CUT in path or ">>" in path:
        return ""
    first, *steps = path.split(">")
    selectors = [_anchor_selector(first)]
    for step in steps:
        tag, _, index = step.rpartition(":")
        if not (tag and index.isdecimal()):
            return ""
        selectors.append(f"{_escaped(_unescaped(tag))}:nth-of-type({index})")
    return " > ".join(selectors) if all(selectors) else ""


def _anchor_selector(anchor: str) -> str:
    found = _ANCHOR.fullmatch(anchor)
    if not found:
        return ""
    tag, mark, value = _escaped(_unescaped(found[1])), found[2], _unescaped(found[3] or "")
    if not mark:
        return tag
    if mark == "#" and _IDENTIFIER.fullmatch(value):
        return f"#{value}"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{tag}[{_ATTRIBUTES[mark]}="{quoted}"]'


def _unescaped(text: str) -> str:
    """The inverse of JavaScript's `escape`, with which tags and names are written."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def _escaped(tag: str) -> str:
    """A tag as a CSS identifier (https://drafts.csswg.org/cssom/#serialize-an-identifier)."""
    return "".join(letter if letter.isalnum() or letter in "-_" else f"\\{letter}" for letter in tag)
