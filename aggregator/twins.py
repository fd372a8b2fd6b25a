"""Where the records of a page stand on a picture: made once in the background, read by every map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aggregator.columns import Int64, UInt64
from aggregator.linkage.versions import Picture, Seen, match_versions, standing
from aggregator.records import Records, records_of
from store.client import Store
from store.matches import Match, Matches
from store.snapshots import Snapshot, Snapshots

Twins = dict[int, int]  # record → index of its element in the layout, -1 where it was looked for in vain

MOST_RECORDS = 10_000  # of a page, the last seen
MOST_PICTURES = 4  # older ones that records may go through


def read_twins(store: Store, snapshot: Snapshot) -> Twins:
    """What the matching has found for this picture; empty before it was made."""
    return Matches(store).of(snapshot.site, snapshot.id, snapshot.page)


def make_twins(
    store: Store,
    snapshots: Snapshots,
    snapshot: Snapshot,
    page: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Match every record of `page` to the picture and keep what was found. How many records that were."""
    records, last = read_page_records(store, snapshot.site, page)
    if not len(records):
        return 0
    layout = snapshots.layout(snapshot.id)
    stands = records.record[standing(records, layout) >= 0]
    older = [Picture(one.taken, snapshots.layout(one.id)) for one in snapshots.before(snapshot, MOST_PICTURES)]
    seen = read_seen(store, snapshot.site, page, records, last, stands)
    found = match_versions(records, seen, layout, older, progress)
    Matches(store).save(snapshot.site, snapshot.id, page, Match(records.record, found.element, found.score))
    return len(records)


def read_page_records(store: Store, site: int, page: str) -> tuple[Records, Int64]:
    """The records of a page, the last seen where there are too many; and when that was, ms since 1970."""
    c = store.columns(
        "SELECT record, any(key) AS its_key, any(path) AS its_path, any(fp) AS its_fp, max(seen) AS last FROM elements "
        "WHERE site = {site:UInt32} AND page = {page:String} GROUP BY record ORDER BY last DESC, record "
        f"LIMIT {MOST_RECORDS}",
        site=site,
        page=page,
    )
    records = records_of(c["record"], c["its_key"], c["its_path"].tolist(), c["its_fp"].tolist())
    return records, c["last"][np.argsort(c["record"])].astype(np.int64)


def read_seen(store: Store, site: int, page: str, records: Records, last_seen: Int64, stands: UInt64) -> Seen:
    """When each record was seen in views that also touched something that does not stand."""
    c = store.columns(
        "SELECT record, min(time) AS first, max(time) AS last, count() AS times FROM points "
        "WHERE site = {site:UInt32} AND page = {page:String} AND view GLOBAL IN ("
        "SELECT view FROM points WHERE site = {site:UInt32} AND page = {page:String} "
        "AND record NOT IN {stands:Array(UInt64)}) GROUP BY record",
        site=site,
        page=page,
        stands=stands.tolist(),
    )
    at = records.locate(c["record"].astype(np.uint64))
    known = at >= 0
    first, last, times = (np.zeros(len(records), np.int64) for _ in range(3))
    first[at[known]], last[at[known]] = c["first"][known], c["last"][known]
    times[at[known]] = c["times"][known]
    # What no point names (an edge of the screen) is told by its record alone.
    alone = (times == 0) & ~np.isin(records.record, stands)
    times[alone] = 1
    first[alone] = last[alone] = last_seen[alone]
    return Seen(first, last, times)
