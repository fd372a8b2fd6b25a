"""POST /c/{site key}: from request to 204, which means durable.

A bare ASGI callable, which reads bodies that come in pieces and answers all that is no batch. A
batch that is here whole takes the same steps by the short way (collector/door/fast_path.py): `take`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import partial
from itertools import cycle
from time import perf_counter

from starlette.types import Receive, Scope, Send

from collector import wire
from collector.addresses import ClientAddress
from collector.door import answers
from collector.door.admission import Admission, RequestHead, foreign
from collector.door.answers import HttpAnswer
from collector.door.body import BodyReader, check_length, declared_length, inflate
from collector.door.refusal import Reason, Refusal, RefusalError
from collector.enrich.enrichment import NotAPage, RequestFacts, encode, enrich, read_address_lists
from collector.enrich.visitors import Visitors
from collector.histograms import TAKING, Histogram
from collector.journal.committer import Committer, DurableCallback, PendingBatch, callback_for
from collector.journal.journal import JournalError
from collector.journal.known_batches import KnownBatches, batch_id
from collector.journal.segments import encode_record
from collector.known_sites import KnownSite, KnownSites
from collector.origins import allowed, host_of, on_this_machine
from collector.report.counters import NO_SITE, Counters
from collector.settings import CollectorSettings
from store.errors import StoreError

Lines = Iterable[tuple[bytes, bytes]]  # of the head of a request; names in lower case


class BatchEndpoint:
    """Endpoint of the route; holds the parts that a batch passes through."""

    def __init__(
        self,
        settings: CollectorSettings,
        admission: Admission,
        sites: KnownSites,
        visitors: Visitors,
        seen: KnownBatches,
        counters: Counters,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._sites = sites
        self._visitors = visitors
        self._seen = seen
        self._counters = counters
        self._lists = read_address_lists(settings.geoip, settings.datacentres)
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
            await answers.send_answer(
                send, answers.preflight(origin, b"access-control-request-private-network" in headers)
            )
            return
        site = NO_SITE
        try:
            if method != "POST":
                raise RefusalError(Reason.METHOD.value)
            key = scope["path_params"]["key"]
            known = self._sites.cached(key) or await self._site(key)
            site = known.number if known is not None else NO_SITE
            sampled = next(self._sampled)
            began = perf_counter() if sampled else 0.0
            peer = scope["client"][0] if scope["client"] else ""
            known, request, encoding = self._admitted(peer, scope["headers"], headers, known)
            body = await self._body.read(receive)
            durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waits = self._keep(body, encoding, known, request, callback_for(durable))
            if sampled:
                self.taking.observe(perf_counter() - began)
            del body  # nothing of the batch is held while the disk works: thousands may wait
            if waits:
                await durable
        except JournalError:
            await answers.send_answer(send, self.refused(Reason.NOT_DURABLE.value, site, origin))
        except RefusalError as refused:
            await answers.send_answer(send, self.refused(refused.refusal, site, origin))
        else:
            await answers.send_answer(send, answers.accepted(origin))

    def cached(self, key: str) -> KnownSite | None:
        """The site of a key, if it is known without waiting."""
        return self._sites.cached(key)

    def take(
        self, known: KnownSite, peer: str, lines: Lines, headers: dict[bytes, bytes], body: bytes, told: DurableCallback
    ) -> bool:
        """A POST that arrived whole. Raises `RefusalError`.

        Returns whether `told` will be called; False when the batch is durable already.
        """
        sampled = next(self._sampled)
        began = perf_counter() if sampled else 0.0
        known, request, encoding = self._admitted(peer, lines, headers, known)
        check_length(len(body), self._settings.max_body)
        waits = self._keep(body, encoding, known, request, told)
        if sampled:
            self.taking.observe(perf_counter() - began)
        return waits

    def refused(self, refusal: Refusal, site: int, origin: bytes) -> HttpAnswer:
        """Count a refusal; what to answer."""
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
        self, peer: str, lines: Lines, headers: dict[bytes, bytes], known: KnownSite | None
    ) -> tuple[KnownSite, RequestFacts, str]:
        """What the head says, and how the body is encoded; raises `RefusalError`."""
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
        purpose = next((_text(headers, name) for name in _PURPOSES if name in headers), "")
        request = RequestFacts(
            received=time.time_ns() // 1_000_000,
            address=address,
            user_agent=_text(headers, b"user-agent"),
            purpose=purpose,
            brands=headers.get(b"sec-ch-ua", b""),
            speaks=b"accept-language" in headers or b"sec-fetch-mode" not in headers,
        )
        return known, request, encoding

    def _keep(self, body: bytes, encoding: str, known: KnownSite, request: RequestFacts, told: DurableCallback) -> bool:
        """Give the batch to the committer: True. False when it is durable already. Raises `RefusalError`."""
        if encoding == "gzip":
            body = inflate(body, self._settings.max_body, self._settings.max_inflation)
        batch = _decoded(body)
        if not allowed(batch.ctx.url, known.site.domains):
            raise RefusalError(_not_ours(batch.ctx.url, known))
        committer = self.committer
        if committer is None:
            raise RefusalError(Reason.STOPPING.value)
        key = batch_id(known.number, batch.view, batch.seq)
        if key in self._seen:
            self._counters.duplicate(known.number)
            return False
        if committer.join(key, partial(self._again, told, known.number)):
            return True
        try:
            x, clamped = enrich(batch, known, request, self._visitors, self._lists)
        except NotAPage as error:
            raise RefusalError(Reason.PAGE.with_message(f"$.ctx.url: {error}")) from None
        if isinstance(batch, wire.Later):
            self._counters.skipped(known.number, wire.skipped(batch, body))
        if known.by_old_key:
            self._counters.by_old_key(known.number)
        if on_this_machine(x.host):
            self._counters.of_test(known.number)
        batch.ctx.id = ""  # the visitor's number stands for it from here on
        record = encode_record(request.received, encode(x), wire.encode(batch))
        committer.append(PendingBatch(key, known.number, request.received, bool(x.bot), clamped), record, told)
        return True

    def _again(self, told: DurableCallback, site: int, error: JournalError | None) -> None:
        if error is None:
            self._counters.duplicate(site)
        told(error)


_PURPOSES = (b"sec-purpose", b"x-purpose", b"x-moz")


def _not_ours(url: str, known: KnownSite) -> Refusal:
    if host_of(url):
        return foreign(url, known)
    return Reason.PAGE.with_message(f"$.ctx.url: {url[:80]!r} is not an http(s) address.")


def _decoded(body: bytes) -> wire.Batch:
    try:
        return wire.decode(body)
    except wire.WireError as error:
        raise RefusalError(_REASONS[type(error)].with_message(str(error))) from None


_REASONS: dict[type[wire.WireError], Reason] = {
    wire.NotJson: Reason.NOT_JSON,
    wire.WrongShape: Reason.SHAPE,
    wire.UnknownVersion: Reason.VERSION,
}


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    value = headers.get(name)
    return value.decode("latin-1") if value else ""


def _forwarded(lines: Lines, headers: dict[bytes, bytes]) -> str:
    """X-Forwarded-For, its lines joined when a chain of proxies wrote several."""
    if b"x-forwarded-for" not in headers:
        return ""
    return ",".join(value.decode("latin-1") for name, value in lines if name == b"x-forwarded-for")
