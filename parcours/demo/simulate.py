"""Simulated visitors: their batches go to the same collector, over HTTP, as a browser's would.

They are simulated, and the pages and docs say so. Each has consented to a first-party id,
so that it is a visitor of its own, and an address of its own behind a trusted proxy, so that
the collector's limits hold for them as for anybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from random import Random

import httpx

from collector.wire import Batch, encode
from parcours.demo.crowd import Visitor, visitor
from parcours.demo.habits import read_habits
from parcours.demo.walk import Grounds, Walker

IN_FLIGHT = 32
PACE = 185  # batches a second: the collector takes 200 a second for one site
BURST = 600  # batches sent at once before that; it takes 1,000
TRIES = 6


class SimulationRefused(Exception):
    """The collector does not take the batches: says why."""


class Pace:
    """Lets `BURST` pass, then `PACE` a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._passed = 0

    async def wait(self) -> None:
        self._passed += 1
        ahead = (self._passed - BURST) / PACE - (self._clock() - self._start)
        if ahead > 0:
            await asyncio.sleep(ahead)


async def simulate(
    collector: str,
    site_key: str,
    shop: str,
    grounds: Grounds,
    visitors: int,
    done: Callable[[], None] = lambda: None,
    random: Random | None = None,
) -> int:
    """Send `visitors` through the shop at `shop`; `done` is called after each. The number of views sent.

    `collector` and `shop` are addresses without a slash at the end. Raises SimulationRefused.
    """
    random = random or Random()
    walker = Walker(shop, read_habits(), grounds, random)
    waiting: asyncio.Queue[tuple[Visitor, Batch] | None] = asyncio.Queue(IN_FLIGHT)
    pace = Pace()
    sent = 0

    async def make() -> None:
        for number in range(visitors):
            now = time.time_ns() // 1_000_000
            someone = visitor(random, now, "ab"[number % 2])
            for batch in walker.journey(someone, now):
                await pace.wait()
                await waiting.put((someone, batch))
            done()
        for _ in range(IN_FLIGHT):
            await waiting.put(None)

    async def send(client: httpx.AsyncClient) -> None:
        nonlocal sent
        while (next_ := await waiting.get()) is not None:
            await post(client, f"{collector}/c/{site_key}", shop, *next_)
            sent += 1

    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client, asyncio.TaskGroup() as group:
        group.create_task(make())
        for _ in range(IN_FLIGHT):
            group.create_task(send(client))
    return sent


async def post(client: httpx.AsyncClient, address: str, origin: str, someone: Visitor, batch: Batch) -> None:
    """One batch, tried again while the collector is busy. Raises SimulationRefused."""
    headers = {
        "content-type": "text/plain;charset=UTF-8",
        "origin": origin,
        "user-agent": someone.user_agent,
        "x-forwarded-for": someone.address,
    }
    problem = ""
    for attempt in range(TRIES):
        # the clock is right, so the server keeps the times, which lie in the past
        batch.sent = time.time_ns() // 1_000_000
        try:
            answer = await client.post(address, content=encode(batch), headers=headers)
        except httpx.TransportError as error:
            problem = repr(error)
            await asyncio.sleep(0.2 * 2**attempt)
            continue
        if answer.status_code < 300:
            return
        problem = f"{answer.status_code} {answer.text[:300]}"
        if answer.status_code not in (429, 503):
            break
        await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
    raise SimulationRefused(f"The collector at {address} refused a simulated visit: {problem}")
