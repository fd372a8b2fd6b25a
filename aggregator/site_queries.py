"""SQL over a whole site: journeys, traffic, frustration. The other half of queries.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from aggregator.columns import Int32, Int64, UInt8, UInt64
from aggregator.queries import PEOPLE
from store.client import Store

PERIOD = "site = {site:UInt32} AND day BETWEEN {since:Date} AND {until:Date} AND " + PEOPLE


def _of_device(device: str) -> tuple[str, dict[str, str]]:
    return (" AND device = {device:String}", {"device": device}) if device else ("", {})


# -- journeys


@dataclass(frozen=True)
class Touches:
    """N views in the order (visitor, time, view); `touchpoint` is 0 where no touchpoint claims the page."""

    visitor: UInt64
    time: Int64  # ms since 1970
    touchpoint: Int32


def read_touches(
    store: Store, site: int, claims: dict[str, int], since: date, until: date, device: str = ""
) -> Touches:
    """The views of a site's visitors; `claims`: page → number of its touchpoint, from 1."""
    of_device, params = _of_device(device)
    c = store.columns(
        "SELECT visitor, time, view, transform(toString(page), {claimed:Array(String)}, {numbers:Array(Int32)}, "
        f"toInt32(0)) AS touchpoint FROM touches WHERE {PERIOD}{of_device} ORDER BY visitor, time, view",
        site=site,
        since=since,
        until=until,
        claimed=list(claims) or [""],
        numbers=list(claims.values()) or [0],
        **params,
    )
    visitor, time, view = c["visitor"], c["time"], c["view"]
    first = np.ones(len(view), bool)
    first[1:] = (view[1:] != view[:-1]) | (visitor[1:] != visitor[:-1])  # a view counts once
    return Touches(visitor[first], time[first], c["touchpoint"][first].astype(np.int32))


def read_page_visitors(store: Store, site: int, since: date, until: date, device: str = "") -> dict[str, int]:
    """Visitors of each page in the period, the busiest first."""
    of_device, params = _of_device(device)
    rows = store.rows(
        f"SELECT page, uniqExact(visitor) AS visitors FROM touches WHERE {PERIOD}{of_device} "
        "GROUP BY page ORDER BY visitors DESC, page",
        site=site,
        since=since,
        until=until,
        **params,
    )
    return {row["page"]: row["visitors"] for row in rows}


# -- frustration


@dataclass(frozen=True)
class Clicks:
    """The clicks that could be dead, or part of a burst: what frustration.py needs, and no more."""

    page: list[str]  # names, in the order of `page_at`
    page_at: Int64
    view: UInt64
    visitor: UInt64
    record: UInt64
    time: Int64
    x: Int32
    y: Int32
    effect: UInt8
    effect_ms: Int32
    button: UInt8
    flags: UInt8


def read_suspect_clicks(
    store: Store, site: int, pages: list[str] | None, since: date, until: date, device: str = ""
) -> Clicks:
    """Clicks of people on these pages (None: all) that had no quick effect, or came in a view with three or more."""
    of_device, params = _of_device(device)
    place = f"kind = 'click' AND {PERIOD}{of_device}"
    values: dict[str, Any] = {"site": site, "since": since, "until": until, **params}
    if pages is not None:
        place += " AND page IN {pages:Array(String)}"
        values["pages"] = pages
    c = store.columns(
        "SELECT toString(page) AS page_name, view, visitor, record, time, page_x, page_y, effect, effect_ms, "
        f"button, flags FROM points WHERE {place} AND (effect = 0 OR effect_ms > 1000 OR view GLOBAL IN "
        f"(SELECT view FROM points WHERE {place} GROUP BY view HAVING count() >= 3))",
        **values,
    )
    names, at = np.unique(c["page_name"].astype(str), return_inverse=True)
    return Clicks(
        page=names.tolist(),
        page_at=at.astype(np.int64),
        view=c["view"],
        visitor=c["visitor"],
        record=c["record"],
        time=c["time"],
        x=c["page_x"],
        y=c["page_y"],
        effect=c["effect"],
        effect_ms=c["effect_ms"].astype(np.int32),
        button=c["button"],
        flags=c["flags"],
    )


def read_record_paths(store: Store, site: int, tags: frozenset[str]) -> tuple[UInt64, list[str]]:
    """(record ids, paths) of the site's elements whose tag is one of these."""
    c = store.columns(
        "SELECT record, any(path) AS its_path FROM elements WHERE site = {site:UInt32} "
        "AND extract(path, '([a-zA-Z0-9-]+)[^>…]*$') IN {tags:Array(String)} GROUP BY record ORDER BY record",
        site=site,
        tags=sorted(tags),
    )
    return c["record"], c["its_path"].tolist()


# -- traffic


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
