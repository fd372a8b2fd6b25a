"""POST /c/{site key}: from a request to its answer. 204 means that the batch is on disk.

A bare ASGI callable: a batch costs no request and response objects.
"""

from __future__ import annotations

from itertools import cycle
from time import perf_counter

from starlette.types import Receive, Scope, Send

from collector import wire
from collector.addresses import MAX_PREFIX, ClientAddress, address_prefix
from collector.door import answers
from collector.door.admission import Admission, RequestHead, foreign
from collector.door.body import BodyReader, inflate
from collector.door.day_limits import DayLimits
from collector.door.head import Headers, forwarded, overlong, request_facts, request_head
from collector.door.refusal import Reason, Refusal, RefusalError
from collector.enrich.enrichment import NotAPage, RequestFacts, encode, enrich, read_address_lists
from collector.enrich.unattended import UnattendedViews
from collector.enrich.visitors import Visitors
from collector.histograms import TAKING, Histogram
from collector.journal.committer import Committer, PendingBatch
from collector.journal.journal import JournalError
from collector.journal.known_batches import KnownBatches, batch_id
from collector.journal.segments import encode_record
from collector.known_sites import KnownSite, KnownSites
from collector.origins import allowed, host_of, on_this_machine
from collector.report.counters import Counters
from collector.settings import CollectorSettings
from collector.surveys.checks import TOO_MANY, LeftOut, chosen, sift
from collector.surveys.known import KnownSurveys
from store.errors import StoreError
from store.tallies import NO_SITE

MAX_KEY = 32  # letters
BEACON_RATE = "beacon_rate"  # counted: a beacon was answered with 429
_OF_RATES = frozenset({Reason.ADDRESS_RATE.value.code, Reason.SITE_RATE.value.code})


