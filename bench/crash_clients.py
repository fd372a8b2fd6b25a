"""Clients that send one batch after another, each until it is acknowledged, and record what was acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

import httpx

from bench.load import batch_text

CLICKS, HOVERS = 12, 28  # in a batch of bench.load
COUNT = 20
AGAIN = 0.1  # share of batches that are sent once more after their acknowledgement
BOTH = 0.3  # share of retries that are sent twice at the same time
PATIENCE_S = 10.0  # for an answer
_HEADERS = {
    "content-type": "text/plain;charset=UTF-8",
    "origin": "https://shop.example",
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Clients:
    """COUNT clients on one address. `acknowledged`: view → when (monotonic s)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: dict[str, float] = {}
        self.tried: set[str] = set()
        self.answers: Counter[int] = Counter()
        self.again = 0  # sent once more after the acknowledgement, or twice at once
        self.in_flight = 0
        self._text = batch_text(int(time.time() * 1000))
        self._stop = asyncio.Event()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """They send for the length of a `with`; at its end each gives up what is not acknowledged."""
        tasks = [asyncio.create_task(self._run(number)) for number in range(COUNT)]
        try:
            yield
        finally:
            self._stop.set()
            await asyncio.gather(*tasks)

    async def more(self, batches: int, until: Callable[[], bool] = lambda: False) -> None:
        """Wait until so many more were acknowledged, or `until` holds."""
        enough = len(self.acknowledged) + batches
        while len(self.acknowledged) < enough and not until():
            await asyncio.sleep(0.005)

    async def _run(self, number: int) -> None:
        chance = random.Random(number)
        async with httpx.AsyncClient(headers=_HEADERS, timeout=PATIENCE_S) as client:
            while not self._stop.is_set():
                view = "".join(chance.choices(_LETTERS, k=22)) + f"{number:02d}"
                text = self._text.replace(b"V" * 24, view.encode())
                self.tried.add(view)
                if await self._deliver(client, text, chance):
                    self.acknowledged[view] = time.monotonic()
                    if chance.random() < AGAIN:  # the answer was lost on its way
                        self.again += 1
                        await self._deliver(client, text, chance)

    async def _deliver(self, client: httpx.AsyncClient, text: bytes, chance: random.Random) -> bool:
        copies = 1
        while not self._stop.is_set():
            answers = await asyncio.gather(*(self._post(client, text) for _ in range(copies)))
            if 204 in answers:
                return True
            await asyncio.sleep(chance.uniform(0.01, 0.05))
            copies = 2 if chance.random() < BOTH else 1
            self.again += copies - 1
        return False

    async def _post(self, client: httpx.AsyncClient, text: bytes) -> int:
        self.in_flight += 1
        try:
            status = (await client.post(self.url, content=text)).status_code
        except httpx.TransportError:
            return 0
        finally:
            self.in_flight -= 1
        self.answers[status] += 1
        return status
