"""Folds closed days of busy pages: counts their points by record and cell once, in the engine.

A day is one of UTC: whatever zone a question is in, its period consists of whole days of UTC and parts of two more. A
visitor without consent is seen on one day, so the distinct visitors of a period are the sum of its days' counts.
Visitors with consent, and those whose view went on past midnight, are kept by their ids (docs/aggregator.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aggregator.measures.frustration import EDITABLE, pressed_tag
from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.conditions import PEOPLE
from aggregator.queries.folds import RULES, VIEW
from aggregator.queries.id_lists import among
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, IS_DRAGGED, MAY_BE_DEAD, cell_sql
from aggregator.queries.records import read_record_paths
from store.client import Store
from store.erasure import erase_rows
from store.zones import DAY_MS, days_since_1970, now_ms

WORTH = 2_000  # points of a page on a day, from which folding it saves time
LATEST = 2  # days: a day is folded when the next one is over too, as views go on past midnight
_DAY = "site = {site:UInt32} AND page = {page:String} AND kind = {kind:String} AND day = {day:Date}"
_OTHER_DAYS = "site = {site:UInt32} AND page = {page:String} AND kind = {kind:String} AND day != {day:Date}"
_DAY_OF_VIEWS = "site = {site:UInt32} AND page = {page:String} AND day = {day:Date}"
_OTHER_DAYS_OF_VIEWS = "site = {site:UInt32} AND page = {page:String} AND day != {day:Date}"
_CONSENTED = (
    "SELECT visitor FROM views WHERE site = {site:UInt32} AND page = {page:String} "
    "AND day BETWEEN {day:Date} - 1 AND {day:Date} AND consent = 1"
)


@dataclass(frozen=True)
class DayOfPage:
    """A page's points of a kind on a day of UTC, or (`kind` "view") its views."""

    site: int
    page: str
    kind: str
    day: date


def fold_closed_days(store: Store, today: date, stopping: Callable[[], bool] = lambda: False) -> int:
    """Fold the days that were never folded, or have changed since; the number of them. `today` is a day of UTC."""
    done = 0
    for one in unfolded(store, today):
        if stopping():
            break
        fold(store, one)
        done += 1
    if done:
        forget_old_folds(store)
    return done


def unfolded(store: Store, today: date) -> list[DayOfPage]:
    """The closed days of busy pages whose fold is missing, made by other rules, or of another number of rows."""
    busy = (
        "SELECT site, page, toString(kind) AS kind, day, count() AS n FROM points WHERE day <= {last:Date} "
        f"GROUP BY site, page, kind, day HAVING n >= {WORTH}"
    )
    views = (
        f"SELECT site, page, '{VIEW}' AS kind, day, count() AS n FROM views FINAL WHERE day <= {{last:Date}} "
        f"GROUP BY site, page, day HAVING n >= {WORTH}"
    )
    folded = (
        "SELECT site, page, toString(kind) AS kind, day, argMax(stored, fold) AS stored FROM folded_days "
        f"WHERE rules = {RULES} GROUP BY site, page, kind, day"
    )
    rows = store.rows(
        f"SELECT site, toString(page) AS of_page, kind, day FROM ({busy} UNION ALL {views}) AS busy "
        f"LEFT JOIN ({folded}) AS folded USING (site, page, kind, day) WHERE n != stored ORDER BY day DESC, n DESC",
        last=today - timedelta(days=LATEST),
    )
    return [DayOfPage(row["site"], row["of_page"], row["kind"], row["day"]) for row in rows]


