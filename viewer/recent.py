"""What became of a site's messages in the last 24 hours, in all processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.client import Store
from store.tallies import ACCEPTED, SKIPPED, Tally, read_tallies


@dataclass(frozen=True)
class Recent:
    """Batches of one site. `refused` by reason, the most frequent first."""

    accepted: int
    skipped: Tally  # accepted messages with kinds unknown to the collector; the example names these kinds
    refused: dict[str, Tally]

    @property
    def refused_in_all(self) -> int:
        return sum(tally.count for tally in self.refused.values())

    @property
    def refused_share(self) -> float | None:
        """Share of all messages; None if none were received."""
        total = self.refused_in_all + self.accepted
        return self.refused_in_all / total if total else None


def read_recent(store: Store, site: int, unsaved: Mapping[str, Tally]) -> Recent:
    """The stored counts, plus what this process's collector has counted since it last saved. Raises StoreError."""
    tallies = read_tallies(store, site)
    for reason, tally in unsaved.items():
        tallies[reason] = tallies.get(reason, Tally()) + tally
    accepted, skipped = tallies.pop(ACCEPTED, Tally()), tallies.pop(SKIPPED, Tally())
    return Recent(accepted.count, skipped, dict(sorted(tallies.items(), key=lambda item: -item[1].count)))
