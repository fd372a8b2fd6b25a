"""What only a real server and a real socket show: slow, incomplete and endless bodies, reused connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from tests.collector.batches import body
from tests.collector.conftest import KEY, SITE, Sites
from tests.waiting import until_async

Run = Callable[[Coroutine[Any, Any, Any]], Any]
HEAD = (
    f"POST /c/{KEY} HTTP/1.1\r\nHost: c\r\nContent-Type: text/plain\r\n"
    "Origin: https://shop.example\r\nUser-Agent: x\r\n"
)


@asynccontextmanager
async def served(settings: CollectorSettings) -> AsyncIterator[tuple[Collector, int]]:
    """The collector behind uvicorn on a free port."""
    collector = Collector(None, settings, Sites(SITE))
    await collector.start()
    config = uvicorn.Config(
        Starlette(routes=collector.routes),
        port=0,
        http="httptools",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until_async(lambda: server.started)
    yield collector, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task
    await collector.stop()


class Wire:
    """One connection, byte by byte."""

    async def open(self, port: int) -> Wire:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        return self

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """Status and head of the next answer, its body read away."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        for line in head.lower().splitlines():
            if line.startswith(b"content-length:"):
                await self._reader.readexactly(int(line.partition(b":")[2]))
        return int(head.split()[1]), head.lower()

    async def ended(self) -> bool:
        return await self._reader.read() == b""

    def end(self) -> None:
        """Nothing more will be sent; the answer may still come."""
        self._writer.write_eof()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):  # the server was faster
            await self._writer.wait_closed()


