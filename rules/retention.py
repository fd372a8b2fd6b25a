"""How long a site keeps things, in months, as its page of privacy offers them."""

from __future__ import annotations

from collections.abc import Mapping

MONTHS = {1: 30, 6: 183, 13: 396, 25: 760}  # months → days; 25 are the most that the CNIL recommends
KEPT = ("keep_views_days", "keep_events_days", "keep_pictures_days")


def chosen_days(query: Mapping[str, str], stored: Mapping[str, int]) -> dict[str, int]:
    """The days of each limit as chosen in an address, else as stored; 0 is no limit.

    >>> chosen_days({"keep_views_days": "396"}, {"keep_views_days": 0})
    {'keep_views_days': 396}
    """
    offered = {str(days): days for days in (0, *MONTHS.values())}
    return {name: offered.get(query.get(name, ""), days) for name, days in stored.items()}
