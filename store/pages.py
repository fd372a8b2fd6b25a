"""Canonical pages: many addresses are one page."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from store.masking import masked


class NotAPage(ValueError):
    """The address has no host, or is not http(s)."""


def canonical_page(url: str, keep_query: Collection[str] = ()) -> str:
    """The page of an address: `host[:port]/path[?kept]`, without scheme, `www.` and fragment.

    Only the query keys in `keep_query` are kept, sorted. Parts of the path and kept values are masked
    (store/masking.py).

    >>> canonical_page("https://www.Shop.example/a/?utm_source=x#top")
    'shop.example/a'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAPage(f"{url[:80]!r} is not an address: {error}") from None
    host = (parts.hostname or "").removeprefix("www.")
    if parts.scheme not in ("http", "https") or not host:
        raise NotAPage(f"{url[:80]!r} is not an http(s) address with a host")
    default = 443 if parts.scheme == "https" else 80
    netloc = host if port in (None, default) else f"{host}:{port}"
    path = "/".join(quote(masked(unquote(part)), safe="*~.-_!$&'()+,;=:@") for part in parts.path.split("/"))
    path = re.sub(r"/{2,}", "/", path).rstrip("/") or "/"
    kept = sorted((k, masked(v)) for k, v in parse_qsl(parts.query) if k in keep_query)
    return f"{netloc}{path}" + (f"?{urlencode(kept, safe='*')}" if kept else "")


def page_path(page: str) -> str:
    """`/a/b` of `shop.example/a/b`: the page as people refer to it."""
    return page[page.index("/") :] if "/" in page else "/"


def matches(pattern: str, page: str) -> bool:
    """Whether a pattern (`/lamps/*`, `/help/**`, `shop.example/…`) matches this page.

    `*` stands for one segment or a part of one, `**` for any number of them. A pattern that begins with `/` is
    compared with the path, any other with host and path. The query is ignored unless the pattern has one.
    """
    subject = page_path(page) if pattern.startswith("/") else page
    if "?" not in pattern:
        subject = subject.partition("?")[0]
    if pattern.endswith("/") and page_path(pattern) != "/":
        pattern = pattern.rstrip("/")
    pieces = re.split(r"(\*\*|\*|\{\w+\})", pattern)
    regex = "".join(".*" if p == "**" else "[^/]*" if p == "*" or p.startswith("{") else re.escape(p) for p in pieces)
    return re.fullmatch(regex, subject) is not None
