"""POST /api/v1/events and /api/v1/batches: from a request to its answer, which means durable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from collector.addresses import ClientAddress, address_prefix
from collector.backend import answers
from collector.backend.answers import Receipt, RefusedLine
from collector.backend.body import JSON, Line, content_type, events_of, lines_of
from collector.backend.merger import Merger, MergerParts
from collector.backend.merging import ViewRow
from collector.backend.message import Event, Imported, decode_imported
from collector.backend.records import Prepared, Preparing
from collector.backend.refusal import BackendReason
from collector.backend.senders import Senders
from collector.backend.settings import BackendSettings
from collector.backend.stored import stored
from collector.door.admission import ENCODINGS
from collector.door.body import BodyReader, declared_length, inflate
from collector.door.limits import Buckets
from collector.door.refusal import Reason, Refusal, RefusalError
from collector.enrich.visitors import Visitors
from collector.journal.committer import Committer, Durable, PendingBatch
from collector.journal.journal import JournalError
from collector.journal.known_batches import KnownBatches
from collector.known_sites import KnownSite
from collector.report.counters import Counters
from store.client import Store
from store.errors import StoreError
from store.records import Token
from store.tallies import NO_SITE

log = logging.getLogger("parcours.collector")
EVENTS, BATCHES = "/api/v1/events", "/api/v1/batches"
Kind = Literal["events", "batches"]
_MAX_INFLATION = 1_000  # times; log lines compress well, and the inflated size is limited too
_MAX_SOURCE = 200  # letters of a sender
_MAX_KEY = 200  # letters of an Idempotency-Key


@dataclass(frozen=True)
class BatchParts:
    """Parts of the collector that its two endpoints share."""

    visitors: Visitors
    known_batches: KnownBatches  # with the ids that were in the journal at the start
    counters: Counters
    store: Store | None
    client_address: ClientAddress
    drain: Callable[[], Awaitable[None]]  # returns when everything accepted is in the store


class Backend:
    """Endpoints of the routes; holds the parts that a request passes through."""

    def __init__(
        self,
        senders: Senders,
        settings: BackendSettings,
        capacity: Callable[[], Refusal | None],
        parts: BatchParts,
    ) -> None:
        """`capacity`: why nothing can be accepted now, None when it can."""
        self._senders = senders
        self._settings = settings
        self._capacity = capacity
        self._visitors = parts.visitors
        self._known_batches = parts.known_batches
        self._own = KnownBatches()  # separate, so that an import does not push out visitors' batches
        self._counters = parts.counters
        self._store = parts.store
        self._client_address = parts.client_address
        self._buckets = Buckets(settings.rate)
        self._guesses = Buckets(settings.guesses)
        self._body = BodyReader(settings.max_body, settings.body_seconds)
        self._merger = Merger(MergerParts(parts.store, self._is_known, self._append, parts.drain))
        self._turns = asyncio.Semaphore(settings.at_once)
        self.committer: Committer | None = None  # set while the collector runs
        self.routes = [
            Route(EVENTS, _Endpoint(self, "events")),  # JSON (all or none) or NDJSON (each line separately)
            Route(BATCHES, _Endpoint(self, "batches")),  # imported, NDJSON
        ]

    def durable(self, ids: Sequence[int]) -> None:
        """These batches are in the journal. Their ids are negative (see `_pending`)."""
        self._own.add(~id for id in ids)

    def known(self, site: int) -> set[int]:
        """The ids that are remembered of what programs sent for a site."""
        return self._own.of_site(site)

    def erased(self, ids: set[int]) -> None:
        """These batches may be sent again: the store is asked for those that are still there."""
        self._own.discard(ids)

    async def answer(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        site = NO_SITE  # for which a refusal of the whole request counts
        try:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            token = await self._token(scope, headers)
            form = self._admitted(kind, token, headers)
            query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            named, source = query.pop("site", [""])[0], query.pop("source", [""])[0]
            site = await self._number(named)
            for name in query:
                raise RefusalError(BackendReason.PARAMETER.with_message(f"There is no parameter {name[:40]!r} here."))
            body = await self._whole_body(headers, receive)
            lines = self._lines(kind, form, body, headers.get("idempotency-key", ""), named)
            async with self._turns:
                answer, first = await self._take(kind, lines, _sender(token, source), whole=form == JSON)
        except RefusalError as refused:
            site = refused.site if isinstance(refused, _RefusedFor) else site
            self._counters.refused(site, refused.refusal.code, refused.refusal.message)
            await answers.send_refused(send, refused.refusal)
            return
        await answers.send_answer(send, answer, first)

    async def _token(self, scope: Scope, headers: dict[str, str]) -> Token:
        """The sender's token; raises `RefusalError`: 401 for an unknown one, 429 for many from one network."""
        if scope["method"] != "POST":
            raise RefusalError(BackendReason.METHOD.value)
        try:
            return await self._senders.sender(headers.get("authorization", ""))
        except RefusalError as refused:
            peer = scope["client"][0] if scope["client"] else ""
            network = address_prefix(self._client_address(peer, headers.get("x-forwarded-for", "")))
            if refused.refusal is BackendReason.BAD_TOKEN.value and self._guesses.take(network):
                many = "Many unknown tokens from one network."
                raise RefusalError(BackendReason.TOKEN_RATE.with_message(many)) from None
            raise

    def _admitted(self, kind: Kind, token: Token, headers: dict[str, str]) -> str:
        """The form of the body, JSON or lines; raises `RefusalError` for an invalid head."""
        if self._buckets.take(token.id):
            rate = self._settings.rate
            raise RefusalError(
                BackendReason.TOKEN_RATE.with_message(
                    f"More than {rate.per_second:g} requests a second with {token.name!r}."
                )
            )
        if (full := self._capacity()) is not None:
            raise RefusalError(full)
        form = content_type(headers.get("content-type", ""))
        if kind == "batches" and form == JSON:
            raise RefusalError(BackendReason.CONTENT_TYPE.with_message("Batches are accepted as NDJSON only."))
        return form

    async def _number(self, site: str) -> int:
        """The number of the site that the request names, NO_SITE when it names none. Raises `RefusalError` (404)."""
        if not site:
            return NO_SITE
        known = await self._senders.sites_of({site})
        if not known:
            raise RefusalError(Reason.UNKNOWN_SITE.with_message(f"There is no site {site[:120]!r}."))
        return known[site].number

    def _lines(self, kind: Kind, form: str, body: bytes, key: str, site: str) -> list[Line]:
        """The lines of the body; raises `RefusalError`."""
        if len(key) > _MAX_KEY:
            raise RefusalError(BackendReason.SHAPE.with_message(f"Idempotency-Key has more than {_MAX_KEY} letters."))
        most = self._settings.max_events
        if kind == "batches":
            return lines_of(body, "", site, most, decode_imported)
        return (events_of if form == JSON else lines_of)(body, key, site, most)

    async def _whole_body(self, headers: dict[str, str], receive: Receive) -> bytes:
        most, length = self._settings.max_body, declared_length(headers.get("content-length", ""))
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ENCODINGS:
            raise RefusalError(Reason.ENCODING.with_message(f"The encoding {encoding[:60]!r} is not supported."))
        if length > most:
            raise RefusalError(
                BackendReason.TOO_LARGE.with_message(f"The body has {length} bytes; at most {most} are accepted.")
            )
        body = await self._body.read(receive)
        return inflate(body, most, _MAX_INFLATION) if encoding == "gzip" else body

    async def _take(self, kind: Kind, lines: list[Line], sender: str, *, whole: bool) -> tuple[Receipt, Refusal | None]:
        """The outcome of the lines, and the first refusal. Returns when everything accepted is durable.

        `whole`: an invalid line refuses all.
        """
        sites = await self._senders.sites_of({line.site for line in lines if line.site})
        preparing = Preparing(self._settings, self._visitors, time.time_ns() // 1_000_000, sender)
        ready: list[Prepared] = []
        rows: list[tuple[KnownSite, ViewRow]] = []
        refused: list[tuple[int, Refusal]] = []
        for line in lines:
            known = sites.get(line.site)
            try:
                prepared = _prepared(preparing, line, known)
                if isinstance(prepared, ViewRow):
                    assert known is not None
                    rows.append((known, prepared))
                else:
                    ready.append(prepared)
            except RefusalError as no:
                site = known.number if known is not None else NO_SITE
                if whole:
                    raise _RefusedFor(no.refusal, site) from None
                refused.append((line.number, no.refusal))
                self._counters.refused(site, no.refusal.code, no.refusal.message)
        there = await self._stored(ready, views=kind == "batches")
        accepted = await self._keep(ready, there) + await self._merge(rows, preparing)
        shown = [RefusedLine(number, no.code, f"{no.message.removesuffix('.')}. {no.hint}") for number, no in refused]
        return Receipt(accepted, len(ready) + len(rows) - accepted, shown), refused[0][1] if refused else None

    async def _stored(self, ready: list[Prepared], *, views: bool) -> set[int]:
        """Ids of those that are in the store; empty while it cannot be reached, so that only memory is used."""
        if self._store is None or not any(one.known_again for one in ready):
            return set()
        try:
            return await asyncio.to_thread(stored, self._store, ready, views=views)
        except StoreError as error:
            log.warning("Repeated events are recognised from memory only: %s", error)
            return set()

    async def _keep(self, ready: list[Prepared], there: set[int]) -> int:
        """Append what is new and wait for the disk; returns their number. No await between the check and the append."""
        committer = self.committer
        if committer is None:
            raise RefusalError(Reason.STOPPING.value)
        waiting, accepted = list[Durable](), list[int]()
        for one in ready:
            if (repeated := committer.join(~one.id)) is not None:
                waiting.append(repeated)
            elif one.id not in there and not self._is_known(one.id):
                waiting.append(committer.append(_pending(one), one.record))
                accepted.append(one.site)
                continue
            self._counters.duplicate(one.site)
        results = await asyncio.gather(*waiting, return_exceptions=True)
        if any(isinstance(result, JournalError) for result in results):
            raise RefusalError(Reason.NOT_DURABLE.value)
        for site in accepted:
            self._counters.from_backend(site)
        return len(accepted)

    async def _merge(self, rows: list[tuple[KnownSite, ViewRow]], preparing: Preparing) -> int:
        """Merge rows of exports into their views; returns how many said something new."""
        new = await self._merger.store(rows, preparing) if rows else []
        for (known, _), was_new in zip(rows, new, strict=True):
            (self._counters.from_backend if was_new else self._counters.duplicate)(known.number)
        return sum(new)

    def _is_known(self, id: int) -> bool:
        """Whether a batch was accepted, as far as memory and the journal at the start say."""
        return id in self._own or id in self._known_batches

    async def _append(self, batches: Sequence[Prepared]) -> None:
        """Append all of them and wait for the disk. Raises `RefusalError`."""
        if self.committer is None:
            raise RefusalError(Reason.STOPPING.value)
        waiting = [self.committer.append(_pending(one), one.record) for one in batches]
        if any(isinstance(result, JournalError) for result in await asyncio.gather(*waiting, return_exceptions=True)):
            raise RefusalError(Reason.NOT_DURABLE.value)


def _sender(token: Token, source: str) -> str:
    """How the tables name who sent a row: what the request calls itself, else the token."""
    return f"import {source}"[:_MAX_SOURCE] if source else f"token {token.name}"


class _RefusedFor(RefusalError):
    """A refusal that is counted for the site of an event."""

    def __init__(self, refusal: Refusal, site: int) -> None:
        super().__init__(refusal)
        self.site = site


class _Endpoint:
    """A bare ASGI callable: Starlette would wrap a method as a handler of its own requests."""

    def __init__(self, backend: Backend, kind: Kind) -> None:
        self._backend = backend
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._backend.answer(self._kind, scope, receive, send)


def _prepared(preparing: Preparing, line: Line, known: KnownSite | None) -> Prepared | ViewRow:
    if isinstance(line.read, Refusal):
        raise RefusalError(line.read)
    if known is None:
        message = f"There is no site {line.site!r}." if line.site else "No site is named."
        raise RefusalError(BackendReason.SITE.with_message(f"{line.at}.site: {message}"))
    if isinstance(line.read, Event):
        return preparing.event(line.read, known, line.name, line.at)
    assert isinstance(line.read, Imported)
    make = preparing.row if line.read.merge else preparing.batch
    return make(line.read, known, line.at)


def _pending(one: Prepared) -> PendingBatch:
    # Negative: the ids of visitors' batches are not (collector/journal/known_batches.py).
    return PendingBatch(~one.id, one.site, time.time_ns() // 1_000_000, False, False)
