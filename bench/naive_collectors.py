"""What the collector is held against: servers that do less, or do it the obvious way.

`python -m bench.naive_collectors CASE FOLDER PORT CORE` serves one of CASES on one core:

- `bare`: a Starlette route that reads the body and answers 204; keeps nothing.
- `decode`: the same, with the body decoded and checked.
- `each`: decoded, then one insert a batch, then the answer: durable by ClickHouse alone.
- `buffer`: decoded and answered; what came is inserted each FLUSH_S seconds.
- `durable`: the collector with its journal, nothing inserted.
- `unsynced`: the same, but the disk is never waited for.
- `whole`: the collector as it is run, inserts included.

`GET /cpu` first waits until all is inserted, then answers the CPU seconds of the process, and its peak memory.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

KEY = "benchbenchbe"
CASES = ("bare", "decode", "each", "buffer", "durable", "unsynced", "whole")
FLUSH_S = 5.0


def serve(case: str, folder: Path, port: int, core: int) -> None:
    """Serve one case until it is told to stop. Everything it starts stays on its core."""
    os.sched_setaffinity(0, {core})
    # Imported here: the threads of the engine take over the core of the thread that loads it.
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send

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

    site = Site(id="1", name="Bench", key=KEY, domains=("shop.example",))

    class Directory:
        def by_key(self, key: str) -> Site | None:
            return site if key == KEY else None

        def forget(self) -> None:
            pass

    store: Store | None = None
    if case in ("each", "buffer", "whole"):
        store = open_store(folder / "store")
        migrate(store)

    async def body_of(receive: Receive) -> bytes:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return body

    async def done(send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    class Bare:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await body_of(receive)
            await done(send)

    class Decode:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            wire.decode(await body_of(receive))
            await done(send)

    if case == "unsynced":
        DiskFile.FLAGS &= ~os.O_DSYNC

    visitors = Visitors(None)
    visitors.refresh()

    def line_of(batch: wire.Batch) -> bytes:
        x, _ = enrich(batch, KnownSite(1, site), RequestFacts(batch.sent, "127.0.0.1", "Mozilla/5.0", ""), visitors)
        return as_line(JournalRecord(batch.sent, encode(x), wire.encode(batch), 0))

    class Each:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            batch = wire.decode(await body_of(receive))
            assert store is not None
            await asyncio.to_thread(store.insert_segment, line_of(batch), f"{batch.view}/{batch.seq}")
            await done(send)

    buffered: list[bytes] = []

    class Buffer:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            buffered.append(line_of(wire.decode(await body_of(receive))))
            await done(send)

    async def flush() -> None:
        lines = b"".join(buffered)
        buffered.clear()
        assert store is not None
        await asyncio.to_thread(store.insert_segment, lines, uuid.uuid4().hex)

    async def flush_again() -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            await flush()

    naive = {"bare": Bare, "decode": Decode, "each": Each, "buffer": Buffer}
    collector: Collector | None = None
    if case in naive:
        routes = [Route("/c/{key}", naive[case]())]
    else:
        free = Rate(1e9, 1e9)
        settings = CollectorSettings(journal=folder / "journal", site_rate=free, address_rate=free)
        collector = Collector(store, settings, Directory())
        routes = collector.routes

    async def cpu(_: Request) -> JSONResponse:
        if collector is not None:
            await collector.drain(120)
        if buffered:
            await flush()
        used = resource.getrusage(resource.RUSAGE_SELF)
        rows = store.columns("SELECT count() AS n FROM points")["n"][0] if store is not None else 0
        return JSONResponse(
            {"seconds": used.ru_utime + used.ru_stime, "points": int(rows), "peak": used.ru_maxrss * 1024}
        )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if collector is not None:
            await collector.start()
        flushing = asyncio.create_task(flush_again()) if case == "buffer" else None
        yield
        if flushing is not None:
            flushing.cancel()
        if collector is not None:
            await collector.stop()

    app = Starlette(routes=[*routes, Route("/cpu", cpu)], lifespan=lifespan)
    http: Any = LimitedHeads if collector is not None else "auto"  # as parcours/server.py serves it
    uvicorn.run(app, http=http, host="127.0.0.1", port=port, access_log=False, log_level="error", proxy_headers=False)
    if store is not None:
        store.close()


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
