"""Batches that arrived recently, so that repeats are recognised after a restart."""

from __future__ import annotations

from collections.abc import Iterator

from store.client import Store

MOST = 200_000  # rows


def recent_batches(store: Store) -> Iterator[tuple[int, int, int]]:
    """(site, hash of the view, seq) of the views that began in the last hour. Raises StoreError."""
    rows = store.columns(f"SELECT site, view, seq FROM views WHERE time > now() - INTERVAL 1 HOUR LIMIT {MOST}")
    return zip(rows["site"].tolist(), rows["view"].tolist(), rows["seq"].tolist(), strict=True)
