"""Answers when the disk is full, a write fails, the store cannot be reached, or the collector stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from collector.app import Collector, CollectorSettings
from store.errors import StoreAway
from tests.collector.batches import body
from tests.collector.conftest import KEY, Sites, kept, running

Run = Callable[[Coroutine[Any, Any, Any]], Any]
POST = f"/c/{KEY}"


def test_full_disk_and_full_journal(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings, min_free_bytes=1 << 60) as (collector, client):
            answer = await client.post(POST, content=body())
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
            assert answer.json()["error"]["code"] == "disk_full"
            assert collector.health(7).refused["disk_full"].count == 1
        async with running(settings, max_waiting=0.5) as (_, client):
            answers = await asyncio.gather(*(client.post(POST, content=body()) for _ in range(10)))
            assert sorted({a.status_code for a in answers}) == [204, 503]
            busy = next(a for a in answers if a.status_code == 503)
            assert (busy.json()["error"]["code"], busy.headers["retry-after"]) == ("busy", "2")

    run(work())


def test_nothing_is_acknowledged_when_the_disk_fails(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.journal.journal import DiskFile

    text = body()

    async def work() -> None:
        async with running(settings) as (collector, client):
            assert (await client.post(POST, content=body())).status_code == 204
            with monkeypatch.context() as patch:
                patch.setattr(DiskFile, "write", _no_space)
                answers = await asyncio.gather(*(client.post(POST, content=text) for _ in range(3)))
                assert {a.status_code for a in answers} == {503}
                assert {a.json()["error"]["code"] for a in answers} == {"not_durable"}
            assert (await client.post(POST, content=text)).status_code == 204  # the retry, in a new file
            assert collector.health(7).accepted == 2

    run(work())
    assert len(kept(settings)) == 2


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_stopped_is_503(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings) as (collector, client):
            assert (await client.post(POST, content=body())).status_code == 204
            await collector.stop()
            answer = await client.post(POST, content=body())
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "stopping"

    run(work())


def test_an_unreachable_store_when_the_site_must_be_looked_up(settings: CollectorSettings, run: Run) -> None:
    class Away(Sites):
        def by_key(self, key: str) -> None:
            raise StoreAway("no answer")

    async def work() -> None:
        from starlette.applications import Starlette

        collector = Collector(None, settings, Away())
        await collector.start()
        transport = httpx.ASGITransport(app=Starlette(routes=collector.routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://c") as client:
            answer = await client.post(POST, content=body())
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_away")
        await collector.stop()

    run(work())
