"""Which elements of a picture the records of a page were matched to: computed in the background, read by every map."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.linkage.versions import PastLayout, match_versions, standing
from aggregator.queries.records import read_page_records, read_record_times
from store.client import Store
from store.matches import Match, Matches
from store.snapshots import Snapshot, Snapshots

Twins = dict[int, int]  # record → index of its element in the layout, -1 where none was found

MOST_PICTURES = 4  # earlier ones that records may be matched through


def read_twins(store: Store, snapshot: Snapshot) -> Twins:
    """The matches of this picture; empty before it was matched."""
    return Matches(store).of(snapshot.site, snapshot.id, snapshot.page)


def make_twins(
    store: Store,
    snapshots: Snapshots,
    snapshot: Snapshot,
    page: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Match every record of `page` to the picture and store the matches; the number of records."""
    records, last = read_page_records(store, snapshot.site, page)
    if not len(records):
        return 0
    layout = snapshots.layout(snapshot.id)
    unchanged = records.record[standing(records, layout) >= 0]
    older = [PastLayout(one.taken, snapshots.layout(one.id)) for one in snapshots.before(snapshot, MOST_PICTURES)]
    times = read_record_times(store, snapshot.site, page, records, last, unchanged)
    found = match_versions(records, times, layout, older, progress)
    Matches(store).save(snapshot.site, snapshot.id, page, Match(records.record, found.element, found.score))
    return len(records)