class BatchEndpoint:
    """Endpoint of the route; holds the parts that a batch passes through."""

    def __init__(
        self,
        settings: CollectorSettings,
        admission: Admission,
        day_limits: DayLimits,
        sites: KnownSites,
        visitors: Visitors,
        known_batches: KnownBatches,
        counters: Counters,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._sites = sites
        self._unattended = UnattendedViews()
        self._visitors = visitors
        self._known_batches = known_batches
        self._counters = counters
        self._day_limits = day_limits
        self.address_lists = read_address_lists(settings.geoip, settings.datacentres)
        self._body = BodyReader(settings.max_body, settings.body_seconds)
        self._client_address = ClientAddress(settings.trusted_proxies)
        self.committer: Committer | None = None  # set while the collector runs
        self.surveys = KnownSurveys(None)  # replaced by those of the collector
        self.taking = Histogram(TAKING)  # of one batch in 16
        self._sampled = cycle([True] + 15 * [False])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = dict(scope["headers"])
        long = overlong(headers)
        origin = b"" if long is not None else headers.get(b"origin", b"")
        method = scope["method"]
        if method == "OPTIONS" and long is None:
            preflight = answers.preflight(origin, scope["headers"])
            await answers.send_answer(send, preflight)
            return
        address = self._address(scope, headers)
        network = address_prefix(address)
        site = NO_SITE
        try:
            if method != "POST":
                raise RefusalError(long or Reason.METHOD.value)
            key = scope["path_params"]["key"]
            known = self._sites.cached(key) or await self._site(key, network)
            site = known.number if known is not None else NO_SITE
            if long is not None:
                raise RefusalError(long)
            began = perf_counter() if next(self._sampled) else 0.0
            head = request_head(headers, known, network)
            refusal = self._admission.refusal(head)
            if refusal is not None or known is None:
                raise RefusalError(refusal or Reason.UNKNOWN_SITE.value)
            try:
                await self._take(head, known, request_facts(headers, address), receive, began)
            except RefusalError:
                self._admission.give_back(head)
                raise
        except JournalError:
            refusal = Reason.NOT_DURABLE.value
        except RefusalError as error:
            refusal = self._admission.charged(error.refusal, network)
        else:
            await answers.send_answer(send, answers.accepted(origin))
            return
        self._counters.refused(site, _counted_as(refusal, headers), refusal.message)
        await answers.send_answer(send, answers.refused(origin, refusal))

    async def _take(
        self, head: RequestHead, known: KnownSite, request: RequestFacts, receive: Receive, began: float
    ) -> None:
        """Return when the batch is durable; raises `RefusalError` or `JournalError` when it will not be.

        `began`: when the request did, to measure how long it takes; 0 for one that is not measured.
        """
        body = await self._body.read(receive)
        if head.content_encoding == "gzip":
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
        left_out: list[LeftOut] = []
        if batch.ask is not None:
            left_out = await self._sift(known.number, batch, request.received)
            if (repeated := committer.join(id)) is not None:  # the same batch, while the surveys were read
                await repeated
                self._counters.duplicate(known.number)
                return
        pending, record = self._prepared(id, batch, body, known, request)
        for code, message in left_out:
            self._counters.left_out(known.number, code, message)
        durable = committer.append(pending, record)
        if began:
            self.taking.observe(perf_counter() - began)
        del batch, body, record  # thousands of requests may wait for the disk: keep nothing of the batch meanwhile
        await durable

    async def _sift(self, site: int, batch: wire.Batch, received: int) -> list[LeftOut]:
        """Take the answers out of the batch that fit no survey, or are too many; why each was."""
        if batch.ask is None:
            return []
        ask, left_out = sift(batch.ask, await self.surveys.for_answers(site, batch.ask))
        beyond = self._day_limits.askings_beyond(site, received, ask.a) if ask is not None else set()
        if ask is not None and beyond:
            left_out += [(TOO_MANY, "The site has its askings of today.")] * sum(one in beyond for one in ask.a)
            ask = chosen(ask, [row for row, one in enumerate(ask.a) if one not in beyond])
        batch.ask = ask
        return left_out

    def _address(self, scope: Scope, headers: Headers) -> str:
        """The sender's address."""
        peer = scope["client"][0] if scope["client"] else ""
        return self._client_address(peer, forwarded(scope["headers"], headers))[:MAX_PREFIX]

    async def _site(self, key: str, network: str) -> KnownSite | None:
        if not key.isascii() or len(key) > MAX_KEY:
            return None
        if (refusal := self._admission.rejections(network)) is not None:
            raise RefusalError(refusal)
        try:
            return await self._sites.look_up(key)
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None

    def _prepared(
        self, id: int, batch: wire.Batch, body: bytes, known: KnownSite, request: RequestFacts
    ) -> tuple[PendingBatch, bytes]:
        """The batch and its journal record; counts what is counted before it is durable. Raises `RefusalError`."""
        try:
            enrichment, clamped = enrich(batch, known, request, self._visitors, self.address_lists)
        except NotAPage as error:
            raise RefusalError(Reason.PAGE.with_message(f"$.ctx.url: {error}")) from None
        own_machine = on_this_machine(enrichment.host)
        if not enrichment.bot and not own_machine:
            visitor = known.number, int(enrichment.visitor)
            if self._unattended.scheduled(visitor, batch.t0 + enrichment.shift, batch):
                enrichment.bot = "scheduled"
        batch.ctx.id = ""  # from here on the visitor's number replaces it
        record = encode_record(request.received, encode(enrichment), wire.encode(batch))
        refusal = self._day_limits.refusal(known.number, request.received, enrichment.page, batch, len(record))
        if refusal is not None:
            raise RefusalError(refusal)
        if batch.ask is not None and not enrichment.bot:
            self.surveys.note(known.number, int(enrichment.visitor), batch.ask, request.received)
        if isinstance(batch, wire.Later):
            self._counters.skipped(known.number, wire.skipped(batch, body))
        if known.by_old_key:
            self._counters.by_old_key(known.number)
        if own_machine:
            self._counters.of_test(known.number)
        return PendingBatch(id, known.number, request.received, bool(enrichment.bot), clamped), record


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
    """The batch, whose addresses are no longer than any that a browser sends, also as bytes: it encodes the others."""
    try:
        batch = wire.decode(body)
    except wire.WireError as error:
        raise RefusalError(_REASONS[type(error)].with_message(str(error))) from None
    for name, address in (("url", batch.ctx.url), ("ref", batch.ctx.ref)):
        if not address.isascii() and len(address.encode("utf-8", "surrogatepass")) > wire.MAX_URL:
            raise RefusalError(Reason.PAGE.with_message(f"$.ctx.{name} has more than {wire.MAX_URL} bytes."))
    return batch


def _counted_as(refusal: Refusal, headers: Headers) -> str:
    """The reason to count. A beacon's is of its own: its sender has left, and nobody tries again."""
    is_lost = refusal.code in _OF_RATES and headers.get(b"sec-fetch-mode") == b"no-cors"
    return BEACON_RATE if is_lost else refusal.code
