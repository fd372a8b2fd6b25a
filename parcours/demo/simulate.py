"""Sends the batches of simulated visitors to the collector over HTTP, as browsers would.

The pages and docs say that these visitors are simulated. Each has a first-party id, as with consent, so that it counts
as a separate visitor, and its own address behind a trusted proxy, so that the collector's rate limits apply as usual.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random

import httpx

from collector.wire import Batch, encode
from parcours.demo.habits import read_habits
from parcours.demo.simulated_visits import PageLayouts, VisitSimulator
from parcours.demo.visitors import Visitor, visitor

IN_FLIGHT = 32
PACE = 185  # batches a second; the collector accepts 200 a second for one site
BURST = 600  # batches sent at once before that; the collector accepts 1,000
TRIES = 6


class SimulationRefused(Exception):
    """The collector rejected a batch; the message says why."""


class Pace:
    """A rate limit: `BURST` calls at once, then `PACE` a second."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._start = clock()
        self._passed = 0

    async def wait(self) -> None:
        self._passed += 1
        ahead = (self._passed - BURST) / PACE - (self._clock() - self._start)
        if ahead > 0:
            await self._sleep(ahead)


async def simulate(
    collector: str,
    site_key: str,
    shop: str,
    layouts: PageLayouts,
    visitors: int,
    done: Callable[[], None] = lambda: None,
    random: Random | None = None,
) -> int:
    """Simulate this many visitors to the shop; returns the number of views sent. Raises SimulationRefused.

    `collector` and `shop` are addresses without a trailing slash; `done` is called after each visitor.
    """
    random = random or Random()
    simulator = VisitSimulator(shop, read_habits(), layouts, random)
    waiting: asyncio.Queue[tuple[Visitor, Batch] | None] = asyncio.Queue(IN_FLIGHT)
    pace = Pace()
    sent = 0

    async def make() -> None:
        for number in range(visitors):
            now = time.time_ns() // 1_000_000
            someone = visitor(random, now, "ab"[number % 2])
            for batch in simulator.journey(someone, now):
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
    """Send one batch, with retries while the collector is busy. Raises SimulationRefused."""
    headers = {
        "content-type": "text/plain;charset=UTF-8",
        "origin": origin,
        "user-agent": someone.user_agent,
        "x-forwarded-for": someone.address,
    }
    problem = ""
    for attempt in range(TRIES):
        # The collector corrects times by the difference between `sent` and its clock: none here, so the past is kept.
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
