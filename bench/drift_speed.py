"""CPU time of the matching, and of a plain numpy comparison of all pairs measured in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import numpy as np

from aggregator.linkage.matching import match_records
from aggregator.shapes.fingerprints import parse
from aggregator.shapes.records import Records, records_of
from bench.drift_capture import Side
from store.layouts import Layout, path_key

REPEATS = 3


def measure(sides: Sequence[tuple[Side, Side]], sizes: Sequence[tuple[int, int]]) -> dict[str, dict[str, float]]:
    """CPU seconds per (records, elements), and as a multiple of the plain comparison. `sides`: (before, after)."""
    figures = {}
    for r, m in sizes:
        before, after = _joined([b for b, _ in sides], m), _joined([a for _, a in sides], m)
        records = _some(before, r)
        taken, plain = [], []
        for _ in range(REPEATS):
            start = time.process_time()
            match_records(records, after)
            taken.append(time.process_time() - start)
            start = time.process_time()
            _plain(records, after)
            plain.append(time.process_time() - start)
        seconds = statistics.median(taken)
        figures[f"{len(records):,} records × {len(after):,} elements"] = {
            "seconds": round(seconds, 2),
            "multiple of a plain comparison": round(seconds / statistics.median(plain), 1),
        }
    return figures


def _plain(records: Records, layout: Layout) -> int:
    ours = np.array([parse(fp).values for fp in records.fps])
    theirs = np.array([parse(fp).values for fp in layout.fps])
    return int((ours[:, None, :] == theirs[None, :, :]).sum(axis=2).max())


def _joined(sides: Sequence[Side], m: int) -> Layout:
    """A page of m elements: the given pages stacked, each in its own block, repeated until there are enough."""
    columns: dict[str, list[object]] = {name: [] for name in sides[0].layout.columns()}
    n = 0
    while len(columns["paths"]) < m:
        layout = sides[n % len(sides)].layout
        n += 1
        start = len(columns["paths"])
        for name, values in layout.columns().items():
            if name in ("parents", "scroller", "control"):
                values = [value + start if value >= 0 else value for value in values]
            if name == "paths":
                values = [f"body>div:{n}{path[path.find('>') :] if '>' in path else ''}" for path in values]
            columns[name] += values
    first = sides[0].layout
    return Layout.of(first.width, first.height, first.viewport_h, {k: v[:m] for k, v in columns.items()})


def _some(layout: Layout, r: int) -> Records:
    which = np.random.default_rng(1).permutation(np.flatnonzero(layout.visible))[:r].tolist()
    paths, fps = [layout.paths[i] for i in which], [layout.fps[i] for i in which]
    ids = np.array([path_key(f"{path} {fp}") for path, fp in zip(paths, fps, strict=True)], np.uint64)
    return records_of(ids, np.array([path_key(path) for path in paths], np.uint64), paths, fps)
