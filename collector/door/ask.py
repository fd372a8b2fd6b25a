"""GET /ask/{site key}.json: the surveys that ask this visitor now (docs/feedback.md).

It is answered for each request and never cached: by the visitor's number of the day, which is made as for a batch, the
server knows who was asked already and draws the share. The browser stores nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from collector.addresses import MAX_PREFIX, ClientAddress, address_prefix
from collector.door.head import Headers, forwarded, request_facts, text
from collector.door.limits import Buckets
from collector.enrich.countries import Countries
from collector.enrich.devices import device
from collector.enrich.enrichment import RequestFacts
from collector.enrich.visitors import Visitors
from collector.known_sites import KnownSite, KnownSites
from collector.settings import CollectorSettings
from collector.surveys.fits import fits
from collector.surveys.known import KnownSurveys
from store.asking import AskingSurvey, PublicSurvey, asks_on, draw
from store.errors import StoreError
from store.surveys import BETWEEN_DAYS

MAX_KEY = 32  # letters
HEADERS = {
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


class AskEndpoint:
    """Endpoint of the route; holds what the answer depends on."""

    def __init__(
        self,
        settings: CollectorSettings,
        sites: KnownSites,
        surveys: KnownSurveys,
        visitors: Visitors,
        places: Countries | None,
    ) -> None:
        self._sites = sites
        self._surveys = surveys
        self._visitors = visitors
        self._places = places
        self._client_address = ClientAddress(settings.trusted_proxies)
        self._by_network = Buckets(settings.address_rate)

    async def page(self, request: Request) -> Response:
        scope = request.scope
        headers: Headers = dict(scope["headers"])
        peer = scope["client"][0] if scope["client"] else ""
        address = self._client_address(peer, forwarded(scope["headers"], headers))[:MAX_PREFIX]
        if wait := self._by_network.take(address_prefix(address)):
            return _refused(429, "address_rate", "Too many requests from this network.", retry_after=int(wait) + 1)
        key = str(request.path_params["key"])
        try:
            known = self._sites.cached(key) or (await self._sites.look_up(key) if _may_be_key(key) else None)
        except StoreError:
            return _refused(503, "store_away", "The site is not known yet, and the store does not answer.", 5)
        if known is None:
            return _refused(404, "unknown_site", "No site has this key.")
        surveys = await self._surveys.of(known.number)
        asking = surveys.asking if surveys is not None else []
        facts = request_facts(headers, address)
        language = text(headers, b"accept-language").partition(",")[0].partition(";")[0].strip()[:35]
        found = self._for(known, asking, facts, language)
        body = msgspec.json.encode({"between": BETWEEN_DAYS, "surveys": found})
        return Response(body, headers=HEADERS, media_type="application/json")

    def _for(
        self, known: KnownSite, asking: list[AskingSurvey], facts: RequestFacts, language: str
    ) -> list[PublicSurvey]:
        """The surveys that ask the sender of a request."""
        if not asking:
            return []
        now, zone = facts.received, known.site.zone
        local = zone.local(now)
        visitor = self._visitors.cookieless(known.number, now, facts.address, facts.user_agent, zone)
        of_visitor = self._facts(facts, language)
        found: list[PublicSurvey] = []
        for one in asking:
            survey = one.survey
            if not asks_on(survey, local.date().isoformat()):
                continue
            if survey.most_answers and one.answered >= survey.most_answers:
                continue
            if one.tree is not None and not fits(one.tree, of_visitor, local):
                continue
            recent = self._surveys.was_asked(known.number, visitor, survey.id, survey.wait_days, BETWEEN_DAYS, now)
            found.append(replace(one.public, draw=round(draw(survey.id, visitor), 6), recent=int(recent)))
        return found

    def _facts(self, facts: RequestFacts, language: str) -> Mapping[str, str]:
        what = device(facts.user_agent, False)
        country = self._places.country(facts.address) if self._places is not None else ""
        return {"device": what.kind, "browser": what.browser, "os": what.os, "country": country, "language": language}


def _may_be_key(key: str) -> bool:
    return key.isascii() and len(key) <= MAX_KEY


def _refused(status: int, code: str, message: str, retry_after: int = 0) -> Response:
    error = {"code": code, "message": message, "hint": "See docs/feedback.md."}
    more = {"retry-after": str(retry_after)} if retry_after else {}
    return JSONResponse({"error": error}, status_code=status, headers=HEADERS | more)
