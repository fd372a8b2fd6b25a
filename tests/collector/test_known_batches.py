"""A repeated batch is recognised: during the write, after a restart, and for long enough."""

from __future__ import annotations

import asyncio
import mmap
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.app import CollectorSettings
from collector.journal.journal import DiskFile
from collector.journal.known_batches import KnownBatches, batch_id, stored_id
from collector.journal.segments import DONE, SEALED, paths, read_records
from store.client import Store
from tests.collector.batches import body
from tests.collector.conftest import KEY, running
from tests.collector.test_writer import Run, count

POST = f"/c/{KEY}"
Ids = tuple[int, int, int]  # site, hash of the view, seq


def test_at_least_one_and_fewer_than_two_generations_are_known() -> None:
    """At least the last `generation` ids are known, and never more than twice as many are kept."""
    seen = KnownBatches(generation=100)
    ids = [batch_id(7, f"view {number}", number % 3) for number in range(1000)]
    for number, one in enumerate(ids):
        seen.add([one, one])
        assert all(known in seen for known in ids[max(0, number - 99) : number + 1])
        assert len(seen) <= 200
        assert not any(other in seen for other in ids[number + 1 :])
    assert ids[0] not in seen


@given(
    st.sets(st.tuples(st.integers(1, 3), st.integers(0, 2**64 - 1), st.integers(0, 3)), max_size=60),
    st.sets(st.tuples(st.integers(1, 3), st.integers(0, 2**64 - 1), st.integers(0, 3)), max_size=60),
)
def test_exactly_the_added_ids_are_known(added: set[Ids], others: set[Ids]) -> None:
    seen = KnownBatches(generation=64)
    seen.add(stored_id(*one) for one in added)
    assert all((stored_id(*one) in seen) == (one in added) for one in added | others)
    assert len(seen) == len(added)


def test_memory_does_not_grow() -> None:
    """After several generations, adding as many ids again takes no more memory."""
    added = iter(range(1 << 40))

    def resident(batches: int) -> int:
        seen.add(batch_id(7, str(next(added)), 0) for _ in range(batches))
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE

    seen = KnownBatches(generation=20_000)
    assert resident(100_000) >= resident(100_000) - (1 << 20)


def test_a_retry_during_the_write_waits_for_the_same_sync(
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
            assert done == set()  # neither is answered before the write is done
            allowed.set()
            assert [(await one).status_code for one in (first, again)] == [204, 204]
            assert collector.health(7).accepted == 1
        [path] = paths(settings.journal, SEALED)
        assert len(list(read_records(path.read_bytes()))) == 1

    run(work())


def test_batches_are_known_from_the_store_when_the_journal_no_longer_has_them(
    settings: CollectorSettings, store: Store, run: Run
) -> None:
    """Inserted segments are removed after minutes; the views of the last hour are still in the store."""
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
