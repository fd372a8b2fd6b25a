"""Since when an element frustrates its visitors: one change in its daily shares (measures/change_points.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregator.measures.change_points import changes_of


@dataclass(frozen=True)
class TroubleSince:
    """From `day` on, the share of the clickers who are hurt is `after`; it was `before`."""

    day: date
    before: float
    after: float


def trouble_since(days: Sequence[tuple[date, int, int]]) -> TroubleSince | None:
    """The day from which on more clickers are hurt than before, of (day, hurt, clickers) in order; None if there is no
    such day: the share has not changed beyond chance, or has fallen, or there is too little before or after. Whoever
    clicks on two days counts on both.

    >>> from datetime import timedelta
    >>> first = date(2026, 11, 1)
    >>> trouble_since([(first + timedelta(n), 2 if n < 5 else 45, 50) for n in range(10)]).day.isoformat()
    '2026-11-06'
    >>> trouble_since([(first + timedelta(n), 45, 50) for n in range(10)]) is None
    True
    """
    found = changes_of({"hurt": [(hurt, of) if of else None for _, hurt, of in days]}, {}).get("hurt")
    if found is None or found.after <= found.before:
        return None
    return TroubleSince(days[found.at][0], found.before, found.after)
