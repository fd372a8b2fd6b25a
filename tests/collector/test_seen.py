"""A batch that comes again is known: while it is written, after a restart, and for long enough."""

from __future__ import annotations

import asyncio
import threading

import pytest

from collector.app import CollectorSettings
from collector.journal import DiskFile
from collector.seen import Seen
from collector.segments import DONE, SEALED, paths, read_records
from store.client import Store
from tests.collector.batches import body
from tests.collector.conftest import KEY, running
from tests.collector.test_writer import Run, count

POST = f"/c/{KEY}"


def test_two_generations() -> None:
    """At least the last so many are known, and never more than twice as many are held."""
    seen = Seen(generation=100)
    for number in range(1000):
        seen.add([number])
        assert all(known in seen for known in range(max(0, number - 99), number + 1))
        assert len(seen) <= 200
    assert 0 not in seen


def test_a_retry_while_it_is_written_waits_for_the_same_sync(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, allowed = threading.Event(), threading.Event()

    write = DiskFile.write

    def slow(file: DiskFile, data: bytes) -> None:
        asked.set()
        allowed.wait(20)
        write(file, data)

    async def work() -> None:
        async with running(settings) as (collector, client):
            monkeypatch.setattr(DiskFile, "write", slow)
            text = body()
            first = asyncio.create_task(client.post(POST, content=text))
            await asyncio.to_thread(asked.wait, 20)
            again = asyncio.create_task(client.post(POST, content=text))
            done, _ = await asyncio.wait([first, again], timeout=0.2)
            assert done == set()  # neither is told before the disk has said so
            allowed.set()
            assert [(await one).status_code for one in (first, again)] == [204, 204]
            assert collector.health(7).accepted == 1
        [path] = paths(settings.journal, SEALED)
        assert len(list(read_records(path.read_bytes()))) == 1

    run(work())


def test_known_from_the_store_when_the_journal_has_forgotten(
    settings: CollectorSettings, store: Store, run: Run
) -> None:
    """Kept segments are swept after minutes; the views of the last hour still tell."""
    text = body()

    async def work() -> None:
        async with running(settings, store) as (collector, client):
            assert (await client.post(POST, content=text)).status_code == 204
            await collector.drain()
        for path in paths(settings.journal, DONE):
            path.unlink()
        async with running(settings, store) as (collector, client):
            assert (await client.post(POST, content=text)).status_code == 204
            assert collector.health(7).duplicates == 1
            await collector.drain()
        assert count(store, "touches") == 1

    run(work())
