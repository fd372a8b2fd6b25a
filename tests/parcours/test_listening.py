"""The address that a server listens on: one address family, or both with `::`."""

from __future__ import annotations

import socket
from pathlib import Path

import click
import httpx
import pytest

from parcours.server import free_port as check_port
from parcours.server import listening_sockets
from parcours.settings import Settings, read_settings
from tests.machine import free_port
from tests.parcours.processes import running


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
def test_two_colons_serve_ipv4_and_ipv6(tmp_path: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), data=tmp_path, port=port, env={"PARCOURS_HOST": "::"}):
        for host in ("127.0.0.1", "[::1]"):
            assert httpx.get(f"http://{host}:{port}/healthz").status_code == 200


@needs_ipv6
def test_two_colons_need_the_port_of_both_families() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"Port {port} on 0.0.0.0 is in use"):
            check_port("::", port)
        check_port("::1", port)


def test_other_hosts_are_left_to_uvicorn() -> None:
    assert listening_sockets(Settings(host="0.0.0.0")) is None


@pytest.mark.parametrize(
    ("text", "host", "url"),
    [
        ("[::]", "::", "http://127.0.0.1:8000"),
        ("0:0:0:0:0:0:0:0", "::", "http://127.0.0.1:8000"),
        ("0.0.0.0", "0.0.0.0", "http://127.0.0.1:8000"),
        ("[::1]", "::1", "http://[::1]:8000"),
        ("localhost", "localhost", "http://localhost:8000"),
    ],
)
def test_notations_of_a_host(text: str, host: str, url: str) -> None:
    settings = read_settings({"PARCOURS_HOST": text})
    assert (settings.host, settings.local_url) == (host, url)


def test_without_ipv6_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("parcours.server.socket.socket", none)
    with pytest.raises(click.ClickException, match=r"has no IPv6 .* --host 0\.0\.0\.0"):
        check_port("::", 8000)
