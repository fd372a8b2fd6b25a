"""What the collector of this process has taken in, as the viewer shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.tallies import Tally


@dataclass(frozen=True)
class Intake:
    """Batches of one site since the process started."""

    accepted: int
    bots: int  # of the accepted
    by_old_key: int  # of pages whose snippet has a key of before
    of_tests: int  # of loopback pages
    from_backend: int  # sent by the owner's programs
    last_accepted_ms: int  # ms since 1970, 0 = none yet
    quarantined: int  # that the database would not take, ever; they are kept
    unsaved: dict[str, Tally]  # by reason: what the store does not have yet of the last 24 hours (viewer/lately.py)


def intake_of(counts: Any) -> Intake:
    """From the collector's own counters, which this room may not import."""
    return Intake(
        accepted=counts.accepted,
        bots=counts.bots,
        by_old_key=counts.by_old_key,
        of_tests=counts.of_tests,
        from_backend=counts.from_backend,
        last_accepted_ms=counts.last_accepted_ms,
        quarantined=counts.quarantined,
        unsaved=counts.unsaved,
    )
