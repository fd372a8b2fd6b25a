"""Resolves an address, a path or a pattern to a page of a site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from rules.faults import Fault, fault
from store.pages import NotAPage, canonical_page, is_pattern, page_path, page_pattern
from store.records import Site

_HOST = re.compile(r"^(localhost|[\w\-]+(\.[\w\-]+)+|\[[0-9a-fA-F:]+\]|[\w\-]+(?=:\d))(:\d+)?([/#]|$)")

MOST_WILDCARDS = 20  # in a pattern: it is compared with every page of a site


def is_address(text: str) -> bool:
    """Whether a text begins like an address: with a scheme or a host."""
    return "://" in text or bool(_HOST.match(text))


def wildcard_faults(pattern: str, field: str) -> Iterator[Fault]:
    """A fault of a pattern that takes too long to compare."""
    wildcards = page_pattern(pattern).wildcards
    if wildcards > MOST_WILDCARDS:
        yield fault(field, "many_wildcards", n=wildcards, most=MOST_WILDCARDS)


def page_meant(site: Site, text: str, known: Sequence[str]) -> str | Fault:
    """The canonical page, or the pattern (`/lamps/*`), that `text` names; a Fault if it names none.

    `known`: pages of the site, in order of preference; they decide which host a bare path belongs to.
    """
    if "://" in text:
        return _canonical(site, text, text)
    if text in known:
        return text
    if is_pattern(text) and (faults := list(wildcard_faults(text, "page"))):
        return faults[0]
    if text.startswith("/"):
        return _of_path(site, text, known)
    if not _HOST.match(text):
        return fault("page", "no_page", value=text)
    if "{" in text:
        return text  # a pattern: `shop.example/lamps/{name}`
    return _canonical(site, f"https://{text}", text)


def address_meant(site: Site, text: str, page: str, taken: Iterable[str]) -> str:
    """The address that `text` (`/path` or `host/path`) names, where `page` is what `page_meant` says that it means.

    `taken`: addresses from which pictures of the site were taken, the newest last; they know the scheme of a host, and
    whether it needs its `www.`. NotAPage if `text` is a pattern, which has no single address.
    """
    if page.startswith("/") or "*" in text or "{" in text:
        raise NotAPage(f"{text!r} is a pattern of several pages")
    host = page.partition("/")[0]
    typed = re.split("[/#]", text, maxsplit=1)[0]
    local = text[len(typed) :]
    for address in reversed(list(taken)):
        parts = urlsplit(address)
        if parts.netloc.removeprefix("www.") == host:
            return f"{parts.scheme}://{parts.netloc}{local}"
    domains = [domain for domain in site.domains if domain.removeprefix("www.") == host]
    return guessed_address(f"{typed or next(iter(domains), host)}{local}")


def guessed_address(page: str) -> str:
    """`host/path` with a scheme: http for an address or a port, as of a development server, else https."""
    host = re.split("[/#]", page, maxsplit=1)[0]
    near = ":" in host or host == "localhost" or host.replace(".", "").isdigit()
    return f"{'http' if near else 'https'}://{page}"


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
