"""One process collects and draws at the same time: the delay of its event loop and the growth of its memory.

Delay: how much later than planned a 5 ms timer fires, at rest, with batches coming in, and with batches while
heatmaps of a page of a million points are drawn one after another. Memory: resident bytes over ten minutes of
batches, with a heatmap every few seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.serving import KEY
from tests.machine import free_port

NAME = "together"
HELP = "one process that collects and draws: delay of its event loop, memory over ten minutes (13 min)"

PACE = 250  # batches per second
SAMPLE = 5.0  # s between two readings of the memory
DELAY_LIMIT = 8.0  # ms, 99th percentile with batches and maps
MEMORY_LIMIT = 450.0  # MB, at the peak


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Delay of the event loop in ms by load, memory in MB (10^6 bytes)."""
    quick = bool(getattr(args, "quick", False))
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), cores[:1]) as server:
        server.post(f"/bench/points?n={100_000 if quick else 1_000_000}")
        server.delay()
        seconds = 3.0 if quick else 20.0
        delays = {
            "at rest": _delay(server, seconds),
            "batches": _delay(server, seconds, batches=cores[-1]),
            "batches and maps": _delay(server, seconds, batches=cores[-1], maps=True),
        }
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), cores[:1]) as server:
        server.post("/bench/points?n=100000")
        memory = _memory(server, 20.0 if quick else 600.0, cores[-1])
    return {
        "points": 100_000 if quick else 1_000_000,
        "batches per second": PACE,
        "event loop delay, ms": {load: {name: one[name] for name in ("p50", "p99")} for load, one in delays.items()},
        "event loop delay limit, ms": DELAY_LIMIT,
        "maps drawn meanwhile": delays["batches and maps"]["maps"],
        "p99 with maps / without": delays["batches and maps"]["p99"] / delays["batches"]["p99"],
        "memory, MB": memory,
        "memory limit, MB": MEMORY_LIMIT,
    }


class BenchServer:
    """All of Parcours in another process (bench/serving.py), with its API."""

    def __init__(self, port: int, token: str, pid: int) -> None:
        self.port = port
        self.pid = pid
        self._token = token

    def get(self, path: str) -> bytes:
        return self._ask(path, None)

    def post(self, path: str) -> bytes:
        return self._ask(path, b"")

    def _ask(self, path: str, body: bytes | None) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", body, {"Authorization": f"Bearer {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            made: bytes = answer.read()
            return made

    def delay(self) -> dict[str, float]:
        """Percentiles since the previous call, in ms."""
        found: dict[str, float] = json.loads(self.get("/bench/lateness"))
        return found

    def draw(self) -> None:
        page = urllib.parse.quote("shop.example/")
        self.get(f"/api/v1/sites/1/heatmap?page={page}&since=2026-03-01&until=2026-03-28&width=1366&points=0")


@contextlib.contextmanager
def served(folder: Path, cores: list[int], *options: str) -> Iterator[BenchServer]:
    """A server with its data in `folder`, on these cores, until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "bench.serving", str(folder), str(port), ",".join(map(str, cores)), *options]
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield BenchServer(port, (folder / "token").read_text(), process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _delay(server: BenchServer, seconds: float, batches: int | None = None, maps: bool = False) -> dict[str, float]:
    """Delay while batches come from core `batches` and, with `maps`, heatmaps are drawn one after another."""
    load = _batches(server, seconds, batches) if batches is not None else None
    end = time.monotonic() + seconds
    server.delay()
    drawn = 0
    while maps and time.monotonic() < end:
        server.draw()
        drawn += 1
    time.sleep(max(0.0, end - time.monotonic()))
    found = server.delay()
    if load is not None:
        _accepted(load)
    return {**found, "maps": drawn}


def _batches(server: BenchServer, seconds: float, core: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.load", str(server.port), KEY, str(core), str(seconds), "16", str(PACE)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _accepted(load: subprocess.Popen[str]) -> int:
    """How many batches were accepted; SystemExit when one was not."""
    statuses: dict[str, int] = json.loads(load.communicate()[0])["statuses"]
    if set(statuses) != {"204"}:
        raise SystemExit(f"Batches were rejected: {statuses}")
    return statuses["204"]


def _memory(server: BenchServer, seconds: float, core: int) -> dict[str, float]:
    """Resident MB in the first fifth, in the second half and at the peak, and the growth in the second half."""
    samples: list[tuple[float, float]] = []
    stop = threading.Event()

    def sample() -> None:
        start = time.monotonic()
        while not stop.wait(min(SAMPLE, seconds / 20)):
            server.draw()
            samples.append((time.monotonic() - start, json.loads(server.get("/bench/memory"))["now"] / 1e6))

    watcher = threading.Thread(target=sample)
    watcher.start()
    batches = _accepted(_batches(server, seconds, core))
    stop.set()
    watcher.join()
    peak = json.loads(server.get("/bench/memory"))["peak"] / 1e6
    settled = [one for one in samples if one[0] > seconds / 2]
    slope = statistics.linear_regression(*zip(*settled, strict=True)).slope if len(settled) > 2 else 0.0
    early = [size for at, size in samples if at <= max(seconds / 5, SAMPLE)]
    return {
        "batches accepted": batches,
        "first fifth, median": statistics.median(early),
        "second half, median": statistics.median(size for _, size in settled),
        "growth per minute in the second half": slope * 60,
        "peak": peak,
    }
