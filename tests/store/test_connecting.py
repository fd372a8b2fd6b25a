"""The address of a ClickHouse server: any password works in it, and none is ever printed."""

from __future__ import annotations

import base64
import http.server
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from store.client import open_store
from store.connecting import server_address
from store.errors import StoreAway, StoreError

PASSWORDS = ["a/b#c?d%e", "#/?%", "p@ss:w@rd", "100%", "kJ3+/9==", "[x]", "%zz/%41", "plain", "мир/?", "a b"]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("encoded", [False, True], ids=["as it is", "percent-encoded"])
def test_a_password_is_read_as_it_was_written(password: str, encoded: bool) -> None:
    written = quote(password, safe="") if encoded else password
    read = server_address(f"clickhouse://parcours:{written}@db.internal:9000/shop")
    assert (read.user, read.password) == ("parcours", password)
    assert (read.host, read.port, read.database) == ("db.internal", 9000, "shop")
    assert password not in repr(read) + read.shown or password == "plain"


@pytest.mark.parametrize(
    ("address", "shown", "secure"),
    [
        ("clickhouse://db", "clickhouse://db:8123/parcours", False),
        ("http://db:80/x", "clickhouse://db:80/x", False),
        ("https://u:p@db", "clickhouse://db:8443/parcours", True),
        ("clickhouses://u:p@db:1/x", "clickhouse://db:1/x", True),
        ("clickhouse://u:p@db/x?secure=true", "clickhouse://db:8443/x", True),
        ("clickhouse://u:p@[2001:db8::1]:9/x", "clickhouse://[2001:db8::1]:9/x", False),
    ],
)
def test_the_other_parts(address: str, shown: str, secure: bool) -> None:
    read = server_address(address)
    assert (read.shown, read.secure) == (shown, secure)


@pytest.mark.parametrize(
    "address",
    [
        "clickhouse://u:SECRET/x",  # without a host
        "clickhouse://u:SECRET@db:port/x",
        "clickhouse://u:SECRET@db:99999/x",
        "clickhouse://u:SECRET@/x",
        "clickhouse://u:SECRET@[::1/x",
        "SECRET://u:SECRET@db/x",
        "u:SECRET@db:8123/x",
    ],
)
def test_an_error_does_not_quote_the_address(address: str) -> None:
    with pytest.raises(StoreError) as raised:
        server_address(address)
    assert "SECRET" not in str(raised.value)
    assert "clickhouse://user:password@host:8123/database" in str(raised.value)


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server that rejects everybody, or is behind a proxy that cannot reach it; and the credentials it was given."""
    given: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
            given.append(base64.b64decode(credentials).decode() if kind == "Basic" else kind)
            unavailable = given[-1].startswith("unavailable")
            body = b"upstream is away" if unavailable else b"Code: 516. DB::Exception: u: Authentication failed"
            self.send_response(502 if unavailable else 403)
            if not unavailable:
                self.send_header("X-ClickHouse-Exception-Code", "516")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{running.server_port}", given
        running.shutdown()


@pytest.mark.parametrize("password", ["a/b#c?d%e", "p@ss:w@rd"])
def test_the_server_receives_it_and_a_rejection_does_not_print_it(server: tuple[str, list[str]], password: str) -> None:
    place, given = server
    with pytest.raises(StoreError) as raised:
        open_store(f"clickhouse://parcours:{password}@{place}/x")
    assert set(given) == {f"parcours:{password}"}
    assert not isinstance(raised.value, StoreAway)
    assert "Authentication failed" in str(raised.value)
    assert password not in str(raised.value)


def test_a_proxy_that_cannot_reach_the_server_says_that_it_is_away(server: tuple[str, list[str]]) -> None:
    with pytest.raises(StoreAway):
        open_store(f"clickhouse://unavailable:x@{server[0]}/x")
