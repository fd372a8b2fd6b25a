"""Tests page patterns while they are typed: which known pages do they match?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from store.pages import matches, page_path
from viewer.pages.forms.fields import lines
from viewer.pages.frame.frames import language_of
from viewer.pages.frame.languages import Language
from viewer.registry import Registry
from viewer.traffic import TrafficReader

SHOWN = 6  # pages listed


def known_line(lang: Language, patterns: tuple[str, ...], pages: list[str]) -> str:
    """The known pages that the patterns match, as one line."""
    if not patterns:
        return lang.text("No pattern, so nothing is measured here.")
    found = [page for page in pages if any(matches(pattern, page) for pattern in patterns)]
    if not found:
        return lang.text("Matches no page visited so far.")
    names = ", ".join(page_path(page) for page in found[:SHOWN])
    more = f", +{lang.number(len(found) - SHOWN)}" if len(found) > SHOWN else ""
    return lang.plural(
        "Matches %(num)s page: %(names)s", "Matches %(num)s pages: %(names)s", len(found), names=names + more
    )


async def matching(request: Request, *, registry: Registry, traffic: TrafficReader) -> Response:
    """GET `?patterns=`: the sentence for these patterns."""
    site = await registry.site(request)
    patterns = lines(request.query_params.get("patterns", ""))[:20]
    return JSONResponse({"words": known_line(language_of(request), patterns, await traffic.pages(site))})
