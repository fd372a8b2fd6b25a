"""Which events and batches the store already has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collector.backend.records import SEQ, Prepared
from store.client import Store

_EVENTS = """
SELECT DISTINCT view FROM events
WHERE site = {site:UInt32} AND page IN {pages:Array(String)} AND kind = 'custom' AND view IN {views:Array(UInt64)}
"""
_VIEWS = """
SELECT view, max(seq) AS newest FROM views
WHERE site = {site:UInt32} AND page IN {pages:Array(String)} AND view IN {views:Array(UInt64)} GROUP BY view
"""


def stored(store: Store, these: Iterable[Prepared], *, views: bool) -> set[int]:
    """The ids of those that are in the tables. `views`: they are batches, else events. Raises StoreError.

    The table keeps only the last batch of a view. Earlier batches count as stored, so the batches of a view must be
    sent in order.
    """
    by_site: dict[int, list[Prepared]] = {}
    for one in these:
        if one.known_again:
            by_site.setdefault(one.rows, []).append(one)
    found: set[int] = set()
    for site, some in by_site.items():
        newest = _newest(store, site, some, _VIEWS if views else _EVENTS)
        found.update(one.id for one in some if one.seq <= newest.get(one.view, -1))
    return found


def _newest(store: Store, site: int, some: Sequence[Prepared], sql: str) -> dict[int, int]:
    """Hash of the view → number of its last batch."""
    pages, hashes = sorted({one.page for one in some}), sorted({one.view for one in some})
    rows = store.columns(sql, site=site, pages=pages, views=hashes)
    last = rows["newest"].tolist() if "newest" in rows else [SEQ] * len(rows["view"])
    return dict(zip(rows["view"].tolist(), last, strict=True))
