"""Canonical pages: many addresses are one page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlsplit

import re2

from store.hosts import ascii_host
from store.masking import is_plain, masked

# A fragment that a single-page application uses as its address (`#/b`, `#!/b`), in front of an anchor in it.
_ROUTE = re.compile(r"!?/+[^/?#][^#]*")
QUERY = re.compile(r"\?[^#]*")
_EMPTY_END = re.compile(r"(/#!?)?/+$")  # `/a/`, `/a/#/`
_PIECES = re.compile(r"(\*\*|\*|\{\w+\})")  # of a pattern
NOT = "!"  # marks a pattern whose pages are left out of a list of patterns
_UNQUOTED = "*~.-_!$&'()+,;=:@"  # in a part of a path


class NotAPage(ValueError):
    """The address has no host, or is not http(s)."""


def canonical_page(url: str, keep_query: Collection[str] = ()) -> str:
    """The page of an address: `host[:port]/path[?kept][#route]`, without scheme, `www.` and anchor.

    Only the query keys in `keep_query` are kept, sorted. Parts of the path, kept values and the route of a single-page
    application (`route_of`) are masked (store/masking.py). The page of `https://` and a page is the same page.

    >>> canonical_page("https://www.Shop.example/a/?utm_source=x#top"), canonical_page("https://shop.example/#/a/")
    ('shop.example/a', 'shop.example/#/a')
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAPage(f"{url[:80]!r} is not an address: {error}") from None
    host = ascii_host(parts.hostname or "").removeprefix("www.")
    if parts.scheme not in ("http", "https") or not host:
        raise NotAPage(f"{url[:80]!r} is not an http(s) address with a host")
    default = 443 if parts.scheme == "https" else 80
    netloc = host if port in (None, default) else f"{host}:{port}"
    path, route = _local_part(parts.path, parts.query, keep_query), route_of(parts.fragment)
    if route:
        inner, _, query = route.partition("?")
        route = "#" + _local_part(inner, query, keep_query)
    return netloc + path + route


def route_of(fragment: str) -> str:
    """The part of a fragment that is the address of a single-page application; "" if it is only an anchor.

    The root of the application (`#/`) is no route: it is the page itself.

    >>> route_of("/b?c=d#top"), route_of("!/b"), route_of("/"), route_of("top")
    ('/b?c=d', '!/b', '', '')
    """
    found = _ROUTE.match(fragment)
    return found[0] if found else ""


def page_path(page: str) -> str:
    """`/a/b` of `shop.example/a/b`: the page as people refer to it."""
    return page[page.index("/") :] if "/" in page else "/"


@dataclass(frozen=True)
class PagePattern:
    """A pattern as one regular expression for a whole page name, the same here and in the engine (RE2).

    `wildcards`: how many it has. `with_query`: without it, queries are removed from a name before it is compared.
    """

    regex: str
    wildcards: int
    with_query: bool

    def fits(self, page: str) -> bool:
        name = page if self.with_query else QUERY.sub("", page)
        # Python's own engine is faster, but tries all ways to divide a name among several wildcards, which can take
        # exponential time.
        if self.wildcards < 2:
            return re.fullmatch(self.regex, name) is not None
        return _linear(self.regex).fullmatch(name) is not None


@lru_cache(1024)
def page_pattern(pattern: str) -> PagePattern:
    """The compiled form of a pattern; `matches` describes patterns."""
    host, slash, path = pattern.partition("/")
    text = ascii_host(host) + slash + path
    if text.endswith("/") and page_path(text) != "/":
        text = _EMPTY_END.sub("", text) or "/"
    pieces = _PIECES.split(text)  # every second one is a wildcard
    body = "".join(
        re.escape(piece) if n % 2 == 0 else ".*" if piece == "**" else "[^/#]*" for n, piece in enumerate(pieces)
    )
    regex = ("[^/]*" if pattern.startswith("/") else "") + body
    return PagePattern(regex, len(pieces) // 2, "?" in pattern)


@lru_cache(1024)
def _linear(regex: str) -> Any:
    return re2.compile(regex)


def matches(pattern: str, page: str) -> bool:
    """Whether a pattern (`/lamps/*`, `/#/help/**`, `shop.example/…`) matches this page.

    `*` stands for one segment or a part of one, `**` for any number of them, routes (`#/…`) included. A pattern that
    begins with `/` is compared with the path, any other with host and path. Queries are ignored unless the pattern has
    one. Routes are not: each is a page of its own.
    """
    return page_pattern(pattern).fits(page)


def selects(patterns: Iterable[str], page: str) -> bool:
    """Whether any of the patterns matches a page, or is its name, and none that is marked by `!` matches it."""
    found = False
    for pattern in patterns:
        if pattern.startswith(NOT):
            if matches(pattern.removeprefix(NOT), page):
                return False
        elif not found:
            found = pattern == page or matches(pattern, page)
    return found


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern of several pages. The name of a page may have a `*`, where a number was masked."""
    return text.startswith(("/", NOT)) or any(mark in text for mark in "*{")


def _local_part(path: str, query: str, keep_query: Collection[str]) -> str:
    """Path and kept query in canonical form."""
    path = "/".join(_canonical(part) for part in path.split("/"))
    path = re.sub(r"/{2,}", "/", path).rstrip("/") or "/"
    pairs = sorted(filter(None, (_pair(pair, keep_query) for pair in query.split("&")))) if keep_query else []
    return path + ("?" if pairs else "") + "&".join(f"{quote_plus(k)}={quote_plus(v, safe='*')}" for k, v in pairs)


def _canonical(part: str) -> str:
    if is_plain(part):
        return part
    # Masked twice, so that a name and its Unicode normal form are one page whatever is masked in either.
    return masked(quote(_composed(_bytes(masked(part))), safe=_UNQUOTED))


def _pair(pair: str, keep_query: Collection[str]) -> tuple[bytes, bytes] | None:
    """Name and masked value; None if the pair is dropped or has no value."""
    name, _, value = pair.partition("=")
    key = _bytes(name.replace("+", " "))
    if not value or key.decode("utf-8", "replace") not in keep_query:
        return None
    value = quote(_composed(_bytes(masked(value).replace("+", " "))))
    return key, _bytes(masked(value))


def _bytes(part: str) -> bytes:
    return unquote_to_bytes(part.encode("utf-8", "surrogatepass"))


def _composed(name: bytes) -> bytes:
    """UTF-8 in normal form C (https://www.unicode.org/reports/tr15/); bytes in any other encoding unchanged."""
    try:
        return unicodedata.normalize("NFC", name.decode()).encode()
    except UnicodeDecodeError:
        return name
