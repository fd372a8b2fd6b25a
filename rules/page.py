"""Resolves an address, a path or a pattern to a page of a site."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.faults import Fault, fault
from store.pages import NotAPage, canonical_page, page_path
from store.records import Site

_HOST = re.compile(r"^(localhost|[\w\-]+(\.[\w\-]+)+|\[[0-9a-fA-F:]+\]|[\w\-]+(?=:\d))(:\d+)?([/#]|$)")


def page_meant(site: Site, text: str, known: Sequence[str]) -> str | Fault:
    """The canonical page, or the pattern (`/lamps/*`), that `text` names; a Fault if it names none.

    `known`: pages of the site, in order of preference; they decide which host a bare path belongs to.
    """
    if "://" in text:
        return _canonical(site, text, text)
    if text in known:
        return text
    if text.startswith("/"):
        return _of_path(site, text, known)
    if not _HOST.match(text):
        return fault("page", "no_page", value=text)
    if "{" in text:
        return text  # a pattern: `shop.example/lamps/{name}`
    return _canonical(site, f"https://{text}", text)


def needs_visits(text: str, pictured: Sequence[str]) -> bool:
    """Whether resolving `text` needs the visited pages: it is a path that no picture has."""
    return "://" not in text and text not in pictured and not any(page_path(page) == text for page in pictured)


def _of_path(site: Site, text: str, known: Sequence[str]) -> str | Fault:
    if ("*" in text or "{" in text) and not any(page_path(page) == text for page in known):
        return text  # a pattern over all hosts
    hosts = [domain for domain in site.domains if not domain.startswith("*")]
    hosts += [page[: page.index("/")] for page in known if "/" in page]
    pages = [_canonical(site, f"https://{host}{text}", text) for host in dict.fromkeys(hosts)]
    if not pages:
        return fault("page", "host_missing", value=text)
    return next((page for page in known if page in pages), pages[0])


def _canonical(site: Site, address: str, text: str) -> str | Fault:
    try:
        return canonical_page(address, site.keep_query)
    except NotAPage:
        return fault("page", "not_http", value=text)
