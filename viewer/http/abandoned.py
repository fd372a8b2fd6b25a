"""Cancels the work for a request whose client has disconnected, and answers those that a stop of the server cancels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.errors import QueryCancelled
from viewer.http.errors import respond

SERVER_STOPS = "graceful shutdown exceeded"  # uvicorn's words when it cancels requests that a stop does not wait for


class CancelAbandoned:
    """Middleware. Only for requests without a body that change nothing (GET, HEAD), until the response begins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or _has_body(scope):
            await self.app(scope, receive, send)
            return
        request, begun = _BodilessRequest(receive), False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        with anyio.CancelScope() as work:

            def abandon() -> None:
                if not begun:
                    work.cancel()

            watcher = asyncio.create_task(request.watch(abandon))
            try:
                await self.app(scope, request.receive, watched)
            except asyncio.CancelledError as cancelled:
                if begun or SERVER_STOPS not in str(cancelled):
                    raise
                response = await respond(Request(scope), QueryCancelled())
                await response(scope, request.receive, send)
            finally:
                watcher.cancel()


class _BodilessRequest:
    """The messages of a request without a body: one empty part, then the disconnection."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = False
        self._disconnected = asyncio.Event()

    async def watch(self, abandon: Callable[[], None]) -> None:
        """Call `abandon` when the client has disconnected."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._disconnected.set()
        abandon()

    async def receive(self) -> Message:
        if not self._read:
            self._read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._disconnected.wait()
        return {"type": "http.disconnect"}


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
