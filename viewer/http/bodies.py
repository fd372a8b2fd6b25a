"""Limits on request bodies, before any form is parsed: their size, the time they take, and how many are unfinished.

The limits apply when a route begins to read: a route that asks for a sign-in first reads nothing of a stranger's body.
The collector has limits of its own for the batches of visitors (collector/door/body.py): it reads a batch as a whole,
while the parsers here read the messages of the server one by one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viewer.http.errors import Problem
from viewer.http.urls import path_below

RETRY_SECONDS = 5


@dataclass(frozen=True)
class BodyLimit:
    size: int  # bytes
    seconds: float = 10.0  # from the first read to the last byte


@dataclass(frozen=True)
class BodyLimits:
    """`stranger`: of people who are not signed in; `person`: of those who are. `paths`: limits of
    single paths, in which `*` stands for one part."""

    stranger: BodyLimit = BodyLimit(64 << 10)
    person: BodyLimit = BodyLimit(1 << 20, 30.0)
    paths: Mapping[str, BodyLimit] = field(default_factory=dict)
    of_client: int = 16  # unfinished bodies of one client that is not signed in
    of_strangers: int = 64  # unfinished bodies of all who are not signed in
    in_all: int = 128


class LimitBodies:
    """Middleware. Outside of what finds out who sent the request and of what turns a Problem into a response.

    `client_of`: the address that a body is counted for. Once a body is over a limit, reading it raises Problem 413, 408
    or 503. The connection is closed after a response that did not wait for the end of the body.
    """

    def __init__(self, app: ASGIApp, limits: BodyLimits, client_of: Callable[[HTTPConnection], str]) -> None:
        self.app = app
        self.limits = limits
        self.unfinished = _Unfinished(limits)
        self._client_of = client_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        declared = headers.get(b"content-length", b"0")
        if scope["type"] != "http" or (declared == b"0" and b"transfer-encoding" not in headers):
            await self.app(scope, receive, send)
            return
        # the server has checked that it is a number; a chunked body has none
        body = _Body(self, scope, receive, int(declared[:19]) if declared.isdigit() else 0)

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.finished:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        try:
            await self.app(scope, body.receive, send_and_close)
        finally:
            body.leave()

    def limit_of(self, scope: Scope) -> BodyLimit:
        path = path_below(scope)
        of_path = next((limit for pattern, limit in self.limits.paths.items() if _fits(pattern, path)), None)
        return of_path or (self.limits.person if _is_person(scope) else self.limits.stranger)

    def client_of(self, scope: Scope) -> str:
        """The client that an unfinished body counts for; "" for a person, who has places of their own."""
        return "" if _is_person(scope) else f"client {self._client_of(HTTPConnection(scope))}"


class _Unfinished:
    """Counts the bodies that are being read."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._by_client: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """Take a place; False when there is none."""
        everybody = self._by_client.total()
        if everybody >= self._limits.in_all:
            return False
        strangers = everybody - self._by_client[""]
        if client and (strangers >= self._limits.of_strangers or self._by_client[client] >= self._limits.of_client):
            return False
        self._by_client[client] += 1
        return True

    def leave(self, client: str) -> None:
        self._by_client[client] -= 1
        if not self._by_client[client]:
            del self._by_client[client]


class _Body:
    """One body, read by way of `receive`."""

    def __init__(self, limits: LimitBodies, scope: Scope, receive: Receive, declared: int) -> None:
        self._limits = limits
        self._scope = scope
        self._receive = receive
        self._declared = declared
        self._read = 0
        self._limit: BodyLimit | None = None  # None: nobody has begun to read
        self._until = 0.0
        self._client: str | None = None  # whose place it has
        self.finished = False

    async def receive(self) -> Message:
        if self.finished:
            return await self._receive()  # waits for the client to disconnect
        limit = self._limit or self._begin()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.leave()
            raise Problem(408, "slow_body", f"The body did not arrive within {limit.seconds:g} s.") from None
        self._read += len(message.get("body", b""))
        if self._read > limit.size:
            self.leave()
            raise _too_large(limit)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.finished = True
            self.leave()
        return message

    def _begin(self) -> BodyLimit:
        limit, client = self._limits.limit_of(self._scope), self._limits.client_of(self._scope)
        if self._declared > limit.size:
            raise _too_large(limit)
        if not self._limits.unfinished.enter(client):
            raise Problem(
                503, "many_bodies", "Too many requests are still being sent.", "Try again.", retry_after=RETRY_SECONDS
            )
        self._client = client
        self._until = asyncio.get_running_loop().time() + limit.seconds
        self._limit = limit
        return limit

    def leave(self) -> None:
        if self._client is not None:
            self._limits.unfinished.leave(self._client)
            self._client = None


def _fits(pattern: str, path: str) -> bool:
    parts, given = pattern.split("/"), path.split("/")
    return len(parts) == len(given) and all(part in ("*", one) for part, one in zip(parts, given, strict=True))


def _too_large(limit: BodyLimit) -> Problem:
    return Problem(413, "too_large", f"The body has more than {limit.size} bytes.")


def _is_person(scope: Scope) -> bool:
    return scope.get("state", {}).get("person") is not None
