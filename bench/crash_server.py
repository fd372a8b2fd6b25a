"""A collector in a separate process, to be killed: `python -m bench.crash_server FOLDER PORT [ADDRESS]`.

Its store is chDB in FOLDER, or the server at ADDRESS. `GET /ready` answers {key of the site};
`GET /settled` waits until all is inserted and what is kept was sent again, {segments set aside}.
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
from collector.journal.quarantine import Quarantine
from rules.site import add_site
from store.client import open_store
from store.definitions import Definitions
from store.migrations import migrate
from store.records import Site
from store.sites import SiteDirectory

KEEP_DONE_S = 30.0  # shorter than usual: fewer replays a start, of which there are many


def main(folder: Path, port: int, address: str) -> None:
    store = open_store(address or folder / "store")
    migrate(store)
    definitions = Definitions(store)
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
        keep_done_seconds=KEEP_DONE_S,
    )
    collector = Collector(store, settings, SiteDirectory(definitions))

    async def settled(_: Request) -> JSONResponse:
        await collector.drain(60)
        while collector.replaying:
            await asyncio.sleep(0.01)
        return JSONResponse({"aside": len(Quarantine(settings.journal).segments())})

    async def ready(_: Request) -> JSONResponse:
        return JSONResponse({"key": site.key})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await collector.start()
        yield
        await collector.stop()

    app = Starlette(routes=[*collector.routes, Route("/settled", settled), Route("/ready", ready)], lifespan=lifespan)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="error", proxy_headers=False)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
