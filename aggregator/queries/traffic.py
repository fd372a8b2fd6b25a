"""Views and visitors of a site by day, page and device."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aggregator.queries.conditions import PERIOD
from store.client import Store


def read_daily(store: Store, site: int, until: date, days: int) -> dict[date, tuple[int, int]]:
    """Day → (views, last ms) for days with views, the last `days` up to `until`."""
    rows = store.rows(
        f"SELECT day, count() AS views, max(time) AS last FROM views FINAL WHERE {PERIOD} GROUP BY day",
        site=site,
        since=until - timedelta(days=days - 1),
        until=until,
    )
    return {row["day"]: (row["views"], int(row["last"])) for row in rows}


def read_last_view(store: Store, site: int) -> int:
    """Time of the last view of anyone, bots and team included, ms; 0 without any."""
    row = store.rows("SELECT max(time) AS last, count() AS n FROM views WHERE site = {site:UInt32}", site=site)[0]
    return int(row["last"]) if row["n"] else 0


def read_page_days(store: Store, site: int, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of page, device, day, views."""
    return store.rows(
        f"SELECT toString(page) AS page_name, toString(device) AS device_name, day, count() AS views "
        f"FROM views FINAL WHERE {PERIOD} GROUP BY page_name, device_name, day",
        site=site,
        since=since,
        until=until,
    )


def read_page_totals(store: Store, site: int, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of page, visitors, views, clicks; the busiest first."""
    return store.rows(
        f"SELECT toString(page) AS page_name, uniqExact(visitor) AS visitors, count() AS views, "
        f"sum(clicks) AS click_total FROM views FINAL WHERE {PERIOD} "
        "GROUP BY page_name ORDER BY visitors DESC, page_name",
        site=site,
        since=since,
        until=until,
    )


def read_page_devices(
    store: Store, site: int, pages: tuple[str, ...] | None, since: date, until: date
) -> list[dict[str, Any]]:
    """Rows of page, device, visitors; all pages as one ('') when `pages` are named."""
    name, of_pages = ("toString(page)", "") if pages is None else ("''", " AND page IN {pages:Array(String)}")
    return store.rows(
        f"SELECT {name} AS page_name, toString(device) AS device_name, uniqExact(visitor) AS visitors "
        f"FROM views FINAL WHERE {PERIOD}{of_pages} GROUP BY page_name, device_name",
        site=site,
        since=since,
        until=until,
        **({} if pages is None else {"pages": list(pages)}),
    )
