"""The applications of bench.naive_collectors, which sets the core of the process before it imports this."""

from __future__ import annotations

import asyncio
import os
import resource
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bench.naive_collectors import FLUSH_S, KEY
from collector import wire
from collector.app import Collector, CollectorSettings, Rate
from collector.enrich.enrichment import RequestFacts, encode, enrich
from collector.enrich.visitors import Visitors
from collector.journal.journal import DiskFile
from collector.journal.segments import JournalRecord, as_line
from collector.known_sites import KnownSite
from parcours.heads import LimitedHeads
from store.client import Store, open_store
from store.migrations import migrate
from store.records import Site

SITE = Site(id="1", name="Bench", key=KEY, domains=("shop.example",))


class Bare:
    """Reads the body and answers. The other naive servers override `take`."""

    def __init__(self, store: Store | None) -> None:
        self.store = store
        self.visitors = Visitors(None)
        self.visitors.refresh()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.take(await _body_of(receive))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def take(self, body: bytes) -> None:
        pass

    async def flush(self) -> None:
        """Insert what is buffered."""

    def line_of(self, batch: wire.Batch) -> bytes:
        facts = RequestFacts(batch.sent, "127.0.0.1", "Mozilla/5.0", "")
        x, _ = enrich(batch, KnownSite(1, SITE), facts, self.visitors)
        return as_line(JournalRecord(batch.sent, encode(x), wire.encode(batch), 0))

    async def insert(self, lines: bytes, token: str) -> None:
        assert self.store is not None
        await asyncio.to_thread(self.store.insert_segment, lines, token)


class Decode(Bare):
    async def take(self, body: bytes) -> None:
        wire.decode(body)


class InsertEach(Bare):
    async def take(self, body: bytes) -> None:
        batch = wire.decode(body)
        await self.insert(self.line_of(batch), f"{batch.view}/{batch.seq}")


class Buffered(Bare):
    def __init__(self, store: Store | None) -> None:
        super().__init__(store)
        self.lines: list[bytes] = []

    async def take(self, body: bytes) -> None:
        self.lines.append(self.line_of(wire.decode(body)))

    async def flush(self) -> None:
        lines = b"".join(self.lines)
        self.lines.clear()
        if lines:
            await self.insert(lines, uuid.uuid4().hex)


NAIVE: dict[str, type[Bare]] = {"bare": Bare, "decode": Decode, "each": InsertEach, "buffer": Buffered}
STORED = ("each", "buffer", "whole")  # cases that insert


class Directory:
    """The one site of the bench."""

    def by_key(self, key: str) -> Site | None:
        return SITE if key == KEY else None

    def forget(self) -> None:
        pass


async def _body_of(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def serve(case: str, folder: Path, port: int) -> None:
    store: Store | None = None
    if case in STORED:
        store = open_store(folder / "store")
        migrate(store)
    if case == "unsynced":
        DiskFile.FLAGS &= ~os.O_DSYNC
    if case in NAIVE:
        naive = NAIVE[case](store)
        app = _application([Route("/c/{key}", naive)], store, naive)
        http: Any = "auto"
    else:
        free = Rate(1e9, 1e9)
        settings = CollectorSettings(journal=folder / "journal", site_rate=free, address_rate=free)
        collector = Collector(store, settings, Directory())
        app = _application(collector.routes, store, collector)
        http = LimitedHeads  # as in parcours/server.py
    uvicorn.run(app, http=http, host="127.0.0.1", port=port, access_log=False, log_level="error", proxy_headers=False)
    if store is not None:
        store.close()


def _application(routes: Sequence[BaseRoute], store: Store | None, serving: Bare | Collector) -> Starlette:
    async def cpu(_: Request) -> JSONResponse:
        await (serving.drain(120) if isinstance(serving, Collector) else serving.flush())
        used = resource.getrusage(resource.RUSAGE_SELF)
        rows = store.columns("SELECT count() AS n FROM points")["n"][0] if store is not None else 0
        return JSONResponse(
            {"seconds": used.ru_utime + used.ru_stime, "points": int(rows), "peak": used.ru_maxrss * 1024}
        )

    async def flush_again() -> None:
        while isinstance(serving, Buffered):
            await asyncio.sleep(FLUSH_S)
            await serving.flush()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if isinstance(serving, Collector):
            await serving.start()
        flushing = asyncio.create_task(flush_again())
        yield
        flushing.cancel()
        if isinstance(serving, Collector):
            await serving.stop()

    return Starlette(routes=[*routes, Route("/cpu", cpu)], lifespan=lifespan)
