"""How long a map and a batch take while strangers guess passwords, and while they leave posts unfinished."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import httpx

from bench.load import batch_text
from bench.serving import KEY
from bench.together import BenchServer, served

ADDRESSES = 40  # that guess at the same time, each as fast as it can
UNFINISHED = 2_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"origin": "https://shop.example", "content-type": "text/plain", "user-agent": AGENT}
POST = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
)


def sign_in(*, quick: bool) -> dict[str, Any]:
    """Medians in ms, answers by status, and the descriptors of the server at the end."""
    seconds = 3.0 if quick else 20.0
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), cores) as server:
        server.post(f"/bench/points?n={20_000 if quick else 200_000}")
        alone = _median(server.draw, seconds)
        command = [sys.executable, "-m", "bench.attack_signin", str(server.port), str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as guesses:
            assert guesses.stdout
            guesses.stdout.readline()  # it begins
            guessed = _median(server.draw, seconds)
            answers = json.loads(guesses.stdout.read())
        flooded, statuses = _flooded(server, 200 if quick else UNFINISHED)
        return {
            "map, ms": alone,
            "map while guesses run, ms": guessed,
            "answers to guesses": answers,
            "batch, ms": _batches(server),
            "batch while posts are unfinished, ms": flooded,
            "answers to unfinished posts": dict(statuses),
            "descriptors afterwards": len(list(Path(f"/proc/{server.pid}/fd").iterdir())),
        }


def _median(call: Callable[[], object], seconds: float) -> float:
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


async def _guess(port: int, seconds: float) -> None:
    """Guess from all addresses; prints a line when it begins, and the answers by status at the end."""
    answers: Counter[int] = Counter()
    async with AsyncExitStack() as stack:
        clients = []
        for n in range(ADDRESSES):
            transport = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{n + 2}", verify=False)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}", timeout=60)
            clients.append(await stack.enter_async_context(client))
        forms = [await _form(client) for client in clients]
        print("begun", flush=True)
        end = time.monotonic() + seconds

        async def guess(client: httpx.AsyncClient, csrf: str) -> None:
            while time.monotonic() < end:
                form = {"csrf": csrf, "name": "owner", "password": f"guess {time.monotonic()}"}
                answers[(await client.post("/sign-in", data=form)).status_code] += 1

        await asyncio.gather(*map(guess, clients, forms))
    print(json.dumps(answers))


async def _form(client: httpx.AsyncClient) -> str:
    page = await client.get("/sign-in", headers={"accept": "text/html"})
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _batches(server: BenchServer) -> float:
    """Median of 50 batches; each must be accepted."""
    now = int(time.time() * 1000)
    text = json.loads(batch_text(now))
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60, headers=HEADERS) as client:
        taken = []
        for n in range(50):
            view = json.dumps(text | {"view": f"{n + now:024d}"})
            begun = time.perf_counter()
            assert client.post(f"/c/{KEY}", content=view).status_code == 204
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def _flooded(server: BenchServer, number: int) -> tuple[float, Counter[str]]:
    """The median of a batch while posts are unfinished, and how these were answered."""
    with ExitStack() as stack:
        posts = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(number)]
        for post in posts:
            post.settimeout(60)
            post.sendall(POST)
        batch = _batches(server)
        statuses: Counter[str] = Counter()
        for post in posts:
            try:
                statuses[post.recv(12)[-3:].decode() or "closed"] += 1
            except ConnectionError:
                statuses["closed"] += 1
        return batch, statuses


if __name__ == "__main__":
    asyncio.run(_guess(int(sys.argv[1]), float(sys.argv[2])))
