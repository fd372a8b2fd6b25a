"""Reading a body: no more than the limit, no longer than the time, inflated with care."""

from __future__ import annotations

import asyncio
import zlib
from types import TracebackType

from starlette.types import Message, Receive

from collector.admission import too_large
from collector.refusal import Because, Refused


async def read_body(receive: Receive, limit: int, seconds: float) -> bytes:
    """The whole body; raises `Refused` (413, 408) instead of reading or waiting on."""
    with _Deadline(seconds):
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            body: bytes = message.get("body", b"")  # nearly always: it came with the head
            _check(len(body), limit)
            return body
        return await _rest(message, receive, limit)


class _Deadline:
    """What asyncio.timeout does, for a tenth of its time: there is one for every batch."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._passed = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._pass)

    def _pass(self) -> None:
        if self._task is not None:
            self._passed = True
            self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        # only our own cancel becomes an answer; one from outside goes on
        if self._passed and kind is asyncio.CancelledError and self._task is not None and not self._task.uncancel():
            raise Refused(Because.SLOW.value.saying(f"The body did not arrive in {self._seconds:g} s.")) from None


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise Refused(Because.CUT.value)
        part: bytes = message.get("body", b"")
        size += len(part)
        _check(size, limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(too_large(f"The body has more than {limit} bytes", limit))


def inflate(body: bytes, limit: int, ratio: int) -> bytes:
    """A gzip body as it was; never makes more than `limit` bytes, nor more than `ratio` times what came."""
    cap = min(limit, len(body) * ratio)
    machine = zlib.decompressobj(wbits=31)
    try:
        data = machine.decompress(body, cap + 1)
    except zlib.error as error:
        raise Refused(Because.NOT_GZIP.value.saying(f"The body is not gzip: {error}.")) from None
    if len(data) > cap:
        raise Refused(too_large(f"The body inflates to more than {cap} bytes", limit))
    if not machine.eof or machine.unused_data:
        raise Refused(Because.NOT_GZIP.value)
    return data
