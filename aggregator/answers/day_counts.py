"""What a site that keeps counts only shows of a period: its closed days, added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.answers.traffic import SHOWN_DAYS, SiteTraffic
from aggregator.queries.day_counts import (
    CountedDay,
    CountedValue,
    read_counted_days,
    read_counted_values,
    read_last_hour,
)
from store.client import Store


@dataclass(frozen=True)
class SiteCounts:
    """`visitors`: the sum of the days, so whoever comes on two days counts twice. `tables`: by page, device, event…"""

    least: int
    days: list[CountedDay]
    visitors: int
    views: int
    tables: dict[str, list[CountedValue]]


def site_counts(store: Store, site: int, since: date, until: date, least: int) -> SiteCounts:
    """The closed days of a period. Nothing of an open day is read."""
    days = read_counted_days(store, site, since, until)
    return SiteCounts(
        least=least,
        days=days,
        visitors=sum(one.visitors or 0 for one in days),
        views=sum(one.views or 0 for one in days),
        tables=read_counted_values(store, site, since, until),
    )


def counted_traffic(store: Store, site: int, today: date) -> SiteTraffic:
    """The last 28 days of a site that keeps counts only. Today is not counted yet; the last view is that of an hour."""
    since = today - timedelta(days=SHOWN_DAYS - 1)
    views = {one.day: one.views or 0 for one in read_counted_days(store, site, since, today)}
    daily = [views.get(since + timedelta(days=n), 0) for n in range(SHOWN_DAYS)]
    return SiteTraffic(0, sum(daily), read_last_hour(store, site), daily, 0)
