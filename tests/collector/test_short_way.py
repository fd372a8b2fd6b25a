"""The short way answers as the usual one does, keeps what it has answered, and leaves no request without an answer."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from collector import journal
from collector.app import CollectorSettings
from collector.door.endpoint import BatchEndpoint
from collector.door.fast_path import FastPath
from collector.journal.segments import OPEN, SEALED, paths, read_records
from tests.collector.batches import body
from tests.collector.test_sockets import HEAD, Wire, served

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def post(text: bytes, head: str = HEAD) -> bytes:
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text


async def warmed(port: int) -> Wire:
    """A connection on which a batch was answered: the site is at hand."""
    wire = await Wire().open(port)
    await wire.send(post(body()))
    assert (await wire.answer())[0] == 204
    return wire


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that went the short way."""
    seen: list[bytes] = []
    take = BatchEndpoint.take

    def watched(self: BatchEndpoint, *args: Any) -> bool:
        seen.append(args[4])
        return take(self, *args)

    monkeypatch.setattr(BatchEndpoint, "take", watched)
    return seen


@contextmanager
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Writes wait until the event is set."""
    let = threading.Event()
    write = journal.DiskFile.write

    def held(self: journal.DiskFile, data: bytes) -> None:
        let.wait(10)
        write(self, data)

    monkeypatch.setattr(journal.DiskFile, "write", held)
    yield let
    let.set()


FOREIGN = HEAD.replace("https://shop.example", "https://elsewhere.example")
AS_EVER: dict[str, bytes] = {
    "accepted": post(body()),
    "without origin": post(body(), HEAD.replace("Origin: https://shop.example\r\n", "")),
    "not JSON": post(b"{"),
    "wrong shape": post(b'{"v":1}'),
    "foreign page": post(body(), FOREIGN),
    "wrong type": post(body(), HEAD.replace("text/plain", "image/png")),
    "unknown encoding": post(body(), HEAD + "Content-Encoding: br\r\n"),
    "not gzip": post(body(), HEAD + "Content-Encoding: gzip\r\n"),
    "too long": post(b"x" * 65_537),
    "asks to close": post(body(), HEAD + "Connection: close\r\n"),
    "HTTP/1.0": post(body(), HEAD.replace("1.1", "1.0")),
    "a query": post(body(), HEAD.replace(" HTTP", "?a=b HTTP")),
    "GET": HEAD.replace("POST", "GET").encode() + b"\r\n",
}


@pytest.mark.parametrize("data", AS_EVER.values(), ids=AS_EVER.keys())
def test_answers_are_those_of_the_usual_way(settings: CollectorSettings, run: Run, data: bytes) -> None:
    async def by(protocol: type[asyncio.Protocol]) -> tuple[bytes, bytes, dict[str, int]]:
        own = replace(settings, journal=settings.journal / protocol.__name__)
        async with served(own, protocol) as (collector, port):
            await (await warmed(port)).close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            rest = await reader.readexactly(int(length[1]) if length else 0)
            writer.close()
            refused = {code: tally.count for code, tally in collector.health(7).refused.items()}
            lines = sorted(line for line in head.lower().splitlines() if not line.startswith(b"date:"))
            return b"\n".join(lines), rest, {"accepted": collector.health(7).accepted, **refused}

    async def work() -> None:
        assert await by(FastPath) == await by(HttpToolsProtocol)

    run(work())


def test_only_a_batch_that_is_here_whole_goes_the_short_way(
    settings: CollectorSettings, run: Run, taken: list[bytes]
) -> None:
    async def work() -> None:
        async with served(settings, FastPath) as (collector, port):
            wire = await warmed(port)
            assert taken == []  # the site was not at hand
            whole, pieces = body(), body()
            await wire.send(post(whole))
            assert (await wire.answer())[0] == 204
            data = post(pieces)
            await wire.send(data[:-10])
            await asyncio.sleep(0.05)
            await wire.send(data[-10:])
            assert (await wire.answer())[0] == 204
            assert taken == [whole]
            assert collector.health(7).accepted == 3
            await wire.close()

    run(work())


def test_nothing_is_answered_before_the_disk_has_it(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, taken: list[bytes]
) -> None:
    async def work() -> None:
        async with served(settings, FastPath) as (collector, port):
            wire, again = await warmed(port), await warmed(port)
            with slow_disk(monkeypatch) as let:
                text = body()
                await wire.send(post(text))
                answer = asyncio.ensure_future(wire.answer())
                await asyncio.sleep(0.1)
                await again.send(post(text))  # the same batch, tried again
                second = asyncio.ensure_future(again.answer())
                await asyncio.sleep(0.2)
                assert not answer.done()
                assert not second.done()
                assert taken[-2:] == [text, text]
                let.set()
                assert [(await answer)[0], (await second)[0]] == [204, 204]
            assert (collector.health(7).accepted, collector.health(7).duplicates) == (3, 1)
            await wire.close()
            await again.close()

    run(work())


def test_a_disk_that_fails_is_503_and_counted(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, taken: list[bytes]
) -> None:
    def broken(self: journal.DiskFile, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        async with served(settings, FastPath) as (collector, port):
            wire = await warmed(port)
            with monkeypatch.context() as patch:
                patch.setattr(journal.DiskFile, "write", broken)
                await wire.send(post(body()))
                status, head = await wire.answer()
            assert (status, b"retry-after" in head, len(taken)) == (503, True, 1)
            assert collector.health(7).refused["not_durable"].count == 1
            await wire.send(post(body()))
            assert (await wire.answer())[0] == 204
            await wire.close()

    run(work())


def test_a_fault_of_ours_is_500_and_the_others_go_on(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> bool:
        raise RuntimeError("of a test")

    async def work() -> None:
        async with served(settings, FastPath) as (_, port):
            wire = await warmed(port)
            with monkeypatch.context() as patch:
                patch.setattr(BatchEndpoint, "take", faulty)
                await wire.send(post(body()))
                status, head = await wire.answer()
                assert (status, b"connection: close" in head) == (500, True)
                assert await wire.ended()
            await (await warmed(port)).close()

    run(work())


def test_who_goes_away_while_the_disk_works_has_sent_all_the_same(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, taken: list[bytes]
) -> None:
    async def work() -> None:
        async with served(settings, FastPath) as (collector, port):
            wire = await warmed(port)
            with slow_disk(monkeypatch) as let:
                await wire.send(post(body()))
                while len(taken) < 1:
                    await asyncio.sleep(0.01)
                await wire.close()
                await asyncio.sleep(0.05)
                let.set()
                while collector.health(7).accepted < 2:
                    await asyncio.sleep(0.01)
            await (await warmed(port)).close()

    run(work())


def test_who_waits_when_the_server_stops_is_answered(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, taken: list[bytes]
) -> None:
    def kept() -> int:
        files = [*paths(settings.journal, OPEN), *paths(settings.journal, SEALED)]
        return sum(len(list(read_records(path.read_bytes()))) for path in files)

    async def work() -> None:
        serving = served(settings, FastPath)
        collector, port = await serving.__aenter__()
        wire = await warmed(port)
        with slow_disk(monkeypatch) as let:
            await wire.send(post(body()))
            while len(taken) < 1:
                await asyncio.sleep(0.01)
            ending = asyncio.ensure_future(serving.__aexit__(None, None, None))
            await asyncio.sleep(0.3)  # uvicorn looks ten times a second whether it is to stop
            let.set()
            status, head = await wire.answer()
            assert (status, b"connection: close" in head) == (204, True)
            assert await wire.ended()
            await ending
        assert collector.health(7).accepted == 2
        assert kept() == 2

    run(work())


def test_a_connection_that_rests_is_closed_and_one_that_waits_for_the_disk_is_not(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, taken: list[bytes]
) -> None:
    async def work() -> None:
        async with served(settings, FastPath, keep_alive=1) as (_, port):
            wire = await warmed(port)
            with slow_disk(monkeypatch) as let:
                await wire.send(post(body()))
                while len(taken) < 1:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(1.5)
                let.set()
                status, head = await wire.answer()
            answered = time.monotonic()
            assert (status, b"connection" in head) == (204, False)
            assert await wire.ended()
            assert time.monotonic() - answered > 0.9
            await wire.close()

    run(work())


def test_a_request_of_another_kind_on_the_same_connection(settings: CollectorSettings, run: Run) -> None:
    """Its head is read anew: nothing of the batch before stays in it."""

    async def work() -> None:
        async with served(settings, FastPath) as (_, port):
            wire = await warmed(port)
            asked = HEAD.replace("POST", "OPTIONS").replace("Origin: https://shop.example", "Origin: https://a.example")
            await wire.send(asked.encode() + b"\r\n")
            status, head = await wire.answer()
            assert (status, b"access-control-allow-origin: https://a.example" in head) == (204, True)
            await wire.send(post(body()))
            status, head = await wire.answer()
            assert (status, b"access-control-allow-origin: https://shop.example" in head) == (204, True)
            await wire.close()

    run(work())
