"""Durable batches per second, compared with a bare route that keeps nothing. Server and clients have one core each.

Every round runs all cases, every other round in reverse order; figures are medians over the rounds. Read the ratios:
CPU per batch is least affected by other work on the machine. CPU is counted until everything that was acknowledged is
inserted.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from argparse import Namespace
from pathlib import Path
from typing import Any

from bench.load import EVENTS
from bench.naive_collectors import CASES, KEY

NAME = "collect"
HELP = "the collector: durable batches per second and CPU per batch, compared with a bare route (6 min)"
CONNECTIONS = 64
SLOW = {"each": 4}  # connections, where an answer takes a tenth of a second


def run(args: Namespace) -> dict[str, Any]:
    """Measure; `args.quick` for one short round."""
    quick = bool(getattr(args, "quick", False))
    rounds, seconds = (1, 1.0) if quick else (5, 3.0)
    found: dict[str, list[dict[str, float]]] = {case: [] for case in CASES}
    for number in range(rounds):
        for case in CASES if number % 2 == 0 else reversed(CASES):
            found[case].append(measure(case, seconds))

    def median(case: str, figure: str) -> float:
        return statistics.median(one[figure] for one in found[case])

    def ratio(one: str, other: str, figure: str) -> float:
        pairs = zip(found[one], found[other], strict=True)  # of the same round
        if figure == "cpu":
            return statistics.median(b[figure] / a[figure] for a, b in pairs)
        return statistics.median(a[figure] / b[figure] for a, b in pairs)

    pairs = (("decode", "bare"), ("durable", "bare"), ("durable", "decode"), ("whole", "bare"), ("whole", "durable"))
    by_cpu = {f"{a} / {b}": ratio(a, b, "cpu") for a, b in pairs}
    return {
        "events_in_a_batch": EVENTS,
        "rounds": rounds,
        "connections": CONNECTIONS,
        "batches_a_second": {case: median(case, "rate") for case in CASES},
        "cpu_us_a_batch": {case: median(case, "cpu") for case in CASES},
        "p50_ms": {case: median(case, "p50") for case in CASES},
        "p99_ms": {case: median(case, "p99") for case in CASES},
        "peak_memory_mb": {case: median(case, "peak") for case in CASES},
        "ratio_by_cpu": by_cpu,
        "ratio_by_rate": {f"{a} / {b}": ratio(a, b, "rate") for a, b in pairs},
        "aims": {
            "durable / bare by CPU, at least 0.40": by_cpu["durable / bare"],
            "whole / bare by CPU, at least 0.28": by_cpu["whole / bare"],
            "durable / unsynced by rate, at least 0.95": ratio("durable", "unsynced", "rate"),
            "p99 of whole / durable, at most 1.5": ratio("whole", "durable", "p99"),
            "refused, of all cases, none": int(sum(one["others"] for ones in found.values() for one in ones)),
            "acknowledged and not stored, none": int(sum(one["missing"] for one in found["whole"])),
        },
        "whole_against_one_insert_a_batch": {
            "by cpu": ratio("whole", "each", "cpu"),
            "by rate": ratio("whole", "each", "rate"),
        },
        "whole_against_a_buffer_of_5_s": {
            "by cpu": ratio("whole", "buffer", "cpu"),
            "by rate": ratio("whole", "buffer", "rate"),
        },
    }


def measure(case: str, seconds: float) -> dict[str, float]:
    """Start a server, warm it up, measure a run, and count its CPU until everything is inserted."""
    folder = Path(tempfile.mkdtemp(prefix="parcours-bench-"))
    cores = sorted(os.sched_getaffinity(0))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bench.naive_collectors", case, str(folder), str(port), str(cores[0])]
    server = subprocess.Popen(command)
    connections = SLOW.get(case, CONNECTIONS)
    try:
        _wait(port, server)
        warm = _load(port, cores[-1], 0.5, connections)
        before = _ask(port)
        result = _load(port, cores[-1], seconds, connections)
        after = _ask(port)
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    accepted = result["statuses"].get("204", 0)
    whole = accepted + warm["statuses"].get("204", 0)
    return {
        "rate": accepted / result["seconds"],
        "cpu": (after["seconds"] - before["seconds"]) / max(accepted, 1) * 1e6,
        "p50": result["p50"],
        "p99": result["p99"],
        "others": sum(n for status, n in result["statuses"].items() if status != "204"),
        "peak": after["peak"] / 1e6,
        "missing": whole - after["points"] / EVENTS if case == "whole" else 0,
    }


def _load(port: int, core: int, seconds: float, connections: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", str(port), KEY, str(core), str(seconds), str(connections)]
    made: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return made


def _ask(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/cpu", timeout=120) as answer:
        made: dict[str, float] = json.load(answer)
        return made


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            _ask(port)
            return
        except urllib.error.URLError:
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
