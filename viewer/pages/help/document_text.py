"""The files of docs/ as HTML, so that every page can link to what explains it, without the Internet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from viewer.pages.frame.help_text import FOLDER

PLAIN = frozenset({".conf", ".yml", ""})  # examples of settings, shown as they are
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_ANCHOR = re.compile(r'^<a id="([a-z-]+)"></a>\n\n(#+ .+)$', re.M)  # the same anchor in every language
_TITLE = re.compile(r"^# (.+)\n", re.M)
_PUNCTUATION = re.compile(r"[^\w\- ]")
_OUTSIDE = re.compile(r"[a-z]+:", re.I)


@dataclass(frozen=True)
class Document:
    """A file of the documentation. `sections`: (anchor, title) of its headings of the second level."""

    title: str
    html: Markup
    sections: tuple[tuple[str, str], ...]


@cache
def names() -> frozenset[str]:
    """The documents that are served, e.g. `snippet`, `decisions/0026-rules-between-store-and-http`."""
    found = (path.relative_to(FOLDER) for path in FOLDER.rglob("*.md"))
    return frozenset(path.with_suffix("").as_posix() for path in found if not path.stem.endswith(".fr"))


@cache
def examples() -> frozenset[str]:
    """The examples of settings that are served as text, e.g. `proxies/nginx.conf`."""
    folder = FOLDER / "proxies"
    return frozenset(path.relative_to(FOLDER).as_posix() for path in folder.iterdir() if path.suffix in PLAIN)


@cache
def document(name: str, language: str, root: str) -> Document:
    """A document in a language, else in English. `root`: the path below which the pages are. KeyError: no such one."""
    if name not in names():
        raise KeyError(name)
    translated = FOLDER / f"{name}.{language}.md"
    path = translated if translated.exists() else FOLDER / f"{name}.md"
    text = _ANCHOR.sub(r"\2 {#\1}", _COMMENT.sub("", path.read_text(encoding="utf-8")))
    heading = _TITLE.search(text)
    body = text[heading.end() :] if heading else text
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(body)
    sections = _anchored(tokens)
    _linked(tokens, name, root)
    html: str = reader.renderer.render(tokens, reader.options, {})
    return Document(heading[1] if heading else name, Markup(html), tuple(sections))


def _anchored(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give headings their anchors, as GitHub does, and return those of the second level."""
    sections = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        named = re.search(r" \{#([a-z-]+)\}$", inline.content)
        if named and inline.children:
            last = inline.children[-1]
            last.content = last.content.removesuffix(named[0])
        title = "".join(child.content for child in inline.children or ())
        anchor = named[1] if named else _PUNCTUATION.sub("", title.lower()).replace(" ", "-")
        opening.attrSet("id", anchor)
        if opening.tag == "h2":
            sections.append((anchor, title))
    return sections


def _linked(tokens: Sequence[Token], name: str, root: str) -> None:
    """Lead links to other documents to their pages; what is not served becomes plain text."""
    for token in tokens:
        closing = 0  # links whose end is left out
        for child in token.children or ():
            if child.type == "link_open":
                href = _href(str(child.attrGet("href") or ""), name, root)
                closing += not href
                child.attrSet("href", href)
                child.hidden = not href
            elif child.type == "link_close" and closing:
                child.hidden, closing = True, closing - 1
            elif child.type == "image":
                child.attrSet("src", f"{root}/help/{_beside(name, str(child.attrGet('src')))}")
        if token.children:
            token.children = [child for child in token.children if not child.hidden]


def _href(href: str, name: str, root: str) -> str:
    if _OUTSIDE.match(href) or href.startswith("#"):
        return href
    path, _, anchor = href.partition("#")
    to = _beside(name, path)
    if to not in examples():
        to = to.removesuffix(".md")
        if to not in names():
            return ""
    return f"{root}/help/{to}" + (f"#{anchor}" if anchor else "")


def _beside(name: str, path: str) -> str:
    """The path below docs/ of what a document links to."""
    full = (Path("/") / name).parent / path
    parts: list[str] = []
    for part in full.parts[1:]:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts)