def fold(store: Store, one: DayOfPage) -> None:
    """Count a day. Until it is done, and if it fails, the previous fold counts."""
    values: dict[str, Any] = {
        "site": one.site,
        "page": one.page,
        "kind": one.kind,
        "day": one.day,
        "fold": new_fold(),
        "begin": days_since_1970(one.day) * DAY_MS,
    }
    if one.kind == VIEW:
        store.command(_views_sql(), **values)
        return
    _fold_records(store, one, values)
    store.command(
        f"INSERT INTO folded_days (site, page, kind, day, time, fold, rules, stored, reasons, excluded, counts) "
        f"SELECT {_NAMED}, {RULES}, sum(n), groupArray(reason), groupArray(of_team), groupArray(n) FROM ("
        f"SELECT toString(bot) AS reason, toUInt8(excluded > 0) AS of_team, count() AS n FROM points WHERE {_DAY} "
        f"GROUP BY reason, of_team){_GENTLY}",
        **values,
    )


def forget_old_folds(store: Store) -> None:
    """Erase what later folds of the same days replace."""
    old = (
        "SELECT fold FROM folded_days WHERE (site, page, kind, day, fold) GLOBAL NOT IN "
        "(SELECT site, page, kind, day, max(fold) FROM folded_days GROUP BY site, page, kind, day)"
    )
    folds = [int(row["fold"]) for row in store.rows(old)]
    for start in range(0, len(folds), 1000):
        for table in ("folded_days", "folded_records"):
            erase_rows(store, table, "WHERE fold IN {folds:Array(UInt64)}", folds=folds[start : start + 1000])


# A fold is made beside the answers to questions: it takes its time, and little memory.
_GENTLY = (
    " SETTINGS distributed_foreground_insert = 1, max_threads = 1, max_bytes_before_external_group_by = 100000000, "
    "max_bytes_before_external_sort = 100000000"
)
_NAMED = (
    "{site:UInt32}, {page:String}, {kind:String}, {day:Date}, fromUnixTimestamp64Milli({begin:Int64}, 'UTC'), "
    "{fold:UInt64}"
)


def _views_sql() -> str:
    shared = f"SELECT visitor FROM views WHERE {_OTHER_DAYS_OF_VIEWS} AND {PEOPLE} UNION ALL {_CONSENTED}"
    people = f"SELECT visitor, viewport_w, page_h, cut FROM views FINAL WHERE {_DAY_OF_VIEWS} AND {PEOPLE}"
    return (
        "INSERT INTO folded_days (site, page, kind, day, time, fold, rules, stored, views, cut, visitors, ids, sizes, "
        f"of_size) SELECT {_NAMED}, {RULES}, (SELECT count() FROM views FINAL WHERE {_DAY_OF_VIEWS}), "
        f"(SELECT count() FROM ({people})), (SELECT sum(cut) FROM ({people})), "
        f"(SELECT uniqExact(visitor) FROM ({people}) WHERE visitor GLOBAL NOT IN ({shared})), "
        f"(SELECT groupUniqArray(visitor) FROM ({people}) WHERE visitor GLOBAL IN ({shared})), "
        "groupArray(size), groupArray(n) FROM ("
        "SELECT bitShiftLeft(toUInt64(viewport_w), 32) + page_h AS size, toUInt32(count()) AS n "
        f"FROM ({people}) GROUP BY size ORDER BY size){_GENTLY}"
    )


