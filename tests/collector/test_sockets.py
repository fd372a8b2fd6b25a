"""What only a real server and a real socket show: slow, cut and endless bodies, connections that go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from tests.collector.batches import body
from tests.collector.conftest import KEY, SITE, Sites

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
    app = Starlette(routes=collector.routes)
    config = uvicorn.Config(app, port=0, log_level="error", access_log=False, proxy_headers=False, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
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

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def test_slow_body_is_408_and_closed(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with served(replace(settings, body_seconds=0.3)) as (collector, port):
            wire = await Wire().open(port)
            began = time.monotonic()
            await wire.send(HEAD.encode() + b"Content-Length: 100\r\n\r\n{")
            status, head = await wire.answer()
            assert (status, b"connection: close" in head, b"retry-after" in head) == (408, True, True)
            assert 0.2 < time.monotonic() - began < 5
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
            while "cut" not in collector.health(7).refused:
                await asyncio.sleep(0.01)
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
