"""The only way out of the snapshot's browser: a small proxy that checks every connection.

Checking an address before the browser resolves the name again would leave a gap: redirects, scripts, DNS rebinding.
Here the name is resolved once, and the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit

from viewer.snapshot.addresses import Bounds, Resolve, port_of
from viewer.snapshot.decoding import BodyCounter

_HEAD = 64 * 1024  # bytes of request or response head
_OWN_HEADERS = re.compile(rb"^(proxy-connection|proxy-authorization|connection|keep-alive):", re.I)
COLLECTOR = re.compile(r"/c/[a-z2-7]{12}$")  # path of a Parcours collector: a picture is not a visit


REFUSED = "parcours-refused"  # header of responses that reject a connection, with the code


class ProxyRefusal(Exception):
    """The proxy does not make a connection; `code` as in `errors.CODES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Meter(Protocol):
    """What counts the bytes of a page. Once a method returns False, nothing more is passed on."""

    def wire(self, size: int) -> bool:
        """Whether `size` more bytes may come from the network."""

    def decoded(self, size: int, *, html: bool) -> bool:
        """Whether the page may receive them, decoded to `size` bytes."""


class Unlimited:
    """A meter that admits everything."""

    def wire(self, size: int) -> bool:
        return True

    def decoded(self, size: int, *, html: bool) -> bool:
        return True


_UNLIMITED = Unlimited()


class Proxy:
    """HTTP and CONNECT on a loopback port. `refused`: `host:port` → code of the reason."""

    def __init__(self, bounds: Bounds, resolve: Resolve, dial_s: float, meter: Meter = _UNLIMITED) -> None:
        self.bounds = bounds
        self.resolve = resolve
        self.dial_s = dial_s
        self.meter = meter
        self.refused: dict[str, str] = {}
        self.address = ""
        self._open: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._open):
                writer.transport.abort()
            with contextlib.suppress(TimeoutError):  # a look-up may still be running
                await asyncio.wait_for(server.wait_closed(), 2)

    async def _dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            ips = await asyncio.wait_for(asyncio.to_thread(self.resolve, host), self.dial_s)
        except (OSError, UnicodeError, TimeoutError):
            raise ProxyRefusal("dns") from None
        allowed = self.bounds.reachable(host, port, ips)
        if not allowed:
            raise ProxyRefusal("private" if ips else "dns")
        for ip in allowed:
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(ip, port, limit=_HEAD), self.dial_s)
        raise ProxyRefusal("unreachable")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream: asyncio.StreamWriter | None = None
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            host, port = parts.hostname or "", port_of(parts)
            if method != "CONNECT" and COLLECTOR.search(parts.path):
                return await _say(writer, "204 No Content")
            try:
                away, upstream = await self._dial(host, port)
            except ProxyRefusal as why:
                self.refused[f"{host}:{port}"] = why.code
                return await _say(writer, f"502 Bad Gateway\r\n{REFUSED}: {why.code}")
            self._open.add(upstream)
            if method == "CONNECT":
                await _say(writer, "200 Connected", close=False)
            else:
                origin = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                upstream.write(_single(head, f"{method} {origin} HTTP/1.1".encode("latin-1")))
            out = asyncio.create_task(_pipe(reader, upstream))
            counter = None
            if method != "CONNECT":
                answer = await away.readuntil(b"\r\n\r\n")
                counter = BodyCounter(answer, _HEAD)
                writer.write(_single(answer, answer.split(b"\r\n", 1)[0]))
            await self._metered(away, writer, counter)
            out.cancel()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # one side closed the connection, or this is not HTTP: close it
        finally:
            for end in (writer, upstream):
                if end is not None:
                    self._open.discard(end)
                    end.close()

    async def _metered(
        self, away: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: BodyCounter | None
    ) -> None:
        """Pass on an answer for as long as the meter admits it. Without a counter it cannot be decoded (CONNECT).

        HTML is read without waiting for the browser, so that an endless document is noticed at the speed of the network
        and not at that of the renderer; the meter's limit bounds what waits here.
        """
        with contextlib.suppress(OSError):
            while data := await away.read(65536):
                sizes = counter.sizes(data) if counter else ()
                html = counter is not None and counter.html
                if not self.meter.wire(len(data)) or not all(self.meter.decoded(size, html=html) for size in sizes):
                    return
                writer.write(data)
                if not html:
                    await writer.drain()
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()


def _single(head: bytes, first: bytes) -> bytes:
    """The head for a connection with a single exchange, since the next request may be for another host."""
    kept = [line for line in head.split(b"\r\n")[1:] if line and not _OWN_HEADERS.match(line)]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _say(writer: asyncio.StreamWriter, status: str, close: bool = True) -> None:
    ending = "Content-Length: 0\r\nConnection: close\r\n" if close else ""
    writer.write(f"HTTP/1.1 {status}\r\n{ending}\r\n".encode())
    await writer.drain()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
