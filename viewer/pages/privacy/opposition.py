"""The page by which a visitor opposes being counted, `/oppose/KEY`: open to everybody, without scripts or cookies.

The choice is kept in the browser's storage of the site, which no page of Parcours can write to. So the page links to
the site with a fragment that the tracker acts on, and the tracker comes back and says whether it worked
(docs/decisions/0035).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rules.domains import in_domains
from store.hosts import readable_host
from store.records import Site
from viewer.http.errors import missing
from viewer.pages.frame.frames import language_of, languages_of
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.frame.rendering import render
from viewer.registry import Registry

FRAGMENT = "#parcours-oppose"  # tracker_js/src/main.js acts on it
STORED = "1"  # what the tracker adds as `done` if the browser has kept the choice; any other value: it has not
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Vary": "Referer, Accept-Language",
}
_LOOPBACK = ("localhost", "127.", "[::1]")
_PORTS = {"http": 80, "https": 443}

OppositionState = Literal["open", "kept", "failed"]


@dataclass(frozen=True, kw_only=True)
class OppositionPage(Page):
    """How a visitor opposes, and whether it worked, `/oppose/KEY`."""

    template = "privacy/opposition.html"
    docs = "privacy"
    site: str = doc("Name of the site")
    links: list[Choice] = doc("A link for each host of the site")
    subdomains: list[str] = doc("Domains whose every subdomain is of the site")
    state: OppositionState = doc("Whether the visitor comes back from the site, and with which outcome")


async def show(request: Request, *, registry: Registry) -> Response:
    """GET shows it. Problem 404 if no site has this key or had it."""
    key = str(request.path_params["key"])
    site = next((one for one in await registry.sites() if key in _keys(one)), None)
    if site is None:
        raise missing("site", key[:64])
    done = request.query_params.get("done")
    lang = language_of(request)
    page = OppositionPage(
        frame=Frame(lang=lang, theme="", user="", csrf="", languages=languages_of(request, lang)),
        title=lang.text("Opposition"),
        site=site.name,
        links=[
            Choice(readable_host(urlsplit(origin).netloc), f"{origin}/{FRAGMENT}")
            for origin in origins(site.domains, request.headers.get("referer", ""))
        ],
        subdomains=[readable_host(one.removeprefix("*.")) for one in site.domains if one.startswith("*.")],
        state="open" if done is None else "kept" if done == STORED else "failed",
    )
    return HTMLResponse(render(page), headers=HEADERS)


def origins(domains: Sequence[str], referer: str) -> list[str]:
    """The origins that a visitor may choose: the one they come from, if it is of the site, then each named host.

    >>> origins(["shop.example", "*.shop.example"], "http://de.shop.example:8080/privacy")
    ['http://de.shop.example:8080', 'https://shop.example']
    """
    found = [_own_origin(domains, referer), *map(_origin, _named(domains))]
    return list(dict.fromkeys(filter(None, found)))


def _keys(site: Site) -> tuple[str, ...]:
    return (site.key, *(old.key for old in site.old_keys))


def _named(domains: Sequence[str]) -> Iterator[str]:
    return (one for one in domains if "*" not in one)


def _origin(domain: str) -> str:
    return f"{'http' if domain.startswith(_LOOPBACK) else 'https'}://{domain}"


def _own_origin(domains: Sequence[str], referer: str) -> str:
    try:
        parts = urlsplit(referer)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or parts.username is not None or not in_domains(host, port, domains):
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"
