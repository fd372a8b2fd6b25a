"""What a journey costs at a million visits, as ratios to a scan of the columns that it reads."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.answers.funnel import FunnelAsked, measure_funnel
from aggregator.answers.journey import claimed_pages, course_of, map_of, measure_journey
from aggregator.answers.paths import ChosenPlace, measure_paths
from aggregator.queries.one_visitor import read_visitor
from aggregator.queries.pages import all_pages
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.walks import Example
from bench.journeys_visits import SINCE, SITE, UNTIL, fill, shop_journey
from parcours.heap import one_heap
from store.client import Store, open_store
from store.journeys import Journey
from store.migrations import migrate
from store.runs import DEFAULT_LIMITS, BoundedRun
from store.segments import Action, Goal, Group, Rule

NAME = "journeys"
HELP = "all figures of a journey over a million visits, as ratios to a scan of its columns (3 min)"

VISITS, QUICK = 1_000_000, 20_000
ROUNDS = 3
NOW = datetime(2026, 4, 2, tzinfo=UTC)
MAIL = Group(rules=(Rule(what="channel", values=("mail",)),))
FUNNEL = FunnelAsked(("p1", "p4", "p8", "p12", "p16"), 30)
MIDDLE = ChosenPlace("touchpoint", "p9")
PAID = Goal(id="paid", site=str(SITE), name="Paid", action=Action(what="saw", page="/page/18"))
# The columns of the two tables that a journey reads, each row once.
_SCAN = (
    "SELECT sum(visitor), sum(toUnixTimestamp64Milli(time)), sum(view), sum(length(page)) FROM {table} "
    "WHERE site = {{site:UInt32}} AND bot = '' AND excluded = 0"
)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Medians of three interleaved rounds in ms, wall and CPU, and the greatest peak of memory; the ratios are those of
    the CPU, which other work on the machine does not lengthen."""
    one_heap()  # as in the server
    visits = args.visits or (QUICK if args.quick else VISITS)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        try:
            migrate(store)
            fill(store, visits)
            return _measured(store, visits)
        finally:
            store.close()


def _measured(store: Store, visits: int) -> dict[str, Any]:
    touches = store.rows("SELECT count() AS n, uniqExact(visitor) AS visitors FROM touches")[0]
    journey, scope = shop_journey(), SiteScope(SITE, SINCE, UNTIL)

    def figures(scope: SiteScope, *goals: Goal) -> Callable[[], object]:
        return lambda: map_of(journey, measure_journey(store, journey, scope, goals, NOW))

    works: Mapping[str, Callable[[], object]] = {
        "scan": lambda: [store.rows(_SCAN.format(table=table), site=SITE) for table in ("touches", "views")],
        "all figures": figures(scope),
        "all figures, with a goal": figures(scope, PAID),
        "all figures, visits from e-mail": figures(replace(scope, segment=MAIL)),
        "funnel of five": lambda: measure_funnel(store, journey, scope, FUNNEL, NOW),
        "funnel of five, one visitor in ten": lambda: measure_funnel(
            store, journey, replace(scope, tenth=True), FUNNEL, NOW
        ),
        "top paths": lambda: measure_paths(store, journey, scope, MIDDLE, NOW),
        "top paths, one visitor in ten": lambda: measure_paths(store, journey, replace(scope, tenth=True), MIDDLE, NOW),
        "all figures, one visitor in ten": figures(replace(scope, tenth=True)),
        "one visitor": _one_visitor(store, journey, scope),
    }
    times = _times(works)
    scan = times["scan"]["CPU, ms"]
    return {
        "visits": visits,
        "touches": int(touches["n"]),
        "visitors": int(touches["visitors"]),
        "times": times,
        "ratios to the scan": {name: one["CPU, ms"] / scan for name, one in times.items() if name != "scan"},
    }


def _one_visitor(store: Store, journey: Journey, scope: SiteScope) -> Callable[[], object]:
    """Reads the touches of the visitor with the most touches."""
    row = store.rows(
        "SELECT visitor, toUnixTimestamp64Milli(min(time)) AS begin FROM touches GROUP BY visitor "
        "ORDER BY count() DESC, visitor LIMIT 1"
    )[0]
    course, claims = course_of(journey), claimed_pages(journey, all_pages(store, SITE))
    one = Example(int(row["visitor"]), int(row["begin"]))
    return lambda: read_visitor(store, scope, course, claims, one)


def _times(works: Mapping[str, Callable[[], object]]) -> dict[str, dict[str, float]]:
    wall: dict[str, list[float]] = {name: [] for name in works}
    cpu: dict[str, list[float]] = {name: [] for name in works}
    peaks = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, work in works.items():
            forget_peak()
            start, used = time.perf_counter(), time.process_time()
            BoundedRun(DEFAULT_LIMITS).call(work)
            wall[name].append((time.perf_counter() - start) * 1000)
            cpu[name].append((time.process_time() - used) * 1000)
            peaks[name] = max(peaks[name], peak_mb())
    return {
        name: {
            "wall, ms": statistics.median(wall[name]),
            "CPU, ms": statistics.median(cpu[name]),
            "peak memory, MB": peaks[name],
        }
        for name in works
    }


def forget_peak() -> None:
    """Begin a new peak of resident memory: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html"""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The peak of resident memory since then, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
