"""What became of batches, by site and reason, one row per minute: the table `refusals`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from store.client import Store

# Reasons beside the codes of refusals; a share of refusals needs the accepted batches too.
ACCEPTED = "accepted"  # batches, durable
SKIPPED = "skipped"  # of the accepted: they held kinds of events unknown to the collector
NO_SITE = 0  # number of the site under which requests with an unknown key are counted
DAY = 24 * 3_600  # s


@dataclass
class Tally:
    """The count for one site and one reason."""

    count: int = 0
    last_ms: int = 0  # ms since 1970, 0 = never
    example: str = ""  # the last message, scrubbed

    def __add__(self, other: Tally) -> Tally:
        """The sum; the example is that of the later tally."""
        later, earlier = (self, other) if self.last_ms >= other.last_ms else (other, self)
        return Tally(self.count + other.count, later.last_ms, later.example or earlier.example)


def save_tallies(store: Store, tallies: Mapping[tuple[int, str], Tally]) -> None:
    """Store the counts since the last call, by number of the site and reason. Raises StoreError."""
    store.insert(
        "refusals",
        {
            "site": [site for site, _ in tallies],
            "time": [tally.last_ms for tally in tallies.values()],
            "reason": [reason for _, reason in tallies],
            "count": [tally.count for tally in tallies.values()],
            "example": [tally.example for tally in tallies.values()],
        },
    )


def read_tallies(store: Store, site: int, seconds: int = DAY) -> dict[str, Tally]:
    """Reason → the sum of what all collectors saved for a site in the last `seconds`. Raises StoreError."""
    now = int(time.time() * 1000)
    return read_tallies_of(store, site, now - seconds * 1000, now + DAY * 1000)


def read_tallies_of(store: Store, site: int, begin: int, end: int) -> dict[str, Tally]:
    """The same of the time after `begin` until `end` (ms since 1970)."""
    rows = store.rows(
        "SELECT reason, sum(count) AS number, toUnixTimestamp64Milli(max(time)) AS last, "
        "argMaxIf(example, time, example != '') AS words "
        "FROM refusals WHERE site = {site:UInt32} AND time > fromUnixTimestamp64Milli({begin:Int64}, 'UTC') "
        "AND time <= fromUnixTimestamp64Milli({end:Int64}, 'UTC') "
        "GROUP BY reason ORDER BY reason",
        site=site,
        begin=begin,
        end=end,
    )
    return {row["reason"]: Tally(int(row["number"]), int(row["last"]), row["words"]) for row in rows}
