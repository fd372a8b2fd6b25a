"""What one collector process has counted for a site since it started, as the viewer and /metrics show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from store.tallies import ACCEPTED, SKIPPED, Tally


@dataclass
class SiteIntake:
    """Batches of one site, counted in memory. Only the collector's counters change one; others get copies."""

    accepted: int = 0  # durable
    duplicates: int = 0  # answered 204 and not stored again
    bots: int = 0  # of the accepted
    clamped: int = 0  # of the accepted: their clock could not be right
    by_old_key: int = 0  # of the accepted: the page's snippet still has an earlier key
    of_tests: int = 0  # of the accepted: sent by loopback pages
    from_backend: int = 0  # of the accepted: sent by the owner's programs (collector/backend)
    last_accepted_ms: int = 0  # ms since 1970, 0 = none yet
    quarantined: int = 0  # rejected by the store for good; they are kept in the journal's quarantine
    skipped: Tally = field(default_factory=Tally)  # of the accepted: they held kinds of events unknown here
    refused: dict[str, Tally] = field(default_factory=dict)  # by code of the refusal
    left_out: dict[str, Tally] = field(default_factory=dict)  # answers in accepted batches, by why they fit no survey
    unsaved: dict[str, Tally] = field(default_factory=dict)  # by reason: not yet in the table `refusals`

    def by_reason(self) -> Iterator[tuple[str, Tally]]:
        """What the table `refusals` keeps."""
        yield ACCEPTED, Tally(self.accepted, self.last_accepted_ms)
        yield SKIPPED, self.skipped
        yield from self.refused.items()
        yield from self.left_out.items()
