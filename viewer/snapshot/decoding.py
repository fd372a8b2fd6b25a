"""How many bytes the body of an HTTP response decodes to, counted while it passes through the proxy."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import h11

_PIECE = 1_000_000  # bytes decoded at a time, so that a bomb takes no memory here
_AUTO = zlib.MAX_WBITS | 32  # gzip or zlib


class BodyCounter:
    """Counts the decoded bytes of one response; `html`: whether it is a document.

    `head`: its status line and headers, with the empty line. Other encodings than gzip and deflate are counted as they
    are: browsers accept those only over https, which the proxy cannot read anyway.
    """

    def __init__(self, head: bytes, limit: int) -> None:
        self.html = False
        self._limit = limit  # bytes of a head or of the size of a chunk
        self._inflate: zlib._Decompress | None = None
        self._parser: h11.Connection | None = h11.Connection(h11.CLIENT, max_incomplete_event_size=limit)
        self._parser.send(h11.Request(method="GET", target="/", headers=[("Host", "any")]))
        self._parser.send(h11.EndOfMessage())
        for event in self._events(head):
            if isinstance(event, h11.Response):
                headers = {name.lower(): value.lower() for name, value in event.headers}
                self.html = b"html" in headers.get(b"content-type", b"")
                if headers.get(b"content-encoding", b"") in (b"gzip", b"x-gzip", b"deflate"):
                    self._inflate = zlib.decompressobj(_AUTO)

    def sizes(self, data: bytes) -> Iterator[int]:
        """The decoded sizes of the pieces in `data`, the next part of the response, in bytes."""
        for event in self._events(data):
            if isinstance(event, h11.Data):
                yield from self._inflated(bytes(event.data)) if self._inflate else (len(event.data),)

    def _events(self, data: bytes) -> Iterator[object]:
        if self._parser is None:
            return
        try:
            self._parser.receive_data(data)
            while (event := self._parser.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                yield event
                if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    self._parser = None
                    return
        except h11.RemoteProtocolError:
            self._parser = None  # the browser may be more tolerant; the bytes on the wire are still counted

    def _inflated(self, data: bytes) -> Iterator[int]:
        inflate = self._inflate
        assert inflate is not None
        try:
            while data:
                yield len(inflate.decompress(data, _PIECE))
                data = inflate.unconsumed_tail
        except zlib.error:
            self._inflate = None
