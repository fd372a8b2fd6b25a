"""kill -9 at random moments: every acknowledged batch is in ClickHouse once, and none is there twice.

`PARCOURS_TEST_KILLS=20 python -m pytest tests/crash` kills more often than `make test` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import xxhash

from tests.collector.batches import body
from tests.collector.conftest import HEADERS

KILLS = int(os.environ.get("PARCOURS_TEST_KILLS", "4"))
CLIENTS = 16
CLICKS = 2  # in a batch
ROOT = Path(__file__).resolve().parent.parent.parent


class Server:
    """The collector's process, on one port over all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> str:
        """Start it and wait until it answers; the site's key."""
        command = [sys.executable, "-m", "tests.crash.server", str(self.folder), str(self.port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        async with httpx.AsyncClient() as client:
            while self._process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    return str((await client.get(f"{self.url}/key")).json()["key"])
                await asyncio.sleep(0.05)
        raise AssertionError(f"the server ended with {self._process.returncode}")

    def end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(30)


class Clients:
    """Each sends batch after batch, and each batch until it is acknowledged."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: list[str] = []
        self.tried: set[str] = set()
        self.answers: dict[int, int] = {}
        self.stop = asyncio.Event()

    async def run(self, number: int) -> None:
        generator = random.Random(number)
        async with httpx.AsyncClient(headers=HEADERS, timeout=10) as client:
            while not self.stop.is_set():
                view = "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=23)) + f"{number:x}"[-1]
                text = body(view=view)
                self.tried.add(view)
                if await self._deliver(client, text):
                    self.acknowledged.append(view)
                    if generator.random() < 0.1:  # the answer was lost on its way: the tracker sends it again
                        await self._deliver(client, text)

    async def _deliver(self, client: httpx.AsyncClient, text: bytes) -> bool:
        while True:
            try:
                answer = await client.post(self.url, content=text)
            except httpx.TransportError:
                if self.stop.is_set():
                    return False
                await asyncio.sleep(0.02)
                continue
            self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
            if answer.status_code == 204:
                return True


@contextlib.asynccontextmanager
async def sending(clients: Clients) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(clients.run(n)) for n in range(CLIENTS)]
    try:
        yield
    finally:
        clients.stop.set()
        await asyncio.gather(*tasks)


def leave_garbage(folder: Path) -> None:
    """What a power cut may leave behind the last sync of an open segment."""
    for path in (folder / "journal").glob("*.open"):
        with path.open("ab") as file:
            file.write(random.randbytes(random.randrange(1, 200)))


async def torment(folder: Path) -> None:
    server = Server(folder)
    key = await server.start()
    clients = Clients(f"{server.url}/c/{key}")
    async with sending(clients):
        for kill in range(KILLS):
            before = len(clients.acknowledged)
            await asyncio.sleep(random.uniform(0.2, 1.2))  # the moment is the test
            while len(clients.acknowledged) == before:
                await asyncio.sleep(0.01)
            server.end(signal.SIGKILL)
            if kill % 2:
                leave_garbage(folder)
            await server.start()
        before = len(clients.acknowledged)
        while len(clients.acknowledged) < before + 50:
            await asyncio.sleep(0.01)
    async with httpx.AsyncClient(timeout=60) as client:
        stored = {int(view): n for view, n in (await client.get(f"{server.url}/clicks")).json().items()}
    assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)

    acknowledged = {xxhash.xxh64_intdigest(view.encode()): view for view in clients.acknowledged}
    assert len(acknowledged) > 50
    assert set(clients.answers) <= {204, 503}
    assert acknowledged.keys() - stored.keys() == set(), "acknowledged and lost"
    assert {view: n for view, n in stored.items() if n != CLICKS} == {}, "twice, or in parts"
    assert stored.keys() <= {xxhash.xxh64_intdigest(view.encode()) for view in clients.tried}
    assert not list((folder / "journal").glob("quarantine/*"))


def test_acknowledged_is_stored_once_whatever_dies(tmp_path: Path) -> None:
    asyncio.run(torment(tmp_path))


def test_an_orderly_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    async def work() -> None:
        server = Server(tmp_path)
        key = await server.start()
        clients = Clients(f"{server.url}/c/{key}")
        async with sending(clients):
            while len(clients.acknowledged) < 30:
                await asyncio.sleep(0.01)
        assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        assert not list((tmp_path / "journal").glob("*.open"))
        assert not list((tmp_path / "journal").glob("*.seg"))

    asyncio.run(work())