def _fold_records(store: Store, one: DayOfPage, values: dict[str, Any]) -> None:
    click = one.kind == "click"
    day, cell = f"{_DAY} AND {PEOPLE}", cell_sql(one.kind)
    dead = f"toUInt8({MAY_BE_DEAD})" if click else "toUInt8(0)"
    points = (
        f"SELECT record, key, visitor, {cell} AS cell, toUInt32(1) AS n, toFloat64(weight) AS of_weight, "
        f"toUInt8({IS_DRAGGED}) AS is_dragged, {dead} AS is_dead, toUInt8({IS_DISABLED}) * is_dead AS is_disabled, "
        f"toUInt8(0) AS is_rage FROM points WHERE {day}"
    )
    if click:
        ids, paths = read_record_paths(store, one.site, [one.page], EDITABLE)
        editable = ids[[pressed_tag(path) in EDITABLE for path in paths]] if len(ids) else ids
        on_editable, of_editable = among("record", "editable", editable)
        values |= of_editable
        bursts = bursts_sql(f"{day} AND {BY_HAND} AND NOT {on_editable}", ("record", "key", "visitor", cell))
        record, key, visitor, at = (f"one.{FIRST + n}" for n in range(4))
        points += (
            f" UNION ALL SELECT {record}, {key}, {visitor}, {at}, toUInt32(0), toFloat64(0), toUInt8(0), toUInt8(0), "
            f"toUInt8(0), toUInt8(1) FROM ({bursts})"
        )
    shared = f"SELECT visitor FROM points WHERE {_OTHER_DAYS} AND {PEOPLE} UNION ALL {_CONSENTED}"
    numbered = (
        "SELECT visitor, toUInt32(rowNumberInAllBlocks() + 1) AS number FROM (SELECT DISTINCT visitor FROM points "
        f"WHERE {day} AND visitor GLOBAL NOT IN ({shared}) ORDER BY visitor)"
    )
    marked = "of_dragged + of_dead + of_rage > 0"
    by_cell = (
        "SELECT record, any(key) AS its_key, groupArray(cell) AS cells, groupArray(of_n) AS of_n, "
        f"groupArrayIf(weighed, {'0' if click else '1'}) AS weights, groupArrayIf(cell, {marked}) AS marked, "
        f"groupArrayIf(of_dragged, {marked}) AS drags, groupArrayIf(of_dead, {marked}) AS deads, "
        f"groupArrayIf(of_disabled, {marked}) AS disableds, groupArrayIf(of_rage, {marked}) AS rages FROM ("
        "SELECT record, cell, any(key) AS key, toUInt32(sum(n)) AS of_n, sum(of_weight) AS weighed, "
        "toUInt32(sum(is_dragged)) AS of_dragged, toUInt32(sum(is_dead)) AS of_dead, "
        "toUInt32(sum(is_disabled)) AS of_disabled, toUInt32(sum(is_rage)) AS of_rage "
        f"FROM ({points}) GROUP BY record, cell ORDER BY record, cell) GROUP BY record"
    )
    by_visitor = (
        "SELECT record, groupArrayIf(number, number > 0) AS visitors, "
        "groupArrayIf(flags, number > 0) AS visitor_flags, groupArrayIf(visitor, number = 0) AS ids, "
        "groupArrayIf(flags, number = 0) AS id_flags FROM ("
        "SELECT record, visitor, number, flags FROM ("
        "SELECT record, visitor, toUInt8(max(is_dead) + 2 * max(is_disabled) + 4 * max(is_rage)) AS flags "
        f"FROM ({points}) GROUP BY record, visitor) AS seen LEFT JOIN ({numbered}) AS numbered USING (visitor) "
        "ORDER BY record, number, visitor) GROUP BY record"
    )
    count = "toUInt32(arrayCount(f -> bitAnd(f, {}) > 0, visitor_flags))"
    store.command(
        "INSERT INTO folded_records (site, page, kind, day, time, fold, record, key, cells, points, weights, marked, "
        "dragged, dead, dead_disabled, rage, visitors, visitor_flags, ids, id_flags, n_visitors, n_dead, "
        f"n_dead_disabled, n_rage) SELECT {_NAMED}, record, its_key, cells, of_n, weights, marked, drags, deads, "
        "disableds, rages, visitors, visitor_flags, ids, id_flags, toUInt32(length(visitors)), "
        f"{count.format(1)}, {count.format(2)}, "
        f"{count.format(4)} FROM ({by_cell}) AS by_cell INNER JOIN ({by_visitor}) AS by_visitor USING (record)"
        f"{_GENTLY}",
        **values,
    )


def new_fold() -> int:
    """The id of a new fold, which is greater than all earlier ones."""
    return now_ms() << 12 | secrets.randbits(12)
