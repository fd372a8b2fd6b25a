"""What a map costs at 100 M points: compared with PostHog's query, by size, with a segment, on disk, in memory, and in
the browser."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from aggregator.queries.folding import fold_closed_days
from bench.scale_browser import hover_cost, scrolling, seen_after, signed_in
from bench.scale_engine import SEGMENTS, WIDTH, bytes_on_disk, times_of_maps
from bench.scale_pages import CARDS, HOT, LONG, OTHER, SITE, PageSize, page_layout, save_page
from bench.scale_posthog import fill_posthog
from bench.scale_visits import UNTIL, Traffic, fill, fill_long_page
from bench.together import BenchServer, served
from store.client import Store, open_store
from store.migrations import migrate
from store.snapshots import Snapshots

NAME = "scale"
HELP = "maps of a site with 100 million points, against PostHog's table and query (20 min; --points for less)"

POINTS, QUICK = 100_000_000, 1_000_000
SIZE, LONG_SIZE = PageSize(46), PageSize(150)  # 921 elements on 12,600 px; 3,001 on 39,640 px
LONG_POINTS = 120_000
HEAT = "&layer=clicks"  # the layer that is drawn as pictures; the others are boxes on the page
IDLE_SECONDS = 180  # for the engine to merge what was inserted


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Ratios to PostHog's query and between our maps, bytes, MB and seconds, with the targets."""
    traffic = Traffic(args.points or (QUICK if args.quick else POINTS))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "clickhouse"))
        try:
            made = _made(store, traffic)
            engine = times_of_maps(store)
            disk = bytes_on_disk(store)
        finally:
            store.close()
        cores = sorted(os.sched_getaffinity(0))
        with served(Path(folder), cores) as server:
            pages = _in_browser(server, (Path(folder) / "first-run").read_text())
    figures = {"points": traffic.total, **made, "times": engine, "bytes": disk, **pages}
    return {**figures, "targets": _targets(figures)}


def _made(store: Store, traffic: Traffic) -> dict[str, float]:
    """Make the site, its visits and PostHog's table; how long that took."""
    begun = time.monotonic()
    migrate(store)
    snapshots = Snapshots(store)
    for page in (HOT, OTHER):
        save_page(snapshots, page, SIZE)
    save_page(snapshots, LONG, LONG_SIZE)
    fill(store, traffic, {width: page_layout(SIZE, width) for width in CARDS})
    fill_long_page(store, traffic, {width: page_layout(LONG_SIZE, width) for width in CARDS}, LONG_POINTS)
    store.command("DROP TABLE bench_touched")
    _merged(store)
    made = time.monotonic()
    folds = fold_closed_days(store, UNTIL + timedelta(days=3))
    folded = time.monotonic()
    fill_posthog(store, [HOT, OTHER])
    return {
        "of the hottest page": traffic.hot,
        "of another page": traffic.per_page(1),
        "making them, s": made - begun,
        "days of busy pages folded": folds,
        "folding them, s": folded - made,
    }


def _merged(store: Store) -> None:
    """Wait until the engine has merged what it wants to merge, as it has on a server that runs for days."""
    end = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < end and store.rows("SELECT count() AS n FROM system.merges")[0]["n"]:
        time.sleep(1)


def _in_browser(server: BenchServer, first_run: str) -> dict[str, Any]:
    """The hottest page opened with a period nobody asked for yet, then with another filter; and the long page."""
    root = f"http://127.0.0.1:{server.port}"

    def address(page: str, filters: str = "", since: int = 1) -> str:
        return f"{root}/sites/{SITE}/heatmap?page={page}&since=2026-03-{since:02}&until=2026-03-28&width=1366{filters}"

    with signed_in(root, first_run) as context:
        page = context.new_page()
        _forget_peak(server.pid)
        first = [seen_after(page, address(HOT, HEAT, since)) for since in (1, 2, 3)]
        filters = ("&device=desktop", "&device=phone", "&channel=mail", "&country=FR", "&bots=1")
        peak = _peak_memory(server.pid)
        changed = [seen_after(page, address(HOT, HEAT + one)) for one in filters]
        filtered_peak = _peak_memory(server.pid)
        seen_after(page, address(HOT), heat=False)
        hover = hover_cost(page)
        seen_after(page, address(LONG, "&all=1"), heat=False)  # with all elements in the table
        long = {"elements": LONG_SIZE.elements, "height, px": LONG_SIZE.height(WIDTH), **scrolling(page)}
        long |= {f"hover, {name}": value for name, value in hover_cost(page).items()}
    return {
        "peak memory, MB": peak,
        "peak memory with filters, MB": filtered_peak,
        "first picture, s": statistics.median(first),
        "change of filter, s": statistics.median(changed),
        "hover": hover,
        "long page": long,
    }


def _forget_peak(pid: int) -> None:
    """Measure the peak of a process from here on: loading the engine takes more than it keeps (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak_memory(pid: int) -> float:
    """MB (10^6 bytes) resident at the peak."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmHWM:"))


def _targets(figures: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each target with its limit, what was measured, and whether it was met."""
    disk = figures["bytes"]
    ms = {name: one["wall, ms"] for name, one in figures["times"].items()}

    def least(limit: float, measured: float) -> dict[str, Any]:
        return {"limit": f"at least {limit:g}", "measured": measured, "met": measured >= limit}

    def most(limit: float, measured: float) -> dict[str, Any]:
        return {"limit": f"at most {limit:g}", "measured": measured, "met": measured <= limit}

    return {
        "PostHog's query / our whole map, time": least(1.5, ms["PostHog's query"] / ms["whole map"]),
        **{
            f"map, {name} / of everybody, time": most(1.5, ms[f"whole map, {name}"] / ms["whole map"])
            for name in SEGMENTS
        },
        "ten times the points, time": most(1.5, ms["whole map"] / ms["whole map, another page"]),
        "bytes on disk a point": most(20, disk["a point"]),
        "bytes of the folds a point": most(3, disk["folds, a point of the folded pages"]),
        "peak memory, MB": most(450, figures["peak memory, MB"]),
        "peak memory with filters, MB": most(450, figures["peak memory with filters, MB"]),
        "first picture, s": most(1, figures["first picture, s"]),
        "change of filter, s": most(0.5, figures["change of filter, s"]),
        "hover, 95th percentile, ms": most(16, figures["hover"]["95th percentile, ms"]),
        "hover on the long page, 95th percentile, ms": most(16, figures["long page"]["hover, 95th percentile, ms"]),
        "longest task while the long page is scrolled, ms": most(50, figures["long page"]["longest task, ms"]),
    }
