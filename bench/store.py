"""What the store costs: reading the points of a page, inserting a segment once and again, saving a snapshot."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from aggregator.queries.points import read_points
from aggregator.shapes.scope import Scope
from bench.heatmap import PAGE, SINCE, UNTIL, WIDTH, fill, page
from bench.load import batch_text
from collector.enrich.enrichment import Enrichment, encode
from store.client import Store, open_store
from store.migrations import migrate
from store.snapshots import Snapshots

NAME = "store"
HELP = "reading a million points, inserting a segment of 4,000 batches, saving a snapshot (1 min)"

BATCHES, TIMES = 4_000, 5
VIEW = "V" * 24


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds, medians of five; CPU in µs per batch."""
    points, batches = (100_000, 400) if args.quick else (1_000_000, BATCHES)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        try:
            migrate(store)
            return _reading(store, points) | _inserting(store, batches)
        finally:
            store.close()


def _reading(store: Store, n: int) -> dict[str, Any]:
    snapshots = Snapshots(store)
    saved = _milliseconds(lambda: page(snapshots), 1) / 4  # the page and its three states
    layout = page(snapshots)
    fill(store, layout, n)
    scope = Scope(1, (PAGE,), "click", SINCE, UNTIL)
    newest = next(one for one in snapshots.list(1) if one.width == WIDTH and not one.state)
    count = "SELECT count() AS n FROM points WHERE site = 1 AND page = {page:String}"
    return {
        "points": n,
        "counting them, ms": _milliseconds(lambda: store.rows(count, page=PAGE)),
        "reading them into numpy, ms": _milliseconds(lambda: read_points(store, scope, (PAGE,))),
        "elements of the snapshot": len(layout.paths),
        "saving the snapshot, ms": saved,
        "reading its layout, ms": _milliseconds(lambda: snapshots.layout(newest.id)),
    }


def _inserting(store: Store, n: int) -> dict[str, Any]:
    segments = [_segment(n, salt) for salt in range(TIMES)]
    cpu = time.process_time()
    new = [_insert(store, segment, f"new-{i}") for i, segment in enumerate(segments)]
    cpu = time.process_time() - cpu
    again = [_insert(store, segment, f"new-{i}") for i, segment in enumerate(segments)]
    one = [_insert(store, _segment(1, TIMES + i), f"one-{i}") for i in range(TIMES)]
    return {
        "batches of the segment": n,
        "segment, MB": len(segments[0]) / 1e6,
        "inserting the segment, ms": statistics.median(new),
        "batches per second": 1000 * n / statistics.median(new),
        "CPU per batch, µs": 1e6 * cpu / (n * TIMES),
        "inserting it again, ms": statistics.median(again),
        "inserting a segment of one batch, ms": statistics.median(one),
    }


def _insert(store: Store, segment: bytes, token: str) -> float:
    return _once(lambda: store.insert_segment(segment, token))


def _segment(n: int, salt: int) -> bytes:
    """Journal lines of `n` batches, each of a view of its own."""
    now = int(time.time() * 1000)
    body = batch_text(now).decode()
    enrichment = Enrichment(
        site=1, page=f"shop.example/{salt}", host="shop.example", visitor="1", device="desktop", browser="Chrome",
        os="Windows", country="FR", channel="search", referrer="www.google.com", source="", medium="", campaign="",
        bot="", excluded=0, shift=0,
    )  # fmt: skip
    x = encode(enrichment).decode()
    lines = (f'{{"r":{now},"x":{x},"b":{body.replace(VIEW, f"{salt:04d}{i:020d}")}}}' for i in range(n))
    return "\n".join(lines).encode() + b"\n"


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _milliseconds(work: Callable[[], object], times: int = TIMES) -> float:
    return statistics.median(_once(work) for _ in range(times))
