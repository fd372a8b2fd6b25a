"""Custom events by name, aggregated in the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator.queries.conditions import PEOPLE, where_site
from aggregator.shapes.events import EventAccount, EventDay, EventPage, EventTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import day_of_row, in_days

CUSTOM = "kind = 'custom'"


def read_event_totals(
    store: Store, scope: SiteScope, most: int, only: Sequence[str] = ()
) -> tuple[list[EventTotals], int]:
    """The names sent most often, and how many names there are. `only`: these names."""
    condition, params = _condition(scope, only)
    rows = store.rows(
        "SELECT name, count() AS people, sum(n) AS times, sum(n * n) AS squares, sum(with_value) AS valued, "
        "sum(total) AS value, quantileExactInclusiveArray(0.5)(all) AS median, count() OVER () AS names FROM ("
        "SELECT toString(name) AS name, visitor, count() AS n, count(value) AS with_value, "
        "ifNull(sum(value), 0.) AS total, groupArrayIf(assumeNotNull(value), isNotNull(value)) AS all FROM ("
        f"SELECT name, visitor, value FROM events WHERE {condition}) GROUP BY name, visitor) "
        f"GROUP BY name ORDER BY times DESC, name LIMIT {most}",
        **params,
    )
    totals = [
        EventTotals(
            name=row["name"],
            times=int(row["times"]),
            visitors=int(row["people"]),
            times_squared=int(row["squares"]),
            valued=int(row["valued"]),
            value=float(row["value"]),
            median=float(row["median"]) if row["valued"] else 0.0,
        )
        for row in rows
    ]
    return totals, int(rows[0]["names"]) if rows else 0


def read_event_days(store: Store, scope: SiteScope, only: Sequence[str]) -> list[EventDay]:
    """How often each of these names was sent on each day on which it was."""
    condition, params = _condition(scope, only)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT toString(name) AS event, {day} AS local_day, count() AS n FROM events WHERE {condition} "
        "GROUP BY event, local_day",
        **params,
        **of_day,
    )
    return [EventDay(row["event"], row["local_day"], int(row["n"])) for row in rows]


def read_event_pages(store: Store, scope: SiteScope, only: Sequence[str], most: int) -> list[EventPage]:
    """The pages on which each of these names was sent most often."""
    condition, params = _condition(scope, only)
    rows = store.rows(
        "SELECT toString(name) AS event, toString(page) AS place, count() AS n, uniqExact(visitor) AS people, "
        f"count() OVER (PARTITION BY event) AS places FROM events WHERE {condition} GROUP BY event, place "
        f"ORDER BY n DESC, place LIMIT {most} BY event",
        **params,
    )
    return [
        EventPage(row["event"], row["place"], int(row["n"]), int(row["people"]), int(row["places"])) for row in rows
    ]


def read_event_senders(store: Store, scope: SiteScope) -> tuple[int, int]:
    """How many visitors there are, and how many of them sent an event. Those without a view count too if they did."""
    condition, params = where_site(scope)
    row = store.rows(
        "SELECT count() AS people, countIf(sent) AS senders FROM (SELECT visitor, max(sends) AS sent FROM ("
        f"SELECT visitor, 0 AS sends FROM views FINAL WHERE {condition} UNION ALL "
        f"SELECT visitor, 1 AS sends FROM events WHERE {condition} AND {CUSTOM}) GROUP BY visitor)",
        **params,
    )[0]
    return int(row["people"]), int(row["senders"])


def read_event_account(store: Store, scope: SiteScope) -> EventAccount:
    """What became of the events that were received."""
    days, _ = in_days(scope.zone, scope.since, scope.until)
    condition, params = where_site(scope)
    row = store.rows(
        "SELECT count() AS received, countIf(bot != '') AS bots, countIf(bot = '' AND excluded > 0) AS own, "
        f"countIf({PEOPLE} AND NOT ({condition})) AS outside, countIf({condition}) AS counted "
        f"FROM events WHERE site = {{site:UInt32}} AND {days} AND {CUSTOM}",
        **params,
    )[0]
    return EventAccount(*(int(row[name]) for name in ("received", "bots", "own", "outside", "counted")))


def _condition(scope: SiteScope, only: Sequence[str]) -> tuple[str, dict[str, Any]]:
    condition, params = where_site(scope)
    if not only:
        return f"{condition} AND {CUSTOM}", params
    return f"{condition} AND {CUSTOM} AND name IN {{event_names:Array(String)}}", params | {"event_names": list(only)}


def was_sent(store: Store, site: int, name: str) -> bool:
    """Whether an event with this name was ever sent."""
    sql = "SELECT 1 FROM events WHERE site = {site:UInt32} AND kind = 'custom' AND name = {name:String} LIMIT 1"
    return bool(store.rows(sql, site=site, name=name))
