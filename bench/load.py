"""A closed loop of raw HTTP over kept connections: `python -m bench.load PORT KEY CORE SECONDS CONNECTIONS [PACE]`.

With PACE (batches a second, of all connections together) each waits for its turn.
Prints one JSON object: answers by status, seconds, latencies (ms) at 50 and 99 %.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from typing import Any, cast

EVENTS = 40  # clicks and dwells; the batch also has scroll bands and totals
_VIEW = b"V" * 24


def batch_text(now: int) -> bytes:
    """One batch of a view with 40 events; its view id is 24 letters V."""
    generator = random.Random(7)
    elements = 12

    def column(count: int, top: int) -> list[int]:
        return [generator.randrange(top) for _ in range(count)]

    clicks, hovers = 12, 28
    batch = {
        "v": 1,
        "view": _VIEW.decode(),
        "seq": 0,
        "sent": now,
        "t0": now - 60_000,
        "ctx": {
            "url": "https://shop.example/lamps/desk", "ref": "https://www.google.com/", "vw": 1366, "vh": 768,
            "pw": 1366, "ph": 5200, "dpr": 2, "touch": False, "lang": "fr-FR", "tz": 60, "variants": {"hero": "b"},
        },
        "sum": {"ms": 42_000, "clicks": clicks},
        "el": {
            "p": [f"main>section:{n % 3 + 1}>div:{n + 1}>a:1" for n in range(elements)],
            "f": ["AbCdEfGhIjKlMnOpQrStUvWxYz"] * elements,
        },
        "click": {
            "t": column(clicks, 2000), "e": column(clicks, elements), "x": column(clicks, 10_000),
            "y": column(clicks, 10_000), "w": column(clicks, 400), "h": column(clicks, 90), "px": column(clicks, 1366),
            "py": column(clicks, 5200), "r": column(clicks, 9), "d": column(clicks, 150),
        },
        "hover": {
            "e": column(hovers, elements), "c": column(hovers, 64), "d": column(hovers, 900), "w": column(hovers, 400),
            "h": column(hovers, 90), "px": column(hovers, 1366), "py": column(hovers, 5200),
        },
        "scroll": {"e": 3, "y": 4000, "depth": 3100, "ph": 5200, "bands": column(20, 4000)},
    }  # fmt: skip
    return json.dumps(batch, separators=(",", ":")).encode()


class _Run:
    def __init__(self, port: int, key: str, pace: float = 0.0) -> None:
        self.pace = pace
        self.due = 0.0  # loop time of the next request
        text = batch_text(int(time.time() * 1000))
        head = (
            f"POST /c/{key} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: text/plain;charset=UTF-8\r\n"
            "Origin: https://shop.example\r\nReferer: https://shop.example/\r\nAccept: */*\r\n"
            "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/130.0.0.0 Safari/537.36\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        before, after = text.split(_VIEW)
        self.before, self.after = head.encode() + before, after
        self.number = 0
        self.salt = f"{random.getrandbits(40):010x}"
        self.statuses: dict[str, int] = {}
        self.waits: list[float] = []
        self.stopping = False

    def request(self) -> bytes:
        self.number += 1
        return self.before + f"{self.salt}{self.number:014d}".encode() + self.after


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run, ended: asyncio.Future[None]) -> None:
        self._run = run
        self._ended = ended
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._run.request())

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, found, rest = self._data.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.find(b"content-length: ")
        if at >= 0 and len(rest) < int(head[at + 16 :].split(b"\r\n", 1)[0]):
            return
        self._data = b""
        status = head[9:12].decode()
        self._run.statuses[status] = self._run.statuses.get(status, 0) + 1
        self._run.waits.append(time.perf_counter() - self._began)
        if self._run.stopping:
            self._transport.close()
        elif self._run.pace:
            loop = asyncio.get_running_loop()
            self._run.due = max(self._run.due, loop.time()) + 1 / self._run.pace
            loop.call_at(self._run.due, self._next)
        else:
            self._send()

    def _next(self) -> None:
        if self._run.stopping:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)


async def load(port: int, key: str, seconds: float, connections: int, pace: float = 0.0) -> dict[str, Any]:
    """Send for `seconds`, then wait for the answers to all requests in flight."""
    loop = asyncio.get_running_loop()
    run = _Run(port, key, pace)
    ends = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: _Connection(run, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(seconds)
    run.stopping = True
    await asyncio.gather(*ends)
    took = time.perf_counter() - began
    waits = sorted(run.waits)
    return {
        "statuses": run.statuses,
        "seconds": took,
        "p50": waits[len(waits) // 2] * 1000,
        "p99": waits[len(waits) * 99 // 100] * 1000,
        "bytes": len(run.before) + len(run.after) + 24,
    }


def main(arguments: list[str]) -> None:
    port, key, core, seconds, connections, *pace = arguments
    os.sched_setaffinity(0, {int(core)})
    import uvloop

    print(json.dumps(uvloop.run(load(int(port), key, float(seconds), int(connections), *map(float, pace)))))


if __name__ == "__main__":
    main(sys.argv[1:])
