"""A request whose client disconnects is cancelled, down to the engine. Over a real server."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store.client import Store
from tests.viewer.test_work import SLOW, queries
from tests.waiting import until
from viewer.http.abandoned import CancelAbandoned
from viewer.work import Work

FAST = "SELECT 1 AS one"


@pytest.fixture
def port(store: Store) -> Iterator[int]:
    """Of a server that answers `/slow` with a slow query, `/fast` with another, and `/change` like `/fast`."""
    work = Work()

    async def read(request: Request) -> Response:
        await request.body()
        sql = SLOW if request.url.path == "/slow" else FAST
        return JSONResponse(await work.once(request.url.path, 60, lambda: store.rows(sql)))

    routes = [Route("/slow", read), Route("/fast", read), Route("/change", read, methods=["POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(CancelAbandoned)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)
    work.close()


def slow_request(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection


def test_the_query_of_an_abandoned_request_is_cancelled(store: Store, port: int) -> None:
    connection = slow_request(port)
    until(lambda: queries(store))
    connection.close()
    until(lambda: queries(store) == 0)


def test_the_query_goes_on_for_others_who_wait_for_it(store: Store, port: int) -> None:
    one, other = slow_request(port), slow_request(port)
    until(lambda: queries(store))
    one.close()
    assert answer(http.client.HTTPConnection("127.0.0.1", port), "GET", "/fast") == b'[{"one":1}]'
    assert queries(store) == 1
    other.close()
    until(lambda: queries(store) == 0)


@pytest.mark.parametrize(("method", "path"), [("GET", "/fast"), ("POST", "/change")])
def test_other_requests_are_answered_as_without_it(port: int, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(2):  # on one connection
        assert answer(connection, method, path) == b'[{"one":1}]'
    connection.close()


def answer(connection: http.client.HTTPConnection, method: str, path: str) -> bytes:
    connection.request(method, path)
    return connection.getresponse().read()
