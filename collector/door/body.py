"""Reading a body within limits of size and time, and inflating it within limits."""

from __future__ import annotations

import asyncio
import zlib

from starlette.types import Message, Receive

from collector.door.admission import too_large
from collector.door.refusal import Reason, RefusalError


class BodyReader:
    """Reads bodies, each within `seconds` (or up to a tenth more).

    One timer checks all of them: a timer per batch would cost more than reading the batch.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._since: dict[asyncio.Task[object], float] = {}  # loop time at which a read began
        self._late: set[asyncio.Task[object]] = set()
        self._watching = False

    async def read(self, receive: Receive) -> bytes:
        """The whole body; raises `RefusalError` (413, 408) when it is too long or too slow."""
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        self._since[task] = loop.time()
        if not self._watching:
            self._watching = True
            loop.call_later(self._seconds / 10, self._watch, loop)
        try:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                body: bytes = message.get("body", b"")  # nearly always: it arrived with the head
                check_length(len(body), self._limit)
                return body
            return await _rest(message, receive, self._limit)
        except asyncio.CancelledError:
            # only a cancellation by this reader becomes an answer; any other is passed on
            if task not in self._late or task.uncancel():
                raise
            raise RefusalError(Reason.SLOW.with_message(f"The body did not arrive in {self._seconds:g} s.")) from None
        finally:
            del self._since[task]
            self._late.discard(task)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        overdue = loop.time() - self._seconds
        for task, began in self._since.items():
            if began <= overdue and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._watching = bool(self._since)
        if self._watching:
            loop.call_later(self._seconds / 10, self._watch, loop)


def declared_length(header: str) -> int:
    """The value of Content-Length; -1 when it is missing or not a number."""
    return int(header) if header.isascii() and header.isdigit() and len(header) < 19 else -1


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise RefusalError(Reason.CUT.value)
        part: bytes = message.get("body", b"")
        size += len(part)
        check_length(size, limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def check_length(size: int, limit: int) -> None:
    """Raises `RefusalError` when a body, or what has arrived of it, is too long."""
    if size > limit:
        raise RefusalError(too_large(f"The body has more than {limit} bytes", limit))


def inflate(body: bytes, limit: int, ratio: int) -> bytes:
    """The inflated body; never inflates to more than `limit` bytes or `ratio` times the compressed size."""
    cap = min(limit, len(body) * ratio)
    inflater = zlib.decompressobj(wbits=31)
    try:
        data = inflater.decompress(body, cap + 1)
    except zlib.error as error:
        raise RefusalError(Reason.NOT_GZIP.with_message(f"The body is not gzip: {error}.")) from None
    if len(data) > cap:
        raise RefusalError(too_large(f"The body inflates to more than {cap} bytes", limit))
    if not inflater.eof or inflater.unused_data:
        raise RefusalError(Reason.NOT_GZIP.value)
    return data
