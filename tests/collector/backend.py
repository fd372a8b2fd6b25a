"""A collector that accepts events of a backend, and a client with a token."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from collector.backend import BackendSettings, Senders
from store.client import Store
from store.definitions import Missing
from store.records import Site, Token
from tests.collector.conftest import DEMO, SITE, Sites

Run = Callable[[Coroutine[Any, Any, Any]], Any]
EVENTS, BATCHES = "/api/v1/events", "/api/v1/batches"
LINES = {"content-type": "application/x-ndjson"}
ORDER = {"name": "order", "site": "Shop", "value": 59.9}
OLD = int(time.time() * 1000) - 1_101 * 86_400_000
FUTURE = int(time.time() * 1000) + 86_400_000  # read at import: it must still be ahead when a long run gets here


class Named(Sites):
    """A directory that also knows names and ids."""

    def get(self, id_or_name: str) -> Site:
        for site in self.sites.values():
            if id_or_name in (site.id, site.name):
                return site
        raise Missing(id_or_name)


class Tokens:
    """Four tokens without a store; `late` has ended."""

    def by_text(self, text: str) -> Token | None:
        roles: dict[str, Any] = {"shop": "editor", "screen": "viewer", "other": "owner", "late": "editor"}
        until = 1_700_000_000_000 if text == "late" else 0
        return Token(id=text, name=text, digest="", role=roles[text], until=until) if text in roles else None


@asynccontextmanager
async def running(
    settings: CollectorSettings,
    store: Store | None = None,
    backend: BackendSettings | None = None,
    team: Site | None = None,
) -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    sites = Named(SITE, DEMO, *([team] if team else []))
    collector = Collector(store, settings, sites, Senders(Tokens(), sites), backend)
    await collector.start()
    try:
        transport = httpx.ASGITransport(app=Starlette(routes=collector.routes))
        headers = {"authorization": "Bearer shop"}
        async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=headers) as client:
            yield collector, client
    finally:
        await collector.stop()


def ndjson(*lines: object) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)


def refused(run: Run, settings: CollectorSettings, **request: Any) -> httpx.Response:
    """The answer to one request, which is a refusal; `request` as httpx takes it, and `backend` for the settings."""
    backend = request.pop("backend", None)
    method = request.pop("method", "POST")

    async def scenario() -> httpx.Response:
        async with running(settings, backend=backend) as (_, client):
            return await client.request(method, request.pop("url", EVENTS), **request)

    answer: httpx.Response = run(scenario())
    assert set(answer.json()["error"]) == {"code", "message", "hint"}
    return answer
