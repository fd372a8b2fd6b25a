"""Views and visitors of a site by day, page and device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aggregator.queries.conditions import PEOPLE, last_rows, on_pages, selecting, where, where_site
from aggregator.queries.page_groups import groups_of_page
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.traffic import DeviceVisitors, PageDay, PagePart, PageTotal
from store.client import Store
from store.zoned_sql import day_of_row, in_days, ms_ahead


def read_daily(store: Store, scope: SiteScope) -> dict[date, int]:
    """Day → views, for days with views."""
    condition, params = where_site(scope)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT {day} AS local_day, count() AS views FROM views FINAL WHERE {condition} GROUP BY local_day",
        **params,
        **of_day,
    )
    return {row["local_day"]: row["views"] for row in rows}


def read_last_view(store: Store, site: int) -> int:
    """Time of the last view by anyone, bots and team included, ms; 0 without any."""
    row = store.rows("SELECT max(time) AS last, count() AS n FROM views WHERE site = {site:UInt32}", site=site)[0]
    return int(row["last"]) if row["n"] else 0


def read_first_view(store: Store, site: int) -> int | None:
    """Time of the first stored view of a person, ms; None without any."""
    row = store.rows(
        f"SELECT min(time) AS first, count() AS n FROM views WHERE site = {{site:UInt32}} AND {PEOPLE}", site=site
    )[0]
    return int(row["first"]) if row["n"] else None


def count_views(store: Store, scope: SiteScope) -> int:
    """About how many views a scope has: rows that a later batch replaced may count too."""
    condition, params = where_site(scope)
    return int(store.rows(f"SELECT count() AS n FROM views WHERE {condition}", **params)[0]["n"])


def read_bots(store: Store, scope: SiteScope) -> dict[str, int]:
    """Views by the reason for which they count as bots (`store.robots.REASONS`); "" for those of people."""
    days, bounds = in_days(scope.zone, scope.since, scope.until)
    rows = store.rows(
        "SELECT toString(bot) AS reason, count() AS views FROM views FINAL "
        f"WHERE site = {{site:UInt32}} AND excluded = 0 AND {days} GROUP BY reason",
        site=scope.site,
        **bounds,
    )
    return {row["reason"]: int(row["views"]) for row in rows}


def read_tracker_errors(store: Store, scope: SiteScope) -> int:
    """Errors of the tracker in all views: each may have lost an event."""
    condition, params = where_site(scope)
    return int(store.rows(f"SELECT sum(err) AS n FROM views FINAL WHERE {condition}", **params)[0]["n"])


def read_longest_gap(store: Store, scope: SiteScope) -> int:
    """The longest time between two views of people that follow one another, in minutes; 0 with fewer than two."""
    condition, params = where_site(scope)
    rows = store.rows(
        "SELECT arraySort(groupUniqArray(intDiv(toUnixTimestamp64Milli(time), 60000))) AS minutes, "
        "if(length(minutes) < 2, 0, arrayMax(arrayDifference(minutes))) AS gap "
        f"FROM views FINAL WHERE {condition}",
        **params,
    )
    return int(rows[0]["gap"])


def read_clocks(store: Store, scope: SiteScope) -> tuple[int, dict[int, int]]:
    """Views in all, and those at which the visitor's clock showed another time than the zone's, by its minutes ahead of
    UTC. 0 minutes is left out of the second: that is also what rows without a clock have."""
    condition, params = where_site(scope)
    ahead, of_time = ms_ahead(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT timezone AS minutes, count() AS views, countIf(timezone != intDiv({ahead}, 60000)) AS others "
        f"FROM views FINAL WHERE {condition} GROUP BY minutes",
        **params,
        **of_time,
    )
    others = {int(row["minutes"]): int(row["others"]) for row in rows if row["minutes"] and row["others"]}
    return sum(int(row["views"]) for row in rows), others


def read_hours(store: Store, scope: SiteScope) -> list[int]:
    """Views in each of the 24 hours of the day."""
    condition, params = where_site(scope)
    ahead, of_hour = ms_ahead(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT intDiv(toUnixTimestamp64Milli(time) + {ahead}, 3600000) % 24 AS hour, count() AS views "
        f"FROM views FINAL WHERE {condition} GROUP BY hour",
        **params,
        **of_hour,
    )
    views = {int(row["hour"]): int(row["views"]) for row in rows}
    return [views.get(hour, 0) for hour in range(24)]


def read_page_days(store: Store, scope: SiteScope, pages: Sequence[str] | None = None) -> list[PageDay]:
    """Views of each page on each day with views, in no order; `pages`: only of these few."""
    condition, params = _of_pages(scope, pages)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT toString(page) AS page_name, {day} AS local_day, count() AS views "
        f"FROM views FINAL WHERE {condition} GROUP BY page_name, local_day",
        **params,
        **of_day,
    )
    return [PageDay(row["page_name"], row["local_day"], row["views"]) for row in rows]


def read_page_totals(store: Store, scope: SiteScope, part: PagePart) -> list[PageTotal]:
    """The pages with views, the busiest first, or in the order of `part`."""
    condition, params = _found(scope, part)
    limit = f" LIMIT {part.most} OFFSET {part.skipped}" if part.most else ""
    order = {
        "visitors": "visitors DESC",
        "rising": "countIf(day > {middle:Date}) - countIf(day <= {middle:Date}) DESC, visitors DESC",
        "name": "page_name",
    }[part.order]
    rows = store.rows(
        "SELECT toString(page) AS page_name, uniqExact(visitor) AS visitors, count() AS views, "
        f"sum(clicks) AS click_total FROM views FINAL WHERE {condition} "
        f"GROUP BY page_name HAVING visitors >= {part.least_visitors} ORDER BY {order}, page_name{limit}",
        **params,
        **({"middle": scope.since + (scope.until - scope.since) / 2} if part.order == "rising" else {}),
    )
    return [PageTotal(row["page_name"], row["visitors"], row["views"], row["click_total"]) for row in rows]


def read_page_count(store: Store, scope: SiteScope, part: PagePart) -> int:
    """How many pages with views there are, of which `part` selects some."""
    condition, params = _found(scope, part)
    return int(store.rows(f"SELECT uniqExact(page) AS n FROM views FINAL WHERE {condition}", **params)[0]["n"])


def read_visited(store: Store, scope: SiteScope) -> list[str]:
    """The names of all pages with views, the busiest first."""
    condition, params = where_site(scope)
    found = store.columns(
        f"SELECT page FROM views FINAL WHERE {condition} GROUP BY page ORDER BY uniqExact(visitor) DESC, page", **params
    )
    return [str(page) for page in found["page"]]


def read_page_devices(store: Store, scope: SiteScope, pages: Sequence[str] | None = None) -> list[DeviceVisitors]:
    """Visitors of each page by device, in no order; `pages`: only of these few."""
    condition, params = _of_pages(scope, pages)
    return _devices(store, "toString(page)", condition, params)


def read_devices(
    store: Store, scope: SiteScope, pages: tuple[str, ...], patterns: tuple[str, ...]
) -> list[DeviceVisitors]:
    """Visitors of all these pages together by device, in no order; `patterns` resolved to `pages`."""
    condition, params = where_site(scope)
    these, values = on_pages(pages, patterns)
    return _devices(store, "''", f"{condition} AND {these}", params | values)


def read_devices_of_views(store: Store, scope: Scope, pages: tuple[str, ...]) -> list[DeviceVisitors]:
    """The same of a scope whose views were selected before (aggregator/queries/chosen_rows.py)."""
    w = where(scope, pages)
    return _devices(store, "''", w.sql, w.params, last_rows("views", scope))


def read_site_devices(store: Store, scope: SiteScope) -> list[DeviceVisitors]:
    """Visitors of the whole site by device, and of all devices together (`device` "")."""
    condition, params = where_site(scope)
    rows = store.rows(
        "SELECT device_name, uniqExact(visitor) AS visitors FROM views FINAL "
        f"ARRAY JOIN ['', toString(device)] AS device_name WHERE {condition} GROUP BY device_name",
        **params,
    )
    return [DeviceVisitors("", row["device_name"], int(row["visitors"])) for row in rows]


def _of_pages(scope: SiteScope, pages: Sequence[str] | None) -> tuple[str, dict[str, Any]]:
    condition, params = where_site(scope)
    if pages is None:
        return condition, params
    these, values = on_pages(pages)
    return f"{condition} AND {these}", params | values


def _found(scope: SiteScope, part: PagePart) -> tuple[str, dict[str, Any]]:
    condition, params = where_site(scope)
    if part.search:
        # Addresses are stored percent-encoded: `/caf%C3%A9` is found by `café` too.
        found = " OR ".join(
            f"positionCaseInsensitiveUTF8({name}, {{search:String}}) > 0"
            for name in ("page", "decodeURLComponent(page)")
        )
        also = " OR page IN {also:Array(String)}" if part.also else ""
        condition += f" AND ({found}{also})"
        params |= {"search": part.search, "also": list(part.also)}
    if part.within:
        within, values = selecting(part.within, "within")
        condition += f" AND {within}"
        params |= values
    if part.in_none_of:
        groups, values = groups_of_page(part.in_none_of)
        visited, _ = where_site(scope)
        condition += (
            f" AND page GLOBAL IN (SELECT page FROM (SELECT DISTINCT page FROM views WHERE {visited}) "
            f"WHERE empty({groups}))"
        )
        params |= values
    if part.named is not None:
        condition += " AND page IN {named:Array(String)}"
        params["named"] = list(part.named)
    if part.unpictured:
        condition += (
            " AND page GLOBAL NOT IN (SELECT page FROM snapshots WHERE site = {site:UInt32} AND variant = '' "
            "AND state = '')"
        )
    return condition, params


def _devices(
    store: Store, page: str, condition: str, params: dict[str, Any], views: str = "views FINAL"
) -> list[DeviceVisitors]:
    rows = store.rows(
        f"SELECT {page} AS page_name, toString(device) AS device_name, uniqExact(visitor) AS visitors "
        f"FROM {views} WHERE {condition} GROUP BY page_name, device_name",
        **params,
    )
    return [DeviceVisitors(row["page_name"], row["device_name"], int(row["visitors"])) for row in rows]
