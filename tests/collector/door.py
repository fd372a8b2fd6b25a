"""A collector in this thread, called request by request, and what it counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette

from collector.app import Collector
from tests.collector.bodies import Sent


class Door:
    """The collector's application in this thread, asked message by message."""

    def __init__(self, collector: Collector, loop: asyncio.AbstractEventLoop) -> None:
        self._collector = collector
        self._loop = loop
        self._app = Starlette(routes=collector.routes)

    def ask(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer. Raises what the application raises."""
        size = -(-len(sent.body) // sent.pieces) or 1
        parts = [sent.body[start : start + size] for start in range(0, len(sent.body), size)] or [b""]
        left = iter([{"type": "http.request", "body": p, "more_body": p is not parts[-1]} for p in parts])
        replies: list[Any] = []

        async def receive() -> Any:
            return next(left)

        async def send(message: Any) -> None:
            replies.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": sent.method, "scheme": "http",
            "path": sent.path, "raw_path": b"", "query_string": b"", "root_path": "", "server": ("collector", 80),
            "client": ("203.0.113.9", 5), "state": {},
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.headers.items()],
        }  # fmt: skip
        self._loop.run_until_complete(asyncio.wait_for(self._app(scope, receive, send), 20))
        start, *rest = replies
        headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        return start["status"], headers, b"".join(part.get("body", b"") for part in rest)

    def counted(self) -> Counter[str]:
        """What was counted so far, by reason, of the two sites and of no site."""
        found: Counter[str] = Counter()
        for number in (7, 8, 0):
            counts = self._collector.health(number)
            found.update({"accepted": counts.accepted, "duplicate": counts.duplicates})
            found.update({code: tally.count for code, tally in counts.refused.items()})
        return found

    def skipped(self) -> tuple[int, str]:
        """How many batches held what is unknown here, and what the last of them held."""
        tally = self._collector.health(7).skipped
        return tally.count, tally.example

    def drained(self) -> None:
        self._loop.run_until_complete(self._collector.drain(100))


@contextmanager
def running(collector: Collector) -> Iterator[Door]:
    """It runs inside, on a loop of its own."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(collector.start())
    try:
        yield Door(collector, loop)
    finally:
        loop.run_until_complete(collector.stop())
        loop.close()
