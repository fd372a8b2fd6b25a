"""SQL over a whole site: journeys, traffic, frustration. The other half of queries.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import xxhash

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
    store: Store, site: int, claims: Mapping[str, int], since: date, until: date, device: str = ""
) -> Touches:
    """The views of a site's visitors; `claims`: page → number of its touchpoint, from 1."""
    of_device, params = _of_device(device)
    c = store.columns(
        f"SELECT visitor, time, view, xxHash64(page) AS hash FROM touches WHERE {PERIOD}{of_device} "
        "ORDER BY visitor, time, view",
        site=site,
        since=since,
        until=until,
        **params,
    )
    visitor, time, view = c["visitor"], c["time"], c["view"]
    first = np.ones(len(view), bool)
    first[1:] = (view[1:] != view[:-1]) | (visitor[1:] != visitor[:-1])  # a view counts once
    return Touches(visitor[first], time[first], _numbers(c["hash"][first], claims))


def _numbers(hashes: UInt64, of_page: Mapping[str, int]) -> Int32:
    """The number of each page by its hash, 0 for others. A site may have more pages than a query has room for."""
    if not of_page:
        return np.zeros(len(hashes), np.int32)
    known = np.array([xxhash.xxh64_intdigest(page.encode()) for page in of_page], np.uint64)
    order = np.argsort(known)
    known, numbers = known[order], np.array(list(of_page.values()), np.int32)[order]
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, numbers[at], 0).astype(np.int32)


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

    group: Int32  # number of the page's group
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


MOST_NAMED = 500  # pages that a query names; of more it reads all pages, and drops what was not asked


def read_suspect_clicks(
    store: Store, site: int, groups: Mapping[str, int], since: date, until: date, device: str = ""
) -> Clicks:
    """Clicks of people without a quick effect, or in a view with three or more. `groups`: page → number, from 1."""
    of_device, params = _of_device(device)
    place = f"kind = 'click' AND {PERIOD}{of_device}"
    values: dict[str, Any] = {"site": site, "since": since, "until": until, **params}
    if len(groups) <= MOST_NAMED:
        place += " AND page IN {pages:Array(String)}"
        values["pages"] = list(groups)
    c = store.columns(
        "SELECT xxHash64(page) AS hash, view, visitor, record, time, page_x, page_y, effect, effect_ms, "
        f"button, flags FROM points WHERE {place} AND (effect = 0 OR effect_ms > 1000 OR view GLOBAL IN "
        f"(SELECT view FROM points WHERE {place} GROUP BY view HAVING count() >= 3))",
        **values,
    )
    group = _numbers(c["hash"], groups)
    asked = group > 0
    return Clicks(
        group=group[asked],
        view=c["view"][asked],
        visitor=c["visitor"][asked],
        record=c["record"][asked],
        time=c["time"][asked],
        x=c["page_x"][asked],
        y=c["page_y"][asked],
        effect=c["effect"][asked],
        effect_ms=c["effect_ms"][asked].astype(np.int32),
        button=c["button"][asked],
        flags=c["flags"][asked],
    )


def read_record_paths(store: Store, site: int, tags: frozenset[str]) -> tuple[UInt64, list[str]]:
    """(record ids, paths) of the site's elements that are, or by their path lie in, one of these tags."""
    c = store.columns(
        "SELECT record, any(path) AS its_path FROM elements WHERE site = {site:UInt32} "
        "AND hasAny(extractAll(path, '(?:^|>|…)([a-zA-Z0-9-]+)'), {tags:Array(String)}) "
        "GROUP BY record ORDER BY record",
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
