"""What the HTML of a page says about the line: scripts, policies in meta elements, tag managers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

_SCRIPT = "parcours.js"
# Made by a script of the page, such as a tag manager's or that of Next.js, which writes quotes with backslashes.
_MADE_KEY = re.compile(
    r"""data-site[\\'"]*\s*[,:=]\s*[\\'"]+([\w-]{1,64})|parcours\.js\?[^'"\s\\]*\bsite=([\w-]{1,64})"""
)
_MADE_SOURCE = re.compile(r"""(?:https?:)?//[^'"\s\\<>]+/parcours\.js""")
_TAG_MANAGERS = ("googletagmanager.com/gtm.js", "tags.tiqcdn.com", "assets.adobedtm.com", "/js/container_")
_RUN = frozenset({"", "text/javascript", "application/javascript", "module"})
_NOT_SHOWN = frozenset({"noscript", "template"})


@dataclass(frozen=True)
class PastedLine:
    """A script of Parcours in a page. `made`: a script of the page makes the element. `source`: absolute, or empty."""

    key: str
    source: str
    made: bool = False
    nonce: str = ""
    integrity: str = ""
    consent: str | None = None  # `data-consent`
    held: bool = False  # its type keeps browsers from running it, as consent tools do until the visitor agrees
    policies_before: int = 0  # how many policies of meta elements stand before it


@dataclass(frozen=True)
class PageHtml:
    """`policies`: of meta elements, in their order. `tag_manager`: whether one is loaded that may add the line."""

    lines: tuple[PastedLine, ...]
    policies: tuple[str, ...]
    tag_manager: bool


def read_html(html: str, address: str) -> PageHtml:
    """Read a page; `address`: where it was found, for relative addresses."""
    reader = _ScriptReader(address)
    reader.feed(html)
    reader.close()
    return PageHtml(tuple(reader.lines), tuple(reader.policies), reader.tag_manager)


class _ScriptReader(HTMLParser):
    """Comments, and what browsers with scripts do not show, are left out."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.lines: list[PastedLine] = []
        self.policies: list[str] = []
        self.tag_manager = False
        self._base = address
        self._hidden = 0  # open elements of _NOT_SHOWN
        self._inline: list[str] | None = None  # the text of a script without an address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _NOT_SHOWN:
            self._hidden += 1
        elif self._hidden:
            return
        elif tag == "base" and given.get("href"):
            self._base = urljoin(self._base, given["href"])
        elif tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        elif tag == "script":
            self._script(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_SHOWN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "script" and self._inline is not None:
            text, self._inline = "".join(self._inline), None
            self._note_tag_manager(text)
            if _SCRIPT in text:
                self._add_made(text)

    def handle_data(self, data: str) -> None:
        if self._inline is not None:
            self._inline.append(data)

    def _script(self, given: dict[str, str]) -> None:
        source = given.get("src") or given.get("data-src", "")  # consent tools move the address aside
        if not source:
            self._inline = []
            return
        self._note_tag_manager(source)
        try:
            absolute = urljoin(self._base, source.strip())
            parts = urlsplit(absolute)
        except ValueError:
            return
        if not parts.path.endswith(f"/{_SCRIPT}") and "data-site" not in given:
            return
        self.lines.append(
            PastedLine(
                key=given.get("data-site") or parse_qs(parts.query).get("site", [""])[0],
                source=absolute,
                nonce=given.get("nonce", ""),
                integrity=given.get("integrity", ""),
                consent=given.get("data-consent"),
                held=given.get("type", "").strip().lower() not in _RUN or "src" not in given,
                policies_before=len(self.policies),
            )
        )

    def _add_made(self, text: str) -> None:
        key, source = _MADE_KEY.search(text), _MADE_SOURCE.search(text)
        if key:
            absolute = urljoin(self._base, source[0]) if source else ""
            made = PastedLine(key[1] or key[2], absolute, made=True, policies_before=len(self.policies))
            if all(line.key != made.key for line in self.lines):
                self.lines.append(made)

    def _note_tag_manager(self, text: str) -> None:
        self.tag_manager = self.tag_manager or any(name in text for name in _TAG_MANAGERS)
