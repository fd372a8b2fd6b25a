"""A stranger floods `parcours serve` with unfinished posts; visitors' batches are accepted meanwhile."""

from __future__ import annotations

import json
import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from parcours import connections
from parcours.connections import LimitedConnections, most_connections
from parcours.server import raise_descriptor_limit
from tests.machine import free_port
from tests.parcours.processes import at_server, running

FEW = 256  # descriptors that the process begins with
UNFINISHED = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nxxxx'
)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@contextmanager
def soft_limit(number: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def batch(n: int) -> str:
    now = int(time.time() * 1000)
    page = {"url": "https://flood.example/", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000}
    return json.dumps({"v": 1, "view": f"{n:024d}", "seq": 0, "sent": now, "t0": now - 1000, "ctx": page})


def test_unfinished_posts_end_and_batches_are_accepted_meanwhile(tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    # Not the limit of this process, which may have more descriptors open.
    few = ("sh", "-c", f'ulimit -Sn {FEW}; exec "$@"', "sh")
    with ExitStack() as stack:
        serving = running("serve", "--port", str(port), data=tmp_path / "data", port=port, log=log, through=few)
        server = stack.enter_context(serving)
        limits = re.search(r"Max open files\s+(\d+)\s+(\d+)", Path(f"/proc/{server.pid}/limits").read_text())
        assert limits
        assert limits[1] == limits[2]  # raised to the hard limit
        data, url = tmp_path / "data", f"http://127.0.0.1:{port}"
        site = json.loads(at_server("site", "add", "Flood", "--domain", "flood.example", "--json", data=data).stdout)
        headers = {"origin": "https://flood.example", "content-type": "text/plain", "user-agent": AGENT}
        client = stack.enter_context(httpx.Client(base_url=url, timeout=30))
        flood = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(400)]
        for one in flood:
            one.settimeout(30)
            one.sendall(UNFINISHED)
        for n in range(20):
            assert client.post(f"/c/{site['key']}", content=batch(n), headers=headers).status_code == 204
        assert client.get("/sign-in", headers={"accept": "text/html"}).status_code == 200
        statuses = [one.recv(12)[-3:] for one in flood]  # all end: rejected at once, or when their time is over
        assert set(statuses) == {b"503", b"408"}
        assert statuses.count(b"408") <= 16
        for n in range(20, 30):
            assert client.post(f"/c/{site['key']}", content=batch(n), headers=headers).status_code == 204
    assert "Traceback" not in log.read_text()


def test_the_limit_of_descriptors_is_raised() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with soft_limit(FEW):
        assert raise_descriptor_limit() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


class FakeConnection(LimitedConnections):
    """A connection whose server and transport are this test."""

    def __init__(self, peer: str, others: set[object]) -> None:
        self.client = (peer, 1)
        self.aborted = False
        others.add(self)
        self.limit(others, self)  # type: ignore[arg-type]

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(
    ("peer", "admitted"),
    [("1.1.1.1", 5), ("2606:4700::1", 5), ("::ffff:1.1.1.1", 5),
     ("127.0.0.1", 10), ("172.18.0.1", 10), ("", 10)],
)  # fmt: skip
def test_a_public_peer_gets_half_of_the_connections(monkeypatch: pytest.MonkeyPatch, peer: str, admitted: int) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 10)
    open_now: set[object] = set()
    for n in range(20):
        one = FakeConnection(f"{peer}{n:x}" if peer == "2606:4700::1" else peer, open_now)
        if one.aborted:
            open_now.discard(one)
    assert len(open_now) == admitted


def test_some_descriptors_are_reserved() -> None:
    with soft_limit(FEW):
        assert most_connections() == FEW // 4
