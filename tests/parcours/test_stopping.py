"""A stop ends within ten seconds, whatever questions are being answered."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from parcours.server_note import running_server
from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, environment
from tests.waiting import until

# `parcours serve` whose maps take very long: in the engine, or in Python where nothing can cancel them.
SERVE = """
import sys, threading, viewer.maps
from parcours.cli import main

def in_the_engine(store, *_):
    sys.stderr.write("BEGUN\\n"); sys.stderr.flush()
    store.rows("SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 0")

def in_python(*_):
    sys.stderr.write("BEGUN\\n"); sys.stderr.flush()
    threading.Event().wait(600)

viewer.maps.whole_map = {how}
sys.argv = ["parcours", "serve", "--port", "{port}"]
main()
"""


@contextlib.contextmanager
def answering(how: str, data: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that is computing two maps while a third waits."""
    port = free_port()
    command = [sys.executable, "-c", SERVE.format(how=how, port=port)]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, env=environment(data, {}), stdout=subprocess.DEVNULL, stderr=stderr, text=True
        ) as server,
    ):
        try:
            note = until(lambda: running_server(data), PATIENCE)
            until(lambda: _answers(note.url), PATIENCE)
            assert at_server("site", "add", "Slow", "--domain", "slow.example", data=data).returncode == 0
            for page in ("/a", "/b", "/c"):
                threading.Thread(target=_ask, args=(note.url, note.token, page), daemon=True).start()
            until(lambda: log.read_text().count("BEGUN") == 2)
            yield server
        finally:
            server.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _ask(url: str, token: str, page: str) -> None:
    address = f"{url}/api/v1/sites/Slow/heatmap?page={page}"
    with contextlib.suppress(httpx.TransportError):  # the server stops
        httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


@pytest.mark.parametrize("how", ["in_the_engine", "in_python"])
def test_a_stop_takes_at_most_ten_seconds_while_maps_are_computed(tmp_path: Path, how: str) -> None:
    log = tmp_path / "log"
    with answering(how, tmp_path / "data", log) as server:
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
        assert time.monotonic() - begun <= 10
    assert "Traceback" not in log.read_text()
    assert ("Not everything stopped" in log.read_text()) is (how == "in_python")
