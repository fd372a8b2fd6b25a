"""What the collector of this process has taken in and refused, as the viewer shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Intake:
    """Batches of one site since the process started. `refused` and `examples` by reason."""

    accepted: int
    bots: int  # of the accepted
    by_old_key: int  # of pages whose snippet has a key of before
    of_tests: int  # of loopback pages
    from_backend: int  # sent by the owner's programs
    last_accepted_ms: int  # ms since 1970, 0 = none yet
    quarantined: int  # that the database would not take, ever; they are kept
    refused: dict[str, int]
    examples: dict[str, str]


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
        refused={reason: refusals.count for reason, refusals in counts.refused.items()},
        examples={reason: refusals.example for reason, refusals in counts.refused.items()},
    )
