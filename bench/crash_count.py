"""Counts how many of the acknowledged batches are in the tables."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import xxhash

from bench.crash_clients import CLICKS, HOVERS, Clients
from store.client import Store, open_store
from tests.clickhouse_front import running

# Table and condition → rows of one batch there.
ROWS = {
    "points WHERE kind = 'click'": CLICKS,
    "points WHERE kind = 'hover'": HOVERS,
    "touches": 1,
    "views FINAL": 1,
    "scrolls FINAL": 1,
}


@dataclass(frozen=True)
class Count:
    """Numbers of batches. All but `acknowledged` must be 0."""

    acknowledged: int
    lost: int = 0  # acknowledged and in no table
    partial: int = 0  # in some of the tables, or with too few rows
    double: int = 0  # with too many rows
    foreign: int = 0  # never sent
    lost_s: float = 0.0  # the most that one kill took: from the first batch lost to the kill

    @property
    def right(self) -> bool:
        return not (self.lost or self.partial or self.double or self.foreign)


def count_in(folder: Path, clients: Clients, kills: list[float]) -> Count:
    """Open a store that nobody holds any more, and compare. `kills`: when (monotonic s)."""
    with running(folder) as address:
        store = open_store(address)
        try:
            return compare({rows: _by_view(store, rows) for rows in ROWS}, clients, kills)
        finally:
            store.close()


def _by_view(store: Store, rows: str) -> Counter[int]:
    found = store.columns(f"SELECT view, count() AS n FROM {rows} GROUP BY view")
    return Counter(dict(zip(found["view"].tolist(), found["n"].tolist(), strict=True)))


def compare(found: dict[str, Counter[int]], clients: Clients, kills: list[float]) -> Count:
    """`found`: of each of ROWS, hash of the view → rows."""
    names = {xxhash.xxh64_intdigest(view.encode()): view for view in clients.tried}
    seen = set().union(*found.values())
    acknowledged = {hash_ for hash_, view in names.items() if view in clients.acknowledged}
    lost = acknowledged - seen
    ends = [*kills, time.monotonic()]
    gone = (clients.acknowledged[names[hash_]] for hash_ in lost)
    return Count(
        acknowledged=len(acknowledged),
        lost=len(lost),
        partial=sum(any(found[rows][view] < n for rows, n in ROWS.items()) for view in seen),
        double=sum(any(found[rows][view] > n for rows, n in ROWS.items()) for view in seen),
        foreign=len(seen - names.keys()),
        lost_s=max((min(end for end in ends if end >= at) - at for at in gone), default=0.0),
    )