def test_slow_body_is_408_and_closed(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(replace(settings, body_seconds=0.3)) as (collector, port):
            wire = await Wire().open(port)
            await wire.send(HEAD.encode() + b"Content-Length: 100\r\n\r\n{")
            status, head = await wire.answer()
            assert (status, b"connection: close" in head, b"retry-after" in head) == (408, True, True)
            assert await wire.ended()
            assert collector.health(7).refused["slow"].count == 1
            await wire.close()

    run(work())


def test_cut_body_is_counted_and_not_kept(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            wire = await Wire().open(port)
            text = body()
            await wire.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text[:50])
            await wire.close()
            await until_async(lambda: "cut" in collector.health(7).refused)
            assert collector.health(7).accepted == 0

    run(work())


def test_endless_body_is_413_before_it_ends(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (_, port):
            wire = await Wire().open(port)
            await wire.send(HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(10):
                await wire.send(b"2000\r\n" + b" " * 0x2000 + b"\r\n")
            assert (await wire.answer())[0] == 413
            await wire.close()

    run(work())


def test_announced_length_is_refused_without_reading(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (_, port):
            wire = await Wire().open(port)
            await wire.send(HEAD.encode() + b"Content-Length: 999999999\r\n\r\n")
            assert (await wire.answer())[0] == 413
            assert await wire.ended()
            await wire.close()

    run(work())


def test_body_in_pieces_and_a_connection_that_goes_on(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            wire = await Wire().open(port)
            text = body()
            head = HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text)
            for start in range(0, len(head + text), 97):
                await wire.send((head + text)[start : start + 97])
                await asyncio.sleep(0)
            assert (await wire.answer())[0] == 204
            # a refusal that needs no close leaves the connection usable
            await wire.send(HEAD.encode().replace(KEY.encode(), b"nosuch") + b"Content-Length: 2\r\n\r\n{}")
            assert (await wire.answer())[0] == 404
            text = body()
            await wire.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text)
            assert (await wire.answer())[0] == 204
            assert collector.health(7).accepted == 2
            await wire.close()

    run(work())


async def _posts(port: int, number: int = 1) -> list[int]:
    """Statuses of whole batches, each on a connection of its own."""
    statuses = []
    for _ in range(number):
        wire, text = await Wire().open(port), body()
        await wire.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        statuses.append((await wire.answer())[0])
        await wire.close()
    return statuses


def test_a_byte_at_a_time_is_408_while_others_are_answered(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(replace(settings, body_seconds=2.0)) as (collector, port):
            slow = [await Wire().open(port) for _ in range(20)]
            for wire in slow:
                await wire.send(HEAD.encode() + b"Content-Length: 500\r\n\r\n{")

            async def drip(wire: Wire) -> int:
                answer = asyncio.ensure_future(wire.answer())
                while not answer.done():
                    with contextlib.suppress(ConnectionError):
                        await wire.send(b" ")
                    await asyncio.wait([answer], timeout=0.1)
                return (await answer)[0]

            dripping = asyncio.gather(*map(drip, slow))
            assert await _posts(port, 20) == [204] * 20
            assert not dripping.done()
            assert await dripping == [408] * 20
            assert collector.health(7).refused["slow"].count == 20

    run(work())


def test_pipelined_requests_are_answered_in_order(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            wire, data, wanted = await Wire().open(port), b"", []
            for number in range(30):
                text = b"no" if number % 3 == 2 else body()
                data += HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text
                wanted.append(400 if number % 3 == 2 else 204)
            await wire.send(data)
            assert [(await wire.answer())[0] for _ in wanted] == wanted
            assert collector.health(7).accepted == 20
            assert collector.health(7).refused["not_json"].count == 10
            await wire.close()

    run(work())


def test_a_half_closed_connection_does_no_harm(settings: CollectorSettings, run: Run) -> None:
    """uvicorn takes the end of what is sent for the end of the connection: counted once, as taken or as cut."""

    async def work() -> None:
        async with served(settings) as (collector, port):

            def cuts() -> int:
                return collector.health(7).refused["cut"].count

            wire, text = await Wire().open(port), body()
            await wire.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text)
            wire.end()
            await until_async(lambda: collector.health(7).accepted or "cut" in collector.health(7).refused)
            taken = collector.health(7).accepted
            cut = await Wire().open(port)
            await cut.send(HEAD.encode() + b"Content-Length: 500\r\n\r\n{")
            cut.end()
            await until_async(lambda: "cut" in collector.health(7).refused and cuts() == 2 - taken)
            assert await _posts(port) == [204]
            assert (collector.health(7).accepted, cuts()) == (taken + 1, 2 - taken)
            await wire.close()
            await cut.close()

    run(work())


LENGTH = b"Content-Length: "
ODD: list[tuple[str, bytes, set[int]]] = [
    (
        "many headers",
        HEAD.encode() + b"".join(b"X-%d: y\r\n" % n for n in range(5_000)) + LENGTH + b"2\r\n\r\n{}",
        {400},
    ),
    ("one long header", HEAD.encode() + b"X: " + b"y" * 100_000 + b"\r\n" + LENGTH + b"2\r\n\r\n{}", {400}),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n", {400}),
    ("a second length", HEAD.encode() + LENGTH + b"2\r\n" + LENGTH + b"3\r\n\r\n{}", {400}),
    (
        "length and chunks",
        HEAD.encode() + LENGTH + b"5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        {400},
    ),
    ("length in letters", HEAD.encode() + LENGTH + b"abc\r\n\r\n{}", {400}),
    ("negative length", HEAD.encode() + LENGTH + b"-1\r\n\r\n{}", {400}),
    ("length beyond 64 bits", HEAD.encode() + LENGTH + b"9" * 30 + b"\r\n\r\n{}", {400}),
    ("wrong chunk", HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 408}),
    ("HTTP/1.0", HEAD.replace("1.1", "1.0").encode() + LENGTH + b"2\r\n\r\n{}", {400}),
    ("no body at all", HEAD.encode() + b"\r\n", {400}),
]


@pytest.mark.parametrize(("data", "statuses"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_malformed_requests_do_no_harm(settings: CollectorSettings, run: Run, data: bytes, statuses: set[int]) -> None:
    async def work() -> None:
        async with served(replace(settings, body_seconds=0.5)) as (collector, port):
            wire = await Wire().open(port)
            # it may be cut off in the middle of what it sends
            with contextlib.suppress(ConnectionError):
                await wire.send(data)
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                assert (await wire.answer())[0] in statuses
            assert await _posts(port) == [204]
            assert collector.health(7).accepted == 1
            await wire.close()

    run(work())


def test_chunks_without_a_length(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            wire, text = await Wire().open(port), body()
            await wire.send(HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
            for start in range(0, len(text), 100):
                piece = text[start : start + 100]
                await wire.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            await wire.send(b"0\r\n\r\n")
            assert (await wire.answer())[0] == 204
            assert collector.health(7).accepted == 1
            await wire.close()

    run(work())


def test_wrong_content_lengths(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(replace(settings, body_seconds=0.3)) as (collector, port):
            text = body()
            short, long = await Wire().open(port), await Wire().open(port)
            await short.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % (len(text) - 9) + text)
            assert (await short.answer())[0] == 400  # the rest is no request
            await long.send(HEAD.encode() + b"Content-Length: %d\r\n\r\n" % (len(text) + 9) + text)
            assert (await long.answer())[0] == 408
            assert collector.health(7).accepted == 0
            await short.close()
            await long.close()

    run(work())


def test_500_idle_connections(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(settings) as (collector, port):
            idle = [await Wire().open(port) for _ in range(500)]
            for wire in idle[::2]:
                await wire.send(b"POST /c/")
            assert await _posts(port, 20) == [204] * 20
            assert collector.health(7).accepted == 20
            for wire in idle:
                await wire.close()

    run(work())
