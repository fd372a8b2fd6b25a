"""Limits on bodies: what is too large, too slow or too many is rejected, and the others are read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest
from starlette.requests import HTTPConnection

from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.waiting import until_async
from viewer.app import LIMITS, Viewer
from viewer.http.bodies import BodyLimit, BodyLimits, LimitBodies
from viewer.http.errors import Problem

FORM = b"application/x-www-form-urlencoded"
Message = dict[str, Any]


class Post:
    """A post whose body arrives piece by piece; `statuses` are what the application answered."""

    def __init__(self, *, client: str = "203.0.113.1", path: str = "/sign-in", length: int = 0, kind: bytes = FORM):
        headers = [(b"host", b"testserver"), (b"content-type", kind)]
        headers += [(b"content-length", b"%d" % length)] if length else [(b"transfer-encoding", b"chunked")]
        self.scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": b"", "headers": headers, "client": (client, 1), "server": ("testserver", 80),
            "scheme": "http", "http_version": "1.1",
        }  # fmt: skip
        self.pieces: asyncio.Queue[Message] = asyncio.Queue()
        self.reading = 0
        self.statuses: list[int] = []
        self.headers: dict[bytes, bytes] = {}

    def piece(self, body: bytes, *, last: bool = False) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": body, "more_body": not last})

    def cut(self) -> None:
        self.pieces.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> Message:
        self.reading += 1
        return await self.pieces.get()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])
            self.headers = dict(message["headers"])

    async def to(self, app: Callable[..., Awaitable[None]]) -> None:
        await app(self.scope, self.receive, self.send)


def reader(limits: BodyLimits, person: object = None) -> LimitBodies:
    """Reads the body and answers 200, or the status of the Problem."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"person": person}
        status = 200
        try:
            while (message := await receive())["type"] == "http.request" and message["more_body"]:
                pass
        except Problem as problem:
            status = problem.status
        await send({"type": "http.response.start", "status": status, "headers": []})

    def client_of(connection: HTTPConnection) -> str:
        assert connection.client
        return connection.client.host

    return LimitBodies(app, limits, client_of)


def test_a_body_of_the_largest_size_is_read_and_a_byte_more_is_not() -> None:
    async def work() -> None:
        app = reader(BodyLimits(stranger=BodyLimit(10)))
        good, large, declared = Post(), Post(), Post(length=11)
        good.piece(b"x" * 4)
        good.piece(b"x" * 6, last=True)
        large.piece(b"x" * 11)
        for post in (good, large, declared):
            await post.to(app)
        assert (good.statuses, large.statuses, declared.statuses) == ([200], [413], [413])
        assert declared.reading == 0  # not even begun, so no `100 Continue` is sent
        assert b"connection" not in good.headers
        assert large.headers[b"connection"] == declared.headers[b"connection"] == b"close"

    anyio.run(work)


def test_a_slow_body_is_ended() -> None:
    async def work() -> None:
        app = reader(BodyLimits(stranger=BodyLimit(10, seconds=0.05)))
        post = Post()
        post.piece(b"x")
        await post.to(app)
        assert (post.statuses, post.headers[b"connection"]) == ([408], b"close")
        assert app.unfinished.enter("client 203.0.113.1")

    anyio.run(work)


def test_unfinished_bodies_are_few_for_each_client_for_strangers_and_in_all() -> None:
    async def work() -> None:
        limits = BodyLimits(of_client=2, of_strangers=3, in_all=4)
        app = reader(limits)
        signed_in = reader(limits, person="ada")
        signed_in.unfinished = app.unfinished
        waiting = [Post(client="a"), Post(client="a"), Post(client="b")]
        async with anyio.create_task_group() as group:
            for post in waiting:
                group.start_soon(post.to, app)
            await until_async(lambda: all(post.reading for post in waiting))
            for client in ("a", "b", "c"):
                one = Post(client=client)
                await one.to(app)
                assert one.statuses == [503]
            person = Post(client="a")
            group.start_soon(person.to, signed_in)
            await until_async(lambda: person.reading)
            last = Post(client="d")
            await last.to(signed_in)
            assert last.statuses == [503]
            for post in (*waiting, person):
                post.piece(b"", last=True)
        assert [post.statuses for post in (*waiting, person)] == [[200]] * 4
        again = Post(client="a")
        again.piece(b"", last=True)
        await again.to(app)
        assert again.statuses == [200]

    anyio.run(work)


def test_a_place_is_free_again_after_a_cut_or_a_failure() -> None:
    async def work() -> None:
        app = reader(BodyLimits(of_client=1))
        for _ in range(3):
            post = Post()
            post.piece(b"x")
            post.cut()
            await post.to(app)
            assert post.statuses == [200]

    anyio.run(work)


MULTIPART = b"multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'


@pytest.mark.parametrize("path", ["/sign-in", "/first-run", "/sign-out", "/account", "/api/v1/sites", "/sites/new"])
def test_a_large_upload_of_a_stranger_is_not_kept(viewer: Viewer, portal: Any, path: str) -> None:
    async def work() -> int:
        post = Post(path=path, kind=MULTIPART)
        post.piece(FILE)
        for _ in range(1_000):
            post.piece(b"x" * 65_536)
        await post.to(viewer.asgi)
        assert post.statuses[0] in (303, 401, 403, 413)
        assert post.headers[b"connection"] == b"close"
        return post.reading

    assert portal.call(work) <= 3  # of 1,000 pieces


@pytest.mark.parametrize("path", ["/sign-in", "/first-run", "/sign-out", "/own-browser/check"])
@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_a_truncated_post_is_no_error_of_the_server(
    viewer: Viewer, portal: Any, caplog: pytest.LogCaptureFixture, path: str, kind: bytes
) -> None:
    async def work() -> list[int]:
        post = Post(path=path, length=5_000, kind=kind)
        post.piece(FILE if kind == MULTIPART else b"name=a&pass")
        post.cut()
        await post.to(viewer.asgi)
        return post.statuses

    with caplog.at_level(logging.ERROR):
        assert portal.call(work)[0] < 500
    assert not caplog.records


def test_signed_in_people_may_send_more(api: Client, anyone: Client) -> None:
    body = b'{"name": "' + b"x" * 200_000
    assert api.post("/api/v1/sites", content=body).status_code == 400  # read, but not JSON
    assert api.post("/api/v1/sites", content=b" " * (LIMITS.person.size + 1)).status_code == 413
    large = anyone.post("/sign-in", data={"name": "x" * LIMITS.stranger.size})
    assert large.status_code == 413
    assert "larger than is accepted" in large.text


def test_a_body_in_pieces_reaches_the_form(viewer: Viewer, portal: Any) -> None:
    async def work() -> httpx.Response:
        async def pieces() -> Any:
            for piece in (b"name=ada&", b"password=x&", b"csrf=none"):
                yield piece

        transport = httpx.ASGITransport(viewer.asgi)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Accept": "text/html"}) as client:
            return await client.post("/sign-in", content=pieces(), headers={"Content-Type": FORM.decode()})

    answer = portal.call(work)
    assert (answer.status_code, 'value="ada"' in answer.text) == (403, True)
