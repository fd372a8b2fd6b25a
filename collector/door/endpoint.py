"""POST /c/{site key}: from a request to its answer. 204 means that the batch is on disk.

A bare ASGI callable: a batch costs no request and response objects.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import cycle
from time import perf_counter

from starlette.types import Receive, Scope, Send

from collector import wire
from collector.addresses import ClientAddress
from collector.door import answers
from collector.door.admission import Admission, RequestHead, foreign
from collector.door.body import BodyReader, declared_length, inflate
from collector.door.refusal import Reason, Refusal, RefusalError
from collector.enrich.enrichment import NotAPage, RequestFacts, encode, enrich, read_address_lists
from collector.enrich.visitors import Visitors
from collector.histograms import TAKING, Histogram
from collector.journal.committer import Committer, PendingBatch
from collector.journal.journal import JournalError
from collector.journal.known_batches import KnownBatches, batch_id
from collector.journal.segments import encode_record
from collector.known_sites import KnownSite, KnownSites
from collector.origins import allowed, host_of, on_this_machine
from collector.report.counters import NO_SITE, Counters
from collector.settings import CollectorSettings
from store.errors import StoreError

HeaderLines = Iterable[tuple[bytes, bytes]]  # as received: a name may come several times; names are in lower case


class BatchEndpoint:
    """Endpoint of the route; holds the parts that a batch passes through."""

    def __init__(
        self,
        settings: CollectorSettings,
        admission: Admission,
        sites: KnownSites,
        visitors: Visitors,
        known_batches: KnownBatches,
        counters: Counters,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._sites = sites
        self._visitors = visitors
        self._known_batches = known_batches
        self._counters = counters
        self._address_lists = read_address_lists(settings.geoip, settings.datacentres)
        self._body = BodyReader(settings.max_body, settings.body_seconds)
        self._client_address = ClientAddress(settings.trusted_proxies)
        self.committer: Committer | None = None  # set while the collector runs
        self.taking = Histogram(TAKING)  # of one batch in 16
        self._sampled = cycle([True] + 15 * [False])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        method = scope["method"]
        if method == "OPTIONS":
            preflight = answers.preflight(origin, b"access-control-request-private-network" in headers)
            await answers.send_answer(send, preflight)
            return
        site = NO_SITE
        try:
            if method != "POST":
                raise RefusalError(Reason.METHOD.value)
            key = scope["path_params"]["key"]
            known = self._sites.cached(key) or await self._site(key)
            site = known.number if known is not None else NO_SITE
            await self._take(scope, headers, known, receive)
        except JournalError:
            await answers.send_answer(send, self._refused(Reason.NOT_DURABLE.value, site, origin))
        except RefusalError as error:
            await answers.send_answer(send, self._refused(error.refusal, site, origin))
        else:
            await answers.send_answer(send, answers.accepted(origin))

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], known: KnownSite | None, receive: Receive) -> None:
        """Return when the batch is durable; raises `RefusalError` or `JournalError` when it will not be."""
        sampled = next(self._sampled)
        began = perf_counter() if sampled else 0.0
        peer = scope["client"][0] if scope["client"] else ""
        known, request, encoding = self._admitted(peer, scope["headers"], headers, known)
        body = await self._body.read(receive)
        if encoding == "gzip":
            body = inflate(body, self._settings.max_body, self._settings.max_inflation)
        batch = _decoded(body)
        if not allowed(batch.ctx.url, known.site.domains):
            raise RefusalError(_wrong_page(batch.ctx.url, known))
        committer = self.committer
        if committer is None:
            raise RefusalError(Reason.STOPPING.value)
        id = batch_id(known.number, batch.view, batch.seq)
        if id in self._known_batches:
            self._counters.duplicate(known.number)
            return
        if (repeated := committer.join(id)) is not None:
            await repeated
            self._counters.duplicate(known.number)
            return
        pending, record = self._prepared(id, batch, body, known, request)
        durable = committer.append(pending, record)
        if sampled:
            self.taking.observe(perf_counter() - began)
        del batch, body, record  # thousands of requests may wait for the disk: keep nothing of the batch meanwhile
        await durable

    def _refused(self, refusal: Refusal, site: int, origin: bytes) -> answers.HttpAnswer:
        """Count a refusal; its answer."""
        self._counters.refused(site, refusal.code, refusal.message)
        return answers.refused(origin, refusal)

    async def _site(self, key: str) -> KnownSite | None:
        if not key.isascii() or len(key) > 32:
            return None
        try:
            return await self._sites.look_up(key)
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None

    def _admitted(
        self, peer: str, lines: HeaderLines, headers: dict[bytes, bytes], known: KnownSite | None
    ) -> tuple[KnownSite, RequestFacts, str]:
        """What the head says, and the content encoding; raises `RefusalError`."""
        address = self._client_address(peer, _forwarded(lines, headers))
        encoding = _text(headers, b"content-encoding").strip().lower()
        head = RequestHead(
            known=known,
            address=address,
            origin=_text(headers, b"origin") or _text(headers, b"referer"),
            content_type=_text(headers, b"content-type"),
            content_encoding=encoding,
            content_length=declared_length(_text(headers, b"content-length")),
        )
        refusal = self._admission.refusal(head)
        if refusal is not None or known is None:
            raise RefusalError(refusal or Reason.UNKNOWN_SITE.value)
        request = RequestFacts(
            received=time.time_ns() // 1_000_000,
            address=address,
            user_agent=_text(headers, b"user-agent"),
            purpose=next((_text(headers, name) for name in _PURPOSES if name in headers), ""),
            brands=headers.get(b"sec-ch-ua", b""),
            names_language=b"accept-language" in headers or b"sec-fetch-mode" not in headers,
        )
        return known, request, encoding

    def _prepared(
        self, id: int, batch: wire.Batch, body: bytes, known: KnownSite, request: RequestFacts
    ) -> tuple[PendingBatch, bytes]:
        """The batch and its journal record; counts what is counted before it is durable. Raises `RefusalError`."""
        try:
            enrichment, clamped = enrich(batch, known, request, self._visitors, self._address_lists)
        except NotAPage as error:
            raise RefusalError(Reason.PAGE.with_message(f"$.ctx.url: {error}")) from None
        if isinstance(batch, wire.Later):
            self._counters.skipped(known.number, wire.skipped(batch, body))
        if known.by_old_key:
            self._counters.by_old_key(known.number)
        if on_this_machine(enrichment.host):
            self._counters.of_test(known.number)
        batch.ctx.id = ""  # from here on the visitor's number replaces it
        record = encode_record(request.received, encode(enrichment), wire.encode(batch))
        return PendingBatch(id, known.number, request.received, bool(enrichment.bot), clamped), record


_PURPOSES = (b"sec-purpose", b"x-purpose", b"x-moz")
_REASONS: dict[type[wire.WireError], Reason] = {
    wire.NotJson: Reason.NOT_JSON,
    wire.WrongShape: Reason.SHAPE,
    wire.UnknownVersion: Reason.VERSION,
}


def _wrong_page(url: str, known: KnownSite) -> Refusal:
    if host_of(url):
        return foreign(url, known)
    return Reason.PAGE.with_message(f"$.ctx.url: {url[:80]!r} is not an http(s) address.")


def _decoded(body: bytes) -> wire.Batch:
    try:
        return wire.decode(body)
    except wire.WireError as error:
        raise RefusalError(_REASONS[type(error)].with_message(str(error))) from None


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    value = headers.get(name)
    return value.decode("latin-1") if value else ""


def _forwarded(lines: HeaderLines, headers: dict[bytes, bytes]) -> str:
    """X-Forwarded-For; several lines, as a chain of proxies may write them, are joined."""
    if b"x-forwarded-for" not in headers:
        return ""
    return ",".join(value.decode("latin-1") for name, value in lines if name == b"x-forwarded-for")
