"""Attacks by a stranger on `parcours serve` with its default settings: memory, and what visitors and readers notice.

First the memory: posts with different Origins, and nothing else, so that all growth is due to them. Then two probes
run all the time: a visitor posts a valid batch every 50 ms, from the same address as the attacker, and a
reader asks for a map every half second. Each attack lasts a few seconds. The attacker needs a core as well, so
latencies during an attack include its share of the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import socket
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.load import batch_text
from bench.serving import KEY
from bench.together import BenchServer, served

NAME = "attack"
HELP = "attacks by a stranger: memory, latency of a batch and of a map meanwhile (80 s)"

ORIGIN_BYTES = 60_000
MEMORY_LIMIT = 20.0  # MB that may stay
WARM_MAPS = 4  # drawn first: what the engine and the libraries keep is not due to an attack
MEMORY_SECONDS, SECONDS = 25.0, 5.0  # at most, of the attack on the memory and of each other one
BATCH_PAUSE, MAP_PAUSE = 0.05, 0.5  # s
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"origin": "https://shop.example", "content-type": "text/plain", "user-agent": AGENT}
UNFINISHED = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nxxxx'
)


@dataclass
class Probe:
    """Latencies and statuses of one request that is repeated."""

    name: str
    request: Callable[[], int]  # sends it and returns the status
    pause: float
    waits: list[float] = field(default_factory=list)  # ms
    statuses: Counter[int] = field(default_factory=Counter)

    def run(self, stopping: threading.Event) -> None:
        while not stopping.wait(self.pause):
            began = time.perf_counter()
            status = self.request()
            self.waits.append((time.perf_counter() - began) * 1000)
            self.statuses[status] += 1

    def taken(self) -> dict[str, Any]:
        """The figures since the last call."""
        waits, statuses = sorted(self.waits), dict(self.statuses)
        self.waits.clear()
        self.statuses.clear()
        rejected = sum(n for status, n in statuses.items() if status >= 400)
        if not waits:
            return {f"{self.name}, rejected": rejected}
        return {
            f"{self.name} p50, ms": waits[len(waits) // 2],
            f"{self.name} p99, ms": waits[len(waits) * 99 // 100],
            f"{self.name}, rejected": rejected,
        }


class Target:
    """The server under attack, with one site and a page of 100,000 points."""

    def __init__(self, server: BenchServer) -> None:
        self._server = server
        self._views = 0
        self._texts = batch_text(int(time.time() * 1000)).split(b"V" * 24)
        server.post("/bench/points?n=100000")
        for _ in range(WARM_MAPS):
            server.draw()

    @property
    def memory(self) -> float:
        """Resident MB (10^6 bytes)."""
        return float(json.loads(self._server.get("/bench/memory"))["now"]) / 1e6

    def batch(self) -> bytes:
        """A valid batch of a new view."""
        self._views += 1
        before, after = self._texts
        return before + f"{self._views:024d}".encode() + after

    def map(self) -> int:
        self._server.draw()
        return 200

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._server.port), 30)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """For each attack: answers, memory and the latencies of both probes."""
    quick = bool(getattr(args, "quick", False))
    attacks: dict[str, Callable[[Target], Counter[str]]] = {
        "different Origins of 60 kB": lambda target: origins(target, 500 if quick else 6_000),
        "different user agents, valid batches": lambda target: agents(target, 300 if quick else 1_500),
        "damaged bodies": lambda target: damaged(target, 300 if quick else 3_000),
        "40 wrong passwords at once": lambda target: passwords(target, 8 if quick else 40),
        "400 unfinished posts": lambda target: unfinished(target, 40 if quick else 400),
    }
    found: dict[str, Any] = {}
    cores = sorted(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        target = Target(stack.enter_context(served(Path(folder), cores, "limited")))
        before = target.memory
        answers = origins(target, 1_500 if quick else 24_000, MEMORY_SECONDS)
        memory: dict[str, Any] = {
            "different Origins of 60 kB": sum(answers.values()),
            "answers": dict(sorted(answers.items())),
            "before, MB": before,
            "after, MB": target.memory,
            "limit of the growth, MB": MEMORY_LIMIT,
        }
        probes = stack.enter_context(probed(target))
        time.sleep(2.0 if quick else SECONDS)
        found["none"] = _figures(probes)
        for name, attack in attacks.items():
            answers = attack(target)
            found[name] = {"answers": dict(sorted(answers.items())), **_figures(probes)}
    result: dict[str, Any] = {"memory": memory, "attacks": found}
    if memory["after, MB"] - memory["before, MB"] > MEMORY_LIMIT:
        result["failed"] = "the memory grew"
    return result


def origins(target: Target, most: int, seconds: float = SECONDS) -> Counter[str]:
    """Posts on one connection, each with another Origin."""

    def request(connection: http.client.HTTPConnection, n: int) -> int:
        origin = "https://" + f"{n:08d}".ljust(ORIGIN_BYTES, "a")
        return _post(connection, b"{}", HEADERS | {"origin": origin})

    return _repeated(target, most, request, seconds)


def agents(target: Target, most: int) -> Counter[str]:
    """Valid batches on one connection, each of another user agent and page."""

    def request(connection: http.client.HTTPConnection, n: int) -> int:
        body = target.batch().replace(b"/lamps/desk", b"/invented/%d" % n)
        return _post(connection, body, HEADERS | {"user-agent": f"{AGENT} {n:08d}".ljust(ORIGIN_BYTES, "a")})

    return _repeated(target, most, request)


def damaged(target: Target, most: int) -> Counter[str]:
    return _repeated(target, most, lambda connection, n: _post(connection, b'{"v":1,', HEADERS))


def passwords(target: Target, number: int) -> Counter[str]:
    """Sign-ins at the same time."""

    def guess(n: int) -> str:
        connection = target.connect()
        connection.request("GET", "/sign-in", headers={"accept": "text/html"})
        page = connection.getresponse()
        text = page.read().decode()
        token = re.search(r'name="csrf" value="([^"]+)"', text)
        cookies = "; ".join(one.partition(";")[0] for one in page.headers.get_all("set-cookie", []))
        form = urllib.parse.urlencode({"csrf": token[1] if token else "", "name": "owner", "password": f"wrong {n}"})
        headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookies, "accept": "text/html"}
        connection.request("POST", "/sign-in", form, headers)
        status = _status(connection)
        connection.close()
        return str(status)

    with ThreadPoolExecutor(number) as guesses:
        return Counter(guesses.map(guess, range(number)))


def unfinished(target: Target, number: int) -> Counter[str]:
    """Posts that never end, on a connection each."""
    answers: Counter[str] = Counter()
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(target.open()) for _ in range(number)]
        for one in flood:
            with contextlib.suppress(OSError):
                one.sendall(UNFINISHED)
        for one in flood:
            with contextlib.suppress(OSError):
                answers[one.recv(12)[-3:].decode() or "closed"] += 1
    return answers


@contextmanager
def probed(target: Target) -> Iterator[tuple[Probe, Probe]]:
    """Both probes run inside, in threads."""
    kept = target.connect()
    probes = (
        Probe("batch", lambda: _post(kept, target.batch(), HEADERS), BATCH_PAUSE),
        Probe("map", target.map, MAP_PAUSE),
    )
    stopping = threading.Event()
    with ThreadPoolExecutor(len(probes)) as threads:
        running = [threads.submit(probe.run, stopping) for probe in probes]
        try:
            yield probes
        finally:
            stopping.set()
            for one in running:
                one.result()


def _repeated(
    target: Target, most: int, request: Callable[[http.client.HTTPConnection, int], int], seconds: float = SECONDS
) -> Counter[str]:
    """Up to `most` requests on one connection, for `seconds` at most."""
    answers: Counter[str] = Counter()
    connection, end = target.connect(), time.monotonic() + seconds
    for n in range(most):
        answers[str(request(connection, n))] += 1
        if time.monotonic() > end:
            break
    connection.close()
    return answers


def _post(connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> int:
    connection.request("POST", f"/c/{KEY}", body, headers)
    return _status(connection)


def _status(connection: http.client.HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _figures(probes: tuple[Probe, ...]) -> dict[str, Any]:
    return {name: figure for probe in probes for name, figure in probe.taken().items()}
