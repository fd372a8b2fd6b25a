"""What `kill -9` at random moments loses: with the collector in three deployments, and with naive collectors."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.crash_clients import Clients
from bench.crash_count import Count, count_in
from bench.crash_process import Process
from bench.naive_collectors import KEY
from collector.journal.segments import encode_record
from tests.machine import free_port

NAME = "crash"
HELP = "kill -9 under retrying clients: batches lost, partial and duplicated, compared with naive collectors (10 min)"

KILLS = {"all in one": 30, "apart, collector": 20, "apart, database": 20, "one row an insert": 4, "buffer of 5 s": 4}
QUICK = {"all in one": 1, "apart, collector": 1, "apart, database": 1, "buffer of 5 s": 1}
EARLY = 0.35  # share of the kills during startup
LONGEST_S = 1.0  # that a process lives once it is ready
NAIVE_S = (2.0, 5.0)  # that a naive collector lives: about as long as its buffer
LAST = 50  # batches acknowledged after the last kill


@dataclass
class Deployment:
    """Processes, and which of them is killed. `store`: the folder with the tables at the end."""

    processes: list[Process]  # in the order of their start
    victim: Process
    store: Path
    key: str = ""  # of the site; "": as the collector says
    journal: Path | None = None  # of the victim
    lives: tuple[float, float] = (0.0, LONGEST_S)  # s that a ready victim lives
    early: float = EARLY


@dataclass(frozen=True)
class Outcome:
    count: Count
    kills: int
    early: int  # of the kills, in the start
    in_flight: int  # batches sent and not answered at the kills, together
    again: int  # duplicates sent on purpose
    torn: int  # open segments that were given a torn tail
    found: int  # segments that lay in the journal at the starts, together
    reopen_failures: int
    aside: int  # segments set aside
    answers: dict[int, int]  # by status
    seconds: float

    @property
    def right(self) -> bool:
        asked_for = self.answers.keys() <= {204, 503}
        return self.count.right and asked_for and not self.reopen_failures and not self.aside

    def figures(self) -> dict[str, Any]:
        count = self.count
        return {
            "kills (in the start)": f"{self.kills} ({self.early})",
            "batches acknowledged": count.acknowledged,
            "in flight at the kills": self.in_flight,
            "sent again on purpose": self.again,
            "torn tails": self.torn,
            "segments found at the starts": self.found,
            "lost / partial / double": f"{count.lost} / {count.partial} / {count.double}",
            "lost, seconds before a kill": count.lost_s,
            "never sent, reopen failures, set aside": f"{count.foreign}, {self.reopen_failures}, {self.aside}",
            "seconds": self.seconds,
        }


def all_in_one(folder: Path) -> Deployment:
    port = free_port()
    server = Process("bench.crash_server", str(folder), str(port), port=port, ready="/ready")
    return Deployment([server], server, folder / "store", journal=folder / "journal")


def _apart(folder: Path) -> tuple[Process, Process]:
    port, database = free_port(), free_port()
    front = Process("tests.clickhouse_front", str(folder / "store"), str(database), port=database, ready="/ping")
    address = f"clickhouse://127.0.0.1:{database}/parcours"
    return front, Process("bench.crash_server", str(folder), str(port), address, port=port, ready="/ready")


def apart_collector(folder: Path) -> Deployment:
    front, server = _apart(folder)
    return Deployment([front, server], server, folder / "store", journal=folder / "journal")


def apart_database(folder: Path) -> Deployment:
    front, server = _apart(folder)
    return Deployment([front, server], front, folder / "store")


def naive(case: str) -> Callable[[Path], Deployment]:
    def made(folder: Path) -> Deployment:
        port = free_port()
        server = Process("bench.naive_collectors", case, str(folder), str(port), "0", port=port, ready="/cpu")
        return Deployment([server], server, folder / "store", key=KEY, lives=NAIVE_S, early=0.0)

    return made


DEPLOYMENTS: dict[str, Callable[[Path], Deployment]] = {
    "all in one": all_in_one,
    "apart, collector": apart_collector,
    "apart, database": apart_database,
    "one row an insert": naive("each"),
    "buffer of 5 s": naive("buffer"),
}
OURS = tuple(DEPLOYMENTS)[:3]


async def torment(deployment: Deployment, kills: int) -> Outcome:
    """Kill the victim so often while clients send; what is stored at the end."""
    began = time.monotonic()
    victim, server = deployment.victim, deployment.processes[-1]
    moments: list[float] = []
    early = in_flight = torn = found = 0
    with ExitStack() as stack:
        for process in deployment.processes:
            process.start()
            stack.callback(process.stop)
            answer = await process.ready()
        clients = Clients(f"{server.url}/c/{deployment.key or answer.json()['key']}")
        async with clients.sending():
            await clients.more(1)
            for number in range(kills):
                if number and random.random() < deployment.early:
                    early += 1
                    await asyncio.sleep(random.uniform(0.0, victim.start_s))  # the moment is the test
                else:
                    await victim.ready()
                    await clients.more(1, lambda: victim.ended)
                    await asyncio.sleep(random.uniform(*deployment.lives))
                in_flight += clients.in_flight
                moments.append(time.monotonic())
                victim.kill()
                if number % 2 == 0:
                    torn += tear(deployment.journal)
                found += segments(deployment.journal)
                victim.start()
            await victim.ready()
            await clients.more(LAST)
        aside = 0 if deployment.key else await _settled(server)
    count = count_in(deployment.store, clients, moments)  # all have ended
    return Outcome(
        count,
        kills,
        early,
        in_flight,
        clients.again,
        torn,
        found,
        victim.failures,
        aside,
        dict(clients.answers),
        time.monotonic() - began,
    )


async def _settled(server: Process) -> int:
    async with httpx.AsyncClient(timeout=90) as client:
        return int((await client.get(f"{server.url}/settled")).raise_for_status().json()["aside"])


def tear(journal: Path | None) -> int:
    """Leave behind the last sync what a power cut may: noise, or the beginning of a record; how many files."""
    files = list(journal.glob("*.open")) if journal else []
    for path in files:
        record = encode_record(int(time.time() * 1000), b'{"site":1}', b'{"view":"never sent"}')
        with path.open("ab") as file:
            file.write(random.choice((random.randbytes(200), record))[: random.randrange(1, len(record))])
    return len(files)


def segments(journal: Path | None) -> int:
    """How many segments the next start finds."""
    return sum(1 for path in journal.iterdir() if path.suffix in (".open", ".seg", ".done")) if journal else 0


def run(args: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Outcome] = {}
    for name, kills in (QUICK if args.quick else KILLS).items():
        with tempfile.TemporaryDirectory(prefix="parcours-crash-", ignore_cleanup_errors=True) as folder:
            found[name] = asyncio.run(torment(DEPLOYMENTS[name](Path(folder)), kills))
    wrong = [name for name in OURS if name in found and not found[name].right]
    return {name: outcome.figures() for name, outcome in found.items()} | (
        {"failed": f"{', '.join(wrong)}: what was acknowledged is not stored once"} if wrong else {}
    )
