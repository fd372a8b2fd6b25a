"""The texts of the help: files of docs/ with their translations, split into sections and turned into HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

NAME = "reading-a-map"
PRIVACY = "privacy"
_PACKAGED = Path(__file__).parents[1] / "help" / "docs"  # in an installed wheel
FOLDER = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "docs"
PICTURES = FOLDER / NAME

_TITLE = re.compile(r"^# (.+)\n", re.M)
_SECTION = re.compile(r'^<a id="([a-z-]+)"></a>\n\n## (.+)\n', re.M)


@dataclass(frozen=True)
class HelpSection:
    """`anchor` is the same in every language, because the viewer's pages link to it."""

    anchor: str
    title: str
    html: Markup


@dataclass(frozen=True)
class HelpText:
    title: str
    introduction: Markup
    sections: tuple[HelpSection, ...]


@cache
def help_text(language: str, name: str = NAME) -> HelpText:
    """A text of the help in a language; English if there is no translation."""
    source = _source(language, name)
    heading = _TITLE.search(source)
    if heading is None:
        raise ValueError(f"{name} has no title")
    introduction, *parts = _SECTION.split(source[heading.end() :])
    sections = zip(parts[0::3], parts[1::3], parts[2::3], strict=True)
    return HelpText(
        title=heading[1],
        introduction=_html(introduction),
        sections=tuple(HelpSection(anchor, title, _html(body)) for anchor, title, body in sections),
    )


@cache
def help_table(language: str, name: str, anchor: str) -> tuple[tuple[str, ...], ...]:
    """The rows of the first table of a section, without its head, as Markdown: for pages that show them too."""
    _, *parts = _SECTION.split(_source(language, name))
    body = next(body for at, body in zip(parts[0::3], parts[2::3], strict=True) if at == anchor)
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:])


def _source(language: str, name: str) -> str:
    translated = FOLDER / f"{name}.{language}.md"
    return (translated if translated.exists() else FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _html(markdown: str) -> Markup:
    """The text as HTML. Raw HTML in it is escaped: our files need none."""
    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return Markup(html)
