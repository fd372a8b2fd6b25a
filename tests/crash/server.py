"""A collector over embedded ClickHouse in a process of its own, to be killed.

`python -m tests.crash.server FOLDER PORT`
`GET /clicks` waits until all is inserted, and what is kept sent again, and answers {view hash: number of clicks}.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from collector.app import Collector, CollectorSettings, Rate
from store.client import open_store
from store.definitions import Definitions
from store.migrations import migrate
from store.records import Site
from store.sites import SiteDirectory, add_site


def main(folder: Path, port: int) -> None:
    store = open_store(folder / "store")
    migrate(store)
    definitions = Definitions(store)
    directory = SiteDirectory(definitions)
    sites = definitions.find(Site)
    site = sites[0] if sites else add_site(definitions, "Shop", ["shop.example"])
    free = Rate(1e6, 1e6)
    settings = CollectorSettings(
        journal=folder / "journal",
        segment_seconds=0.2,
        insert_share=1.0,  # many inserts, so that many kills fall into one
        site_rate=free,
        address_rate=free,
        min_free_bytes=1 << 20,
    )
    collector = Collector(store, settings, directory)

    async def clicks(_: Request) -> JSONResponse:
        await collector.drain(60)
        while collector.replaying:
            await asyncio.sleep(0.01)
        found = store.columns("SELECT view, count() AS n FROM points WHERE kind = 'click' GROUP BY view")
        return JSONResponse(dict(zip(map(str, found["view"].tolist()), found["n"].tolist(), strict=True)))

    async def key(_: Request) -> JSONResponse:
        return JSONResponse({"key": site.key})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await collector.start()
        yield
        await collector.stop()

    app = Starlette(routes=[*collector.routes, Route("/clicks", clicks), Route("/key", key)], lifespan=lifespan)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning", proxy_headers=False)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
