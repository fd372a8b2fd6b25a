"""Limits on the size and the duration of request heads, which uvicorn's own protocol does not have."""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 65_536  # bytes; browsers and proxies send a few thousand
TOO_LONG = b"431 Request Header Fields Too Large"
HEAD_SECONDS = 15.0  # from the first byte of a head to its end; for the first head, from the start of the connection


class LimitedHeads(HttpToolsProtocol):
    """One connection. Answers 431 to a head that is too long and 408 to one that is too slow, then closes."""

    _in_head = True
    _bytes = 0  # of the current head
    _may_be_long = False  # whether the head that is being parsed can have more than MAX_HEAD bytes
    _too_long = False
    _timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._may_be_long = self._bytes + len(data) > MAX_HEAD
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._bytes += len(data)
        if self._bytes > MAX_HEAD:
            self._end(TOO_LONG)
        elif self._timer is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._stop_waiting()
        if self._may_be_long and len(self.url) + sum(len(n) + len(v) + 4 for n, v in self.headers) > MAX_HEAD:
            self._too_long = True
            raise ValueError  # the parser stops, and uvicorn calls send_400_response
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._too_long:
            self._end(TOO_LONG)
        else:
            super().send_400_response(msg)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._end, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, status: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()
