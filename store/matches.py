"""Matches: which element of a snapshot's layout each record means."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.client import Store


@dataclass(frozen=True)
class Match:
    """R records of one page on one snapshot: `element` is an index in its layout, -1 where none was found."""

    record: NDArray[np.uint64]
    element: NDArray[np.int32]
    score: NDArray[np.float32]  # nats above one in the number of elements; nan where none was found


class Matches:
    def __init__(self, store: Store) -> None:
        self.store = store

    def save(self, site: int, snapshot: int, page: str, match: Match) -> None:
        """Store matches; later ones of a record replace them."""
        n = len(match.record)
        self.store.insert(
            "matches",
            {
                "site": [site] * n,
                "snapshot": [snapshot] * n,
                "page": [page] * n,
                "record": match.record.tolist(),
                "element": match.element.tolist(),
                "score": np.nan_to_num(match.score, nan=0.0).tolist(),
                "made": [int(time.time() * 1000)] * n,
            },
        )

    def of(self, site: int, snapshot: int, page: str) -> dict[int, int]:
        """Record → element, or -1 where none was found; matches of `page` take precedence over those of other pages."""
        found = self.store.columns(
            "SELECT record, argMax(element, (page = {page:String}, made)) AS at FROM matches "
            "WHERE site = {site:UInt32} AND snapshot = {snapshot:UInt64} GROUP BY record",
            site=site,
            snapshot=snapshot,
            page=page,
        )
        return dict(zip(found["record"].tolist(), found["at"].tolist(), strict=True))

    def unmatched(self) -> list[int]:
        """Snapshots that were never matched: the newest of each page, width, variant and state."""
        rows = self.store.rows(
            "SELECT id FROM (SELECT id, taken, site, page, width, variant, state FROM snapshots "
            "ORDER BY taken DESC, id DESC LIMIT 1 BY site, page, width, variant, state) "
            "WHERE id NOT IN (SELECT DISTINCT snapshot FROM matches) ORDER BY taken DESC"
        )
        return [int(row["id"]) for row in rows]
