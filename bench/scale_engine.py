"""Times of maps and of PostHog's query in one engine, and the bytes of their tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aggregator.answers.whole_map import whole_map
from aggregator.shapes.scope import Scope
from bench.scale_pages import HOT, OTHER, SITE
from bench.scale_posthog import posthog_map
from bench.scale_visits import SINCE, UNTIL
from store.client import Store
from store.errors import QueryTooLarge, QueryTooLong
from store.runs import DEFAULT_LIMITS, BoundedRun
from store.segments import Group, Rule
from store.snapshots import Snapshots

WIDTH = 1366
ROUNDS = 7
SLOW = 5.0  # s: what takes longer is measured once
SEGMENTS = {
    "views on phones": Rule(what="device", scope="view", values=("phone",)),
    "visits from e-mail": Rule(what="channel", scope="visit", values=("mail",)),
    "visits to another page": Rule(what="saw", scope="visit", values=(OTHER,)),
}


@dataclass
class _Timed:
    """The times of one piece of work, in s; `refused`: why it was not answered within the limits of a question."""

    work: Callable[[], object]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    refused: str = ""

    def once(self) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            BoundedRun(DEFAULT_LIMITS).call(self.work)
        except (QueryTooLong, QueryTooLarge) as error:
            self.refused = str(error)
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    @property
    def is_slow(self) -> bool:
        return bool(self.refused) or self.wall[0] > SLOW

    @property
    def figures(self) -> dict[str, float | str]:
        """Medians in ms without the first round, which found nothing in caches; that one if it is all there is."""
        wall, cpu = (statistics.median(times[1:] or times) * 1000 for times in (self.wall, self.cpu))
        first = {"first, wall, ms": self.wall[0] * 1000, "first, CPU, ms": self.cpu[0] * 1000}
        return {"wall, ms": wall, "CPU, ms": cpu, **first} | ({"refused": self.refused} if self.refused else {})


def map_of(store: Store, page: str, *rules: Rule) -> object:
    """All that the page of a map shows: the grid, the table with shares of those who had an element in view, the
    account."""
    scope = Scope(SITE, (page,), "click", SINCE, UNTIL, segment=Group(rules=rules) if rules else None)
    return whole_map(store, Snapshots(store), scope, WIDTH)


def times_of_maps(store: Store) -> dict[str, dict[str, float | str]]:
    """Each of the works, in interleaved rounds."""
    works: Mapping[str, Callable[[], object]] = {
        "PostHog's query": lambda: posthog_map(store, HOT, SINCE, UNTIL),
        "PostHog's query, another page": lambda: posthog_map(store, OTHER, SINCE, UNTIL),
        "whole map": lambda: map_of(store, HOT),
        "whole map, another page": lambda: map_of(store, OTHER),
        **{f"whole map, {name}": _of_segment(store, rule) for name, rule in SEGMENTS.items()},
    }
    timed = {name: _Timed(work) for name, work in works.items()}
    for round_ in range(1 + ROUNDS):
        for one in timed.values():
            if not round_ or not one.is_slow:
                one.once()
    return {name: one.figures for name, one in timed.items()}


def _of_segment(store: Store, rule: Rule) -> Callable[[], object]:
    return lambda: map_of(store, HOT, rule)


def bytes_on_disk(store: Store) -> dict[str, float]:
    """Bytes a point, of the tables of one row a point and of the folds."""
    rows = store.rows(
        "SELECT table, sum(rows) AS n, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active "
        "AND database = currentDatabase() GROUP BY table"
    )
    found = {row["table"]: row for row in rows}
    folds = sum(found[table]["bytes"] for table in ("folded_days", "folded_records") if table in found)
    folded = "SELECT count() AS n FROM points WHERE page IN (SELECT page FROM folded_days)"
    return {
        "a point": found["points"]["bytes"] / found["points"]["n"],
        "a point in PostHog's table": found["posthog_heatmaps"]["bytes"] / found["posthog_heatmaps"]["n"],
        "folds, a point of the folded pages": folds / max(1, store.rows(folded)[0]["n"]),
    }
