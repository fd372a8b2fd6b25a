"""Over real sockets: 204 comes only when the batch is on disk, and everyone who waits for the disk is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from collector.app import CollectorSettings
from collector.journal.journal import DiskFile
from collector.journal.segments import OPEN, SEALED, paths, read_records
from tests.collector.batches import body
from tests.collector.disk import slow_disk
from tests.collector.test_sockets import HEAD, Wire, served
from tests.waiting import until_async

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def post(text: bytes, head: str = HEAD) -> bytes:
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text


async def connected(port: int) -> Wire:
    """A connection on which a batch was answered."""
    wire = await Wire().open(port)
    await wire.send(post(body()))
    assert (await wire.answer())[0] == 204
    return wire


async def _another_route_answers(port: int) -> None:
    """A round trip through the server: whatever could be answered before it has been."""
    wire = await Wire().open(port)
    await wire.send(b"GET /metrics HTTP/1.1\r\nHost: c\r\n\r\n")
    assert (await wire.answer())[0] == 200
    await wire.close()


def test_nothing_is_answered_before_it_is_on_disk(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            first, second = await connected(port), await connected(port)
            with slow_disk(monkeypatch) as disk:
                text = body()
                await first.send(post(text))
                await second.send(post(text))  # the same batch, repeated
                waiting = [asyncio.ensure_future(wire.answer()) for wire in (first, second)]
                await disk.begun()
                await _another_route_answers(port)
                assert not any(answer.done() for answer in waiting)
                disk.allow()
                assert [(await answer)[0] for answer in waiting] == [204, 204]
            assert (collector.health(7).accepted, collector.health(7).duplicates) == (3, 1)
            await first.close()
            await second.close()

    run(work())


def test_a_disk_that_fails_is_503_and_counted(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: DiskFile, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        async with served(settings) as (collector, port):
            wire = await connected(port)
            with monkeypatch.context() as patch:
                patch.setattr(DiskFile, "write", broken)
                await wire.send(post(body()))
                status, head = await wire.answer()
            assert (status, b"retry-after" in head) == (503, True)
            assert collector.health(7).refused["not_durable"].count == 1
            await wire.send(post(body()))
            assert (await wire.answer())[0] == 204
            await wire.close()

    run(work())


def test_a_batch_is_kept_when_its_sender_leaves_while_the_disk_works(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            wire = await connected(port)
            with slow_disk(monkeypatch) as disk:
                await wire.send(post(body()))
                await disk.begun()
                await wire.close()
                disk.allow()
                await until_async(lambda: collector.health(7).accepted == 2)
            await (await connected(port)).close()

    run(work())


def test_a_request_that_waits_for_the_disk_is_answered_when_the_server_stops(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> int:
        files = [*paths(settings.journal, OPEN), *paths(settings.journal, SEALED)]
        return sum(len(list(read_records(path.read_bytes()))) for path in files)

    async def work() -> None:
        serving = served(settings)
        collector, port = await serving.__aenter__()
        wire = await connected(port)
        with slow_disk(monkeypatch) as disk:
            await wire.send(post(body()))
            await disk.begun()
            ending = asyncio.ensure_future(serving.__aexit__(None, None, None))
            await until_async(lambda: _refuses_connections(port))
            disk.allow()
            assert (await wire.answer())[0] == 204
            assert await wire.ended()
            await ending
        assert collector.health(7).accepted == 2
        assert kept() == 2

    run(work())


async def _refuses_connections(port: int) -> bool:
    try:
        wire = await Wire().open(port)
    except ConnectionError:
        return True
    await wire.close()
    return False
