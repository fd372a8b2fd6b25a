"""What is kept of closed days (aggregator/queries/closing.py), for the answers of sites that keep counts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.queries.closing import CLOSED
from store.client import Store
from store.open_days import open_rows

SITE, PAGE, EVENT = "site", "page", "event"
MOST = 50  # rows of each table


@dataclass(frozen=True)
class CountedDay:
    """A closed day. None: fewer visitors than are counted."""

    day: date
    visitors: int | None
    views: int | None


@dataclass(frozen=True)
class CountedValue:
    """The days of one page, device, event and so on, added up. `amount`: views, or how often an event was sent."""

    name: str
    visitors: int
    amount: int


def read_counted_days(store: Store, site: int, since: date, until: date) -> list[CountedDay]:
    """The closed days in the period, in order."""
    rows = store.rows(
        "SELECT day, sumIf(visitors, what = {all:String}) AS who, sumIf(amount, what = {all:String}) AS views "
        "FROM day_counts WHERE site = {site:UInt32} AND what IN ({all:String}, {closed:String}) "
        "AND day BETWEEN {since:Date} AND {until:Date} GROUP BY day ORDER BY day",
        site=site, since=since, until=until, all=SITE, closed=CLOSED,
    )  # fmt: skip
    return [CountedDay(row["day"], int(row["who"]) or None, int(row["views"]) or None) for row in rows]


def read_counted_values(store: Store, site: int, since: date, until: date) -> dict[str, list[CountedValue]]:
    """`what` → its values, those with most visitors first, at most MOST of each."""
    rows = store.rows(
        "SELECT toString(what) AS of, if(what = {page:String}, toString(page), toString(name)) AS value, "
        "sum(visitors) AS who, sum(amount) AS n FROM day_counts WHERE site = {site:UInt32} "
        "AND what NOT IN ({all:String}, {closed:String}) AND day BETWEEN {since:Date} AND {until:Date} "
        f"GROUP BY of, value ORDER BY of, who DESC, value LIMIT {MOST} BY of",
        site=site, since=since, until=until, page=PAGE, all=SITE, closed=CLOSED,
    )  # fmt: skip
    found: dict[str, list[CountedValue]] = {}
    for row in rows:
        found.setdefault(row["of"], []).append(CountedValue(row["value"], int(row["who"]), int(row["n"])))
    return found


def read_last_hour(store: Store, site: int) -> int:
    """The beginning of the hour of the last view of the open days, ms; 0 if there is none."""
    row = store.rows(
        "SELECT toUnixTimestamp(toStartOfHour(max(time))) AS last, count() AS n FROM views WHERE site = {open:UInt32}",
        open=open_rows(site),
    )[0]
    return int(row["last"]) * 1000 if row["n"] else 0
