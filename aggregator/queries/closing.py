"""Closes days of sites that keep counts only: counts what at least `least` visitors did, and nothing else.

This is the one place where small counts are left out. What it writes is all that is left of a day: no count of fewer
visitors, no id, not even a number of the day, and so every page, picture and file that is made of it has none either.
The rows of an open day are stored where no question looks (store/open_days.py); they are erased after this.

A part of an element's box that fewer visitors pressed counts for the whole box (`WHOLE`), if together enough did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.queries.conditions import PEOPLE
from aggregator.queries.folding import GENTLY, new_fold
from aggregator.queries.folds import RULES, VIEW
from aggregator.queries.point_sql import cell_sql
from aggregator.shapes.cells import WHOLE
from store.client import Store
from store.erasure import TABLES, chunks, erase_rows
from store.open_days import OPEN, open_rows
from store.zones import DAY_MS, days_since_1970

CLOSED = "closed"
ROWS = tuple(table.name for table in TABLES if table.visitor)  # that are of one visitor each
FOLDS = ("folded_records", "folded_days", "day_counts")
_KINDS = ("click", "hover")
_BEGIN = "fromUnixTimestamp64Milli({begin:Int64}, 'UTC')"
_OF_DAY = f"site = {{open:UInt32}} AND day = {{day:Date}} AND {PEOPLE}"
_ENOUGH = "uniqExact(visitor) >= {least:UInt16}"
# What is counted of the views of a day, beside all together and each page.
PROPERTIES = ("device", "browser", "os", "country", "language", "channel", "referrer", "source", "medium", "campaign")


@dataclass(frozen=True)
class ClosingDay:
    """A day of UTC of a site, and the fewest visitors that are counted."""

    site: int
    day: date
    least: int

    @property
    def values(self) -> dict[str, Any]:
        begin = days_since_1970(self.day) * DAY_MS
        return {"site": self.site, "open": open_rows(self.site), "day": self.day, "begin": begin, "least": self.least}


def hide_rows(store: Store, site: int) -> int:
    """Move every row that is stored under the site itself to where the rows of open days are: of a site that has just
    begun to keep counts only. Folds of these rows are erased, as they name visitors. Returns the number of views."""
    views = 0
    for table in (*ROWS, "elements"):
        rows = int(store.rows(f"SELECT count() AS n FROM {table} WHERE site = {{site:UInt32}}{_NEW[table]}",
                              site=site)[0]["n"])  # fmt: skip
        if not rows:
            continue
        views += rows if table == "views" else 0
        store.command(
            f"INSERT INTO {table} SELECT * REPLACE (toUInt32({open_rows(site)}) AS site) FROM (SELECT * FROM {table} "
            f"WHERE site = {{site:UInt32}}{_NEW[table]}){GENTLY}, insert_deduplicate = 0",
            site=site,
        )
        erase_rows(store, table, f"WHERE site = {{site:UInt32}}{_NEW[table]}", site=site)
    for table in ("folded_records", "folded_days"):
        if store.rows(f"SELECT 1 FROM {table} WHERE site = {{site:UInt32}} AND least = 0 LIMIT 1", site=site):
            erase_rows(store, table, "WHERE site = {site:UInt32} AND least = 0", site=site)
    return views


# Elements of closed days have the beginning of a day as their time.
_OF_CLOSED = "toStartOfDay(seen) = seen AND sender = ''"
_NEW = {**dict.fromkeys(ROWS, ""), "elements": f" AND NOT ({_OF_CLOSED})"}


def has_rows(store: Store, site: int) -> bool:
    """Whether rows of single visitors are stored under the site itself, where questions read them."""
    found = " UNION ALL ".join(f"(SELECT 1 FROM {table} WHERE site = {{site:UInt32}} LIMIT 1)" for table in ROWS)
    return bool(store.rows(found, site=site))


def sites_with_open_days(store: Store) -> list[int]:
    """The sites of which rows of open days are stored, in order."""
    tables = " UNION ALL ".join(f"SELECT DISTINCT site FROM {table} WHERE site >= {OPEN}" for table in ROWS)
    rows = store.rows(f"SELECT DISTINCT toUInt32(site - {OPEN}) AS number FROM ({tables}) ORDER BY number")
    return [int(row["number"]) for row in rows]


def days_with_rows(store: Store, site: int, before: date) -> list[date]:
    """The days before this one with rows, in order: open ones, and closed ones for which some came late."""
    tables = " UNION ALL ".join(
        f"SELECT DISTINCT day FROM {table} WHERE site = {{open:UInt32}} AND day < {{before:Date}}" for table in ROWS
    )
    rows = store.rows(f"SELECT DISTINCT day FROM ({tables}) ORDER BY day", open=open_rows(site), before=before)
    return [row["day"] for row in rows]


def closed_days(store: Store, site: int) -> set[date]:
    """The days that were closed."""
    sql = "SELECT DISTINCT day FROM day_counts WHERE site = {site:UInt32} AND what = {what:String}"
    return {row["day"] for row in store.rows(sql, site=site, what=CLOSED)}


@dataclass(frozen=True)
class History:
    """What a site has stored of single visitors: rows in all, views, and days, of which `few` have too few visitors."""

    rows: int
    views: int
    days: int
    few: int


def count_history(store: Store, site: int, least: int) -> History:
    """What is counted and erased when a site begins to keep counts only."""
    tables = " + ".join(f"(SELECT count() FROM {table} WHERE site = {{site:UInt32}})" for table in ROWS)
    rows = int(store.rows(f"SELECT {tables} AS n", site=site)[0]["n"])
    found = store.rows(
        "SELECT sum(n) AS of_views, count() AS days, countIf(who < {least:UInt16}) AS few FROM (SELECT count() AS n, "
        f"uniqExactIf(visitor, {PEOPLE}) AS who FROM views FINAL WHERE site = {{site:UInt32}} GROUP BY day)",
        site=site,
        least=least,
    )[0]
    return History(rows, int(found["of_views"]), int(found["days"]), int(found["few"]))


def count_smaller(store: Store, site: int, least: int) -> int:
    """The number of days that were counted with a smaller `least`."""
    sql = "SELECT uniqExact(day) AS n FROM day_counts WHERE site = {site:UInt32} AND least < {least:UInt16}"
    return int(store.rows(sql, site=site, least=least)[0]["n"])


def forget_smaller(store: Store, site: int, least: int) -> int:
    """Erase the counts that were made with a smaller `least`, as they may be of fewer visitors; the number of days."""
    days = count_smaller(store, site, least)
    for table in FOLDS if days else ():
        where = "WHERE site = {site:UInt32} AND least > 0 AND least < {least:UInt16}"
        erase_rows(store, table, where, site=site, least=least)
    return days


def close_day(store: Store, one: ClosingDay) -> None:
    """Count a day. It counts as closed once all of it is written; what an interrupted attempt wrote is erased first."""
    values = one.values
    for table in FOLDS:
        begun = f"site = {{site:UInt32}} AND day = {{day:Date}}{' AND least > 0' if table != 'day_counts' else ''}"
        if store.rows(f"SELECT 1 FROM {table} WHERE {begun} LIMIT 1", **values):
            erase_rows(store, table, f"WHERE {begun}", site=one.site, day=one.day)
    for kind in _KINDS:
        fold = {**values, "kind": kind, "fold": new_fold()}
        store.command(_records_sql(kind), **fold)
        store.command(_points_sql(), **fold)
    store.command(_views_sql(), **values, kind=VIEW, fold=new_fold())
    store.command(_counts_sql(), **values)
    store.command(_events_sql(), **values)
    store.command(
        f"INSERT INTO day_counts (site, day, time, what, least) SELECT {{site:UInt32}}, {{day:Date}}, {_BEGIN}, "
        f"'{CLOSED}', {{least:UInt16}}",
        **values,
    )


def keep_elements(store: Store, site: int, before_ms: int) -> None:
    """Keep the elements that are counted, with the day on which they were seen last, and erase all others that were
    seen before this time; with them the matches of those that are not kept."""
    values = {"site": site, "open": open_rows(site), "before": before_ms}
    counted = "(page, record) GLOBAL IN (SELECT page, record FROM folded_records WHERE site = {site:UInt32})"
    store.command(
        "INSERT INTO elements (site, page, record, key, path, fp, seen, sender) SELECT {site:UInt32}, page, record, "
        "key, path, fp, toDateTime64(toStartOfDay(seen), 3, 'UTC'), '' FROM elements FINAL "
        f"WHERE site = {{open:UInt32}} AND {counted}{GENTLY}, insert_deduplicate = 0",
        **values,
    )
    erase_rows(
        store,
        "elements",
        "WHERE site = {open:UInt32} AND seen < fromUnixTimestamp64Milli({before:Int64}, 'UTC')",
        open=values["open"],
        before=before_ms,
    )
    found = store.rows(
        "SELECT DISTINCT record FROM matches WHERE site = {site:UInt32} AND record GLOBAL NOT IN "
        "(SELECT record FROM elements WHERE site = {site:UInt32})",
        site=site,
    )
    for some in chunks([int(row["record"]) for row in found]):
        erase_rows(
            store, "matches", "WHERE site = {site:UInt32} AND record IN {some:Array(UInt64)}", site=site, some=some
        )


def coarsen_refusals(store: Store, site: int, before_ms: int) -> None:
    """Add up what was refused before this time by day, without examples: a minute and an address may be of one
    visitor."""
    fine = (
        "site = {site:UInt32} AND time < fromUnixTimestamp64Milli({before:Int64}, 'UTC') "
        "AND (toStartOfDay(time) != time OR example != '')"
    )
    values = {"site": site, "before": before_ms}
    if not store.rows(f"SELECT 1 FROM refusals WHERE {fine} LIMIT 1", **values):
        return
    store.command(
        "INSERT INTO refusals (site, time, reason, count, example) SELECT site, "
        "toDateTime64(toStartOfDay(time), 3, 'UTC') AS at, reason, sum(count), '' "
        f"FROM refusals WHERE {fine} GROUP BY site, at, reason{GENTLY}, insert_deduplicate = 0",
        **values,
    )
    erase_rows(store, "refusals", f"WHERE {fine}", **values)


_NAMED = f"{{site:UInt32}}, page, {{kind:String}}, {{day:Date}}, {_BEGIN}, {{fold:UInt64}}, {{least:UInt16}}"


def _records_sql(kind: str) -> str:
    """The elements that enough visitors used, with the parts of their boxes that enough of them used."""
    points = (
        f"SELECT page, record, key, visitor, toFloat64(weight) AS of_weight, {cell_sql(kind)} AS part FROM points "
        f"WHERE {_OF_DAY} AND kind = {{kind:String}}"
    )
    parts = (
        "SELECT page, record, visitor, of_weight, if(uniqExact(visitor) OVER (PARTITION BY page, record, part) "
        f">= {{least:UInt16}}, part, toUInt32({WHOLE})) AS cell FROM ({points})"
    )
    weights = "groupArray(weighed)" if kind == "hover" else "emptyArrayFloat64()"
    cells = (
        "SELECT page, record, groupArray(cell) AS cells, groupArray(n) AS of_n, "
        f"{weights} AS weights FROM (SELECT page, record, cell, toUInt32(count()) AS n, "
        f"sum(of_weight) AS weighed FROM ({parts}) GROUP BY page, record, cell "
        f"HAVING {_ENOUGH} ORDER BY page, record, cell) GROUP BY page, record"
    )
    used = (
        "SELECT page, record, any(key) AS its_key, uniqExact(visitor) AS who "
        f"FROM ({points}) GROUP BY page, record HAVING {_ENOUGH}"
    )
    return (
        "INSERT INTO folded_records (site, page, kind, day, time, fold, least, record, key, cells, points, weights, "
        f"n_visitors) SELECT {_NAMED}, record, its_key, cells, of_n, weights, toUInt32(who) FROM ({used}) AS used "
        f"INNER JOIN ({cells}) AS of_cells USING (page, record){GENTLY}"
    )


def _points_sql() -> str:
    """The pages of these elements, with the points that are counted, and those of robots."""
    counted = (
        "SELECT page, '' AS reason, sum(arraySum(points)) AS n FROM folded_records "
        "WHERE site = {site:UInt32} AND fold = {fold:UInt64} GROUP BY page"
    )
    robots = (
        "SELECT page, toString(bot) AS reason, count() AS n FROM points WHERE site = {open:UInt32} "
        f"AND day = {{day:Date}} AND kind = {{kind:String}} AND bot != '' GROUP BY page, reason HAVING {_ENOUGH}"
    )
    return (
        "INSERT INTO folded_days (site, page, kind, day, time, fold, least, rules, reasons, excluded, counts) "
        f"SELECT {_NAMED}, {RULES}, groupArray(reason), arrayMap(one -> toUInt8(0), groupArray(reason)), "
        f"groupArray(toUInt64(n)) FROM ({counted} UNION ALL {robots}) GROUP BY page{GENTLY}"
    )


def _views_sql() -> str:
    views = f"views FINAL WHERE {_OF_DAY}"
    size = "bitShiftLeft(toUInt64(viewport_w), 32) + page_h"

    def by(name: str, sql: str, n: str) -> str:
        return (
            f"SELECT page, groupArray({name}) AS {name}s, groupArray(n) AS of_{name} FROM (SELECT page, {sql} AS "
            f"{name}, toUInt32({n}) AS n FROM {views} GROUP BY page, {name} HAVING {_ENOUGH} ORDER BY page, {name}) "
            "GROUP BY page"
        )

    return (
        "INSERT INTO folded_days (site, page, kind, day, time, fold, least, rules, views, cut, visitors, sizes, "
        f"of_size, devices, of_device) SELECT {_NAMED}, {RULES}, n, dropped, who, sizes, of_size, devices, of_device "
        "FROM (SELECT page, count() AS n, sum(cut) AS dropped, uniqExact(visitor) AS who "
        f"FROM {views} GROUP BY page HAVING {_ENOUGH}) AS of_page LEFT JOIN ({by('size', size, 'count()')}) AS by_size "
        f"USING (page) LEFT JOIN ({by('device', 'toString(device)', 'uniqExact(visitor)')}) AS by_device USING (page)"
        f"{GENTLY}"
    )


_COUNTS = "INSERT INTO day_counts (site, day, time, what, page, name, visitors, amount, least)"


def _counts_sql() -> str:
    properties = ", ".join(f"('{name}', '', toString({name}))" for name in PROPERTIES)
    return (
        f"{_COUNTS} SELECT {{site:UInt32}}, {{day:Date}}, {_BEGIN}, one.1, one.2, one.3, "
        "uniqExact(visitor), count(), {least:UInt16} FROM views FINAL ARRAY JOIN "
        f"[('site', '', ''), ('page', toString(page), ''), {properties}] AS one "
        f"WHERE {_OF_DAY} AND (one.1 = 'site' OR one.2 != '' OR one.3 != '') GROUP BY one HAVING {_ENOUGH}{GENTLY}"
    )


def _events_sql() -> str:
    return (
        f"{_COUNTS} SELECT {{site:UInt32}}, {{day:Date}}, {_BEGIN}, 'event', '', name, uniqExact(visitor), count(), "
        f"{{least:UInt16}} FROM events WHERE {_OF_DAY} AND kind = 'custom' GROUP BY name HAVING {_ENOUGH}{GENTLY}"
    )
