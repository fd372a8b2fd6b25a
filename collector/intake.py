"""POST /c/{site key}: from request to 204, which means durable.

A bare ASGI callable: Starlette's Request and Response cost a quarter of the rate here.
"""

from __future__ import annotations

import time

from starlette.types import Receive, Scope, Send

from collector import answers, wire
from collector.addresses import ClientAddress
from collector.admission import Admission, Arrival, foreign
from collector.body import inflate, read_body
from collector.committer import Committer
from collector.counters import NO_SITE, Counters
from collector.enrichment import NotAPage, Request, encode, enrich
from collector.journal import JournalError
from collector.known_sites import KnownSite, KnownSites
from collector.origins import allowed, host_of
from collector.refusal import Because, Refusal, Refused
from collector.seen import Seen, batch_id
from collector.segments import encode_record
from collector.settings import CollectorSettings
from collector.visitors import Visitors
from store.errors import StoreError


class Intake:
    """Endpoint of the route; holds the parts that a batch passes through."""

    def __init__(
        self,
        settings: CollectorSettings,
        admission: Admission,
        sites: KnownSites,
        visitors: Visitors,
        seen: Seen,
        counters: Counters,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._sites = sites
        self._visitors = visitors
        self._seen = seen
        self._counters = counters
        self._client_address = ClientAddress(settings.trusted_proxies)
        self.committer: Committer | None = None  # set while the collector runs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        method = scope["method"]
        if method == "OPTIONS":
            await answers.send_preflight(send, origin, b"access-control-request-private-network" in headers)
            return
        site = NO_SITE
        try:
            if method != "POST":
                raise Refused(Because.METHOD.value)
            key = scope["path_params"]["key"]
            known = self._sites.at_hand(key) or await self._site(key)
            site = known.number if known is not None else NO_SITE
            await self._take(scope, headers, receive, known)
        except Refused as refused:
            self._counters.refused(site, refused.refusal.code, refused.refusal.message)
            await answers.send_refused(send, origin, refused.refusal)
            return
        await answers.send_accepted(send, origin)

    async def _site(self, key: str) -> KnownSite | None:
        if not key.isascii() or len(key) > 32:
            return None
        try:
            return await self._sites.look_up(key)
        except StoreError:
            raise Refused(Because.AWAY.value) from None

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, known: KnownSite | None) -> None:
        """Returns when the batch is durable; raises `Refused` otherwise."""
        peer = scope["client"][0] if scope["client"] else ""
        address = self._client_address(peer, _forwarded(scope, headers))
        origin = _text(headers, b"origin") or _text(headers, b"referer")
        encoding = _text(headers, b"content-encoding").strip().lower()
        length = _text(headers, b"content-length")
        arrival = Arrival(
            known=known,
            address=address,
            origin=origin,
            content_type=_text(headers, b"content-type"),
            content_encoding=encoding,
            content_length=int(length) if length.isdigit() else -1,
        )
        refusal = self._admission.refusal(arrival)
        if refusal is not None or known is None:
            raise Refused(refusal or Because.UNKNOWN_SITE.value)
        body = await read_body(receive, self._settings.max_body, self._settings.body_seconds)
        if encoding == "gzip":
            body = inflate(body, self._settings.max_body, self._settings.max_inflation)
        batch = _decoded(body)
        if not allowed(batch.ctx.url, known.site.domains):
            raise Refused(_not_ours(batch.ctx.url, known))
        purpose = next((_text(headers, name) for name in _PURPOSES if name in headers), "")
        request = Request(time.time_ns() // 1_000_000, address, _text(headers, b"user-agent"), purpose)
        await self._keep(batch, known, request)

    async def _keep(self, batch: wire.Batch, known: KnownSite, request: Request) -> None:
        committer = self.committer
        if committer is None:
            raise Refused(Because.STOPPING.value)
        key = batch_id(known.number, batch.view, batch.seq)
        try:
            first_try = committer.under_way(key)
            if first_try is not None:
                await first_try
            if first_try is not None or key in self._seen:
                self._counters.duplicate(known.number)
                return
            try:
                x, clamped = enrich(batch, known, request, self._visitors)
            except NotAPage as error:
                raise Refused(Because.PAGE.value.saying(f"$.ctx.url: {error}")) from None
            batch.ctx.id = ""  # the visitor's number stands for it from here on
            await committer.append(key, encode_record(request.received, encode(x), wire.encode(batch)))
        except JournalError:
            raise Refused(Because.NOT_DURABLE.value) from None
        self._counters.accepted(known.number, request.received, bot=bool(x.bot), clamped=clamped)


_PURPOSES = (b"sec-purpose", b"x-purpose", b"x-moz")


def _not_ours(url: str, known: KnownSite) -> Refusal:
    if host_of(url):
        return foreign(url, known)
    return Because.PAGE.value.saying(f"$.ctx.url: {url[:80]!r} is not an http(s) address.")


def _decoded(body: bytes) -> wire.Batch:
    try:
        return wire.decode(body)
    except wire.WireError as error:
        raise Refused(_SAYS[type(error)].saying(str(error))) from None


_SAYS: dict[type[wire.WireError], Refusal] = {
    wire.NotJson: Because.NOT_JSON.value,
    wire.WrongShape: Because.SHAPE.value,
    wire.UnknownVersion: Because.VERSION.value,
}


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    value = headers.get(name)
    return value.decode("latin-1") if value else ""


def _forwarded(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """X-Forwarded-For, its lines joined when a chain of proxies wrote several."""
    if b"x-forwarded-for" not in headers:
        return ""
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
