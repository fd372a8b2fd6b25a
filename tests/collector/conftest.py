"""A collector in this process, reached over ASGI or a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings, Rate
from collector.journal.segments import SEALED, paths, read_records
from store.client import Store
from store.records import Site

KEY = "abcdefghijkl"
SITE = Site(id="7", name="Shop", key=KEY, domains=("shop.example", "*.shop.example", "localhost"))
DEMO = Site(id="8", name="Demo", key="demodemodemo", domains=("demo.example",), demo=True)
ORIGIN = "https://shop.example"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
HEADERS = {"content-type": "text/plain;charset=UTF-8", "origin": ORIGIN, "user-agent": CHROME}


class Sites:
    """A directory without a store."""

    def __init__(self, *sites: Site) -> None:
        self.sites = {site.key: site for site in sites}

    def by_key(self, key: str) -> Site | None:
        return self.sites.get(key)

    def forget(self) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> CollectorSettings:
    """Without limits of rate, short segments, nothing global touched."""
    free = Rate(1e6, 1e6)
    return CollectorSettings(
        journal=tmp_path / "journal",
        site_rate=free,
        address_rate=free,
        segment_seconds=0.3,
        min_free_bytes=1 << 20,
        tune_gc=False,
    )


@asynccontextmanager
async def running(
    settings: CollectorSettings, store: Store | None = None, **changes: Any
) -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    """A started collector and a client that speaks to it as a browser on the shop's page."""
    collector = Collector(store, replace(settings, **changes), Sites(SITE, DEMO))
    app = Starlette(routes=collector.routes)
    await collector.start()
    try:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=HEADERS) as client:
            yield collector, client
    finally:
        await collector.stop()


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Runs a coroutine to its end, with a limit."""

    def runner(work: Coroutine[Any, Any, Any]) -> Any:
        async def limited() -> Any:
            return await asyncio.wait_for(work, 60)

        return asyncio.run(limited())

    return runner


def kept(settings: CollectorSettings) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(x, batch) of everything that is sealed in the journal."""
    records = [r for p in paths(settings.journal, SEALED) for r in read_records(p.read_bytes())]
    return [(json.loads(r.x), json.loads(r.body)) for r in records]
