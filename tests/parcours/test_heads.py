"""A head that does not end is ended; others are answered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from parcours import heads
from parcours.server import server_config
from parcours.settings import Settings
from tests.machine import free_port
from tests.waiting import until_async

GOOD = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
LAST = GOOD[:-2] + b"connection: close\r\n\r\n"


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    async def hello(_: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    port = free_port()
    server = uvicorn.Server(server_config(Starlette(routes=[Route("/", hello)]), Settings(port=port)))
    task = asyncio.create_task(server.serve())
    await until_async(lambda: server.started)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


async def answers(port: int, *pieces: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            for _ in range(3):
                await asyncio.sleep(0)  # the server, on this loop, reads the piece before the next one is sent
        while more := await asyncio.wait_for(reader.read(65_536), 15):
            got += more
    except ConnectionError:
        pass
    finally:
        writer.close()
    return got


def test_a_long_head_is_rejected() -> None:
    async def work() -> None:
        async with served() as port:
            flood = [
                b"GET / HTTP/1.1\r\nhost: x\r\n",
                *[b"x-a: " + b"a" * 8_000 + b"\r\n"] * 9,
            ]  # the last one is too much
            assert (await answers(port, *flood)).startswith(b"HTTP/1.1 431 ")
            one = await answers(port, b"GET / HTTP/1.1\r\nx-a: ", *[b"a" * 30_000] * 3)
            assert one.startswith(b"HTTP/1.1 431 ")
            assert (await answers(port, LAST)).endswith(b"hello")

    asyncio.run(work())


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 70_000,
        b"GET / HTTP/1.1\r\nhost: x" + b"".join(b"\r\nx-%d: %s" % (n, b"a" * 900) for n in range(80)),
        b"GET /?" + b"a" * 66_000 + b" HTTP/1.1\r\nhost: x",
    ],
    ids=["one header", "many headers", "address"],
)
def test_a_long_head_that_arrives_complete_is_rejected(head: bytes) -> None:
    """The parser of the server limits only what is incomplete: a head that arrives at once never was."""

    async def work() -> None:
        async with served() as port:
            assert (await answers(port, GOOD + head + b"\r\n\r\n", LAST)).count(b"HTTP/1.1 431 ") == 1
            assert (await answers(port, LAST)).endswith(b"hello")

    asyncio.run(work())


def test_a_head_within_the_limit_may_arrive_in_pieces_and_repeatedly() -> None:
    async def work() -> None:
        async with served() as port:
            long = b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 60_000 + b"\r\n\r\n"
            got = await answers(port, long[:100], long[100:40_000], long[40_000:], GOOD, long, LAST)
            assert got.count(b"HTTP/1.1 200 ") == 4

    asyncio.run(work())


def test_a_slow_head_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.3)

    async def work() -> None:
        async with served() as port:
            slow = asyncio.create_task(answers(port, *[bytes([letter]) for letter in GOOD[:5]]))
            silent = asyncio.create_task(answers(port))
            assert (await answers(port, LAST)).endswith(b"hello")
            assert (await slow).startswith(b"HTTP/1.1 408 ")
            assert (await silent).startswith(b"HTTP/1.1 408 ")
            between = await answers(port, GOOD, b"", LAST)  # what waits for a next request has no head to end
            assert between.count(b"HTTP/1.1 200 ") == 2

    asyncio.run(work())
