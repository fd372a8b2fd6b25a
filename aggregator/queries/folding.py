"""Folds closed days of busy pages: counts their points by record and cell once, in the engine.

A day is one of UTC: whatever zone a question is in, its period consists of whole days of UTC and parts of two more. A
visitor without consent is seen on one day, so the distinct visitors of a period are the sum of its days' counts.
Visitors with consent, and those whose view went on past midnight, are also kept by their ids, so that those who were
there on several days can be told (docs/aggregator.md).
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
from aggregator.queries.day_visitors import OF_DAY, POINTS_OF_DAY, visitors_of_points, visitors_of_views
from aggregator.queries.folds import DEAD, DEAD_DISABLED, RAGE, RULES, VIEW
from aggregator.queries.id_lists import among
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, IS_DRAGGED, MAY_BE_DEAD, cell_sql
from aggregator.queries.records import read_record_paths
from aggregator.queries.windows import EDGE_COLUMNS, edges_sql
from store.client import Store
from store.erasure import erase_rows
from store.open_days import OPEN
from store.zones import DAY_MS, days_since_1970, now_ms

WORTH = 2_000  # points of a page on a day, from which folding it saves time
LATEST = 2  # days: a day is folded when the next one is over too, as views go on past midnight
# What a fold counts of the views and scrolls of a day: how many there are, and which batch of each.
_BATCHES = "sum(toUInt64(seq) + 1)"


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
    """The closed days of busy pages whose fold is missing, made by other rules, or of other rows."""
    points = "SELECT site, page, toString(kind) AS kind, day, count() AS n, n AS size FROM points"
    scrolls = f"SELECT site, page, 'click' AS kind, day, {_BATCHES} AS n, 0 AS size FROM scrolls FINAL"
    views = f"SELECT site, page, '{VIEW}' AS kind, day, {_BATCHES} AS n, count() AS size FROM views FINAL"
    closed = f"WHERE day <= {{last:Date}} AND site < {OPEN} GROUP BY site, page, kind, day"
    busy = (
        f"SELECT site, page, kind, day, sum(n) AS n, sum(size) AS size FROM ({points} {closed} UNION ALL "
        f"{scrolls} {closed} UNION ALL {views} {closed}) GROUP BY site, page, kind, day HAVING size >= {WORTH}"
    )
    folded = (
        "SELECT site, page, toString(kind) AS kind, day, argMax(stored, fold) AS stored FROM folded_days "
        f"WHERE rules = {RULES} GROUP BY site, page, kind, day"
    )
    rows = store.rows(
        f"SELECT site, toString(page) AS of_page, kind, day FROM ({busy}) AS busy "
        f"LEFT JOIN ({folded}) AS folded USING (site, page, kind, day) WHERE n != stored ORDER BY day DESC, size DESC",
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
    stored = _stored(store, one, values)
    _fold_records(store, one, values)
    if _stored(store, one, values) == stored:
        store.command(_day_sql(one.kind == "click"), **values, stored=stored)
    else:  # the numbers of the visitors may have changed in between: the next run tries again
        erase_rows(store, "folded_records", "WHERE fold = {fold:UInt64}", fold=values["fold"])


def _stored(store: Store, one: DayOfPage, values: dict[str, Any]) -> int:
    """What `unfolded` compares: it changes with the rows of a day."""
    scrolls = f" + (SELECT {_BATCHES} FROM scrolls FINAL WHERE {OF_DAY})" if one.kind == "click" else ""
    return int(store.rows(f"SELECT count(){scrolls} AS n FROM points WHERE {POINTS_OF_DAY}", **values)[0]["n"])


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
GENTLY = (
    " SETTINGS distributed_foreground_insert = 1, max_threads = 1, max_bytes_before_external_group_by = 100000000, "
    "max_bytes_before_external_sort = 100000000"
)
_NAMED = (
    "{site:UInt32}, {page:String}, {kind:String}, {day:Date}, fromUnixTimestamp64Milli({begin:Int64}, 'UTC'), "
    "{fold:UInt64}"
)


def _views_sql() -> str:
    people = f"SELECT viewport_w, page_h, cut FROM views FINAL WHERE {OF_DAY} AND {PEOPLE}"
    sizes = (
        "SELECT (groupArray(size), groupArray(n), sum(n), sum(of_cut)) FROM ("
        "SELECT bitShiftLeft(toUInt64(viewport_w), 32) + page_h AS size, toUInt32(count()) AS n, sum(cut) AS of_cut "
        f"FROM ({people}) GROUP BY size ORDER BY size)"
    )
    return (
        "INSERT INTO folded_days (site, page, kind, day, time, fold, rules, stored, views, cut, visitors, ids, "
        f"id_again, id_devices, sizes, of_size, devices, of_device) WITH ({sizes}) AS sizes SELECT {_NAMED}, {RULES}, "
        f"(SELECT {_BATCHES} FROM views FINAL WHERE {OF_DAY}), sizes.3, sizes.4, n, kept_ids.1, kept_ids.2, "
        "kept_ids.3, sizes.1, sizes.2, by_device.1, by_device.2 FROM (SELECT count() AS n, "
        "arraySort(groupArrayArrayIf(arrayMap(one -> (visitor, again, one), devices), kept)) AS kept_ids, "
        "sumMap(devices, arrayMap(one -> toUInt32(1), devices)) AS by_device "
        f"FROM ({visitors_of_views()})){GENTLY}"
    )


def _day_sql(click: bool) -> str:
    account = (
        "SELECT (groupArray(reason), groupArray(of_team), groupArray(n)) FROM ("
        "SELECT toString(bot) AS reason, toUInt8(excluded > 0) AS of_team, count() AS n "
        f"FROM points WHERE {POINTS_OF_DAY} GROUP BY reason, of_team)"
    )
    columns = (
        "site, page, kind, day, time, fold, rules, stored, reasons, excluded, counts, ids, id_seen, id_again, "
        "more_ids, more_seen, seen, seen_n, numbered_seen, numbered_n"
    )
    one_each = "sumMapIf([least], [toUInt32(1)], {})"
    edges = ""
    if click:
        columns += "".join(f", edge_{name}s" for name in EDGE_COLUMNS)
        arrays = ", ".join(f"groupArray({name})" for name in EDGE_COLUMNS)
        rows = edges_sql("scrolls FINAL", f"{OF_DAY} AND {PEOPLE}")
        edges = f", (SELECT ({arrays}) FROM (SELECT * FROM ({rows}) ORDER BY place)) AS edges"
    return (
        f"INSERT INTO folded_days ({columns}) WITH ({account}) AS account{edges} SELECT {_NAMED}, {RULES}, "
        "{stored:UInt64}, account.1, account.2, account.3, kept_ids.1, kept_ids.2, kept_ids.3, more.1, more.2, "
        "of_codes.1, of_codes.2, numbered.1, numbered.2"
        f"{''.join(f', edges.{n}' for n in range(1, len(EDGE_COLUMNS) + 1)) if click else ''} FROM (SELECT "
        "arraySort(groupArrayIf((visitor, least, again), kept)) AS kept_ids, "
        "groupArrayArray(arrayMap(code -> (visitor, code), arraySlice(codes, 2))) AS more, "
        f"{one_each.format('least > 0')} AS of_codes, {one_each.format('used AND NOT kept')} AS numbered "
        f"FROM ({visitors_of_points(click)})){GENTLY}"
    )


def _fold_records(store: Store, one: DayOfPage, values: dict[str, Any]) -> None:
    click = one.kind == "click"
    day, cell = f"{POINTS_OF_DAY} AND {PEOPLE}", cell_sql(one.kind)
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
        "SELECT record, groupArrayIf(number, NOT kept) AS numbers, groupArrayIf(flags, NOT kept) AS number_flags, "
        "groupArrayIf(number, kept) AS others, groupArrayIf(flags, kept) AS other_flags, "
        "sumMapIf([least], [toUInt32(1)], least > 0) AS codes, count() AS n_visitors, "
        f"countIf(bitAnd(flags, {DEAD}) > 0) AS n_dead, "
        f"countIf(bitAnd(flags, {DEAD_DISABLED}) > 0) AS n_dead_disabled, "
        f"countIf(bitAnd(flags, {RAGE}) > 0) AS n_rage FROM ("
        "SELECT record, flags, number, kept, least FROM ("
        f"SELECT record, visitor, toUInt8({DEAD} * max(is_dead) + {DEAD_DISABLED} * max(is_disabled) "
        f"+ {RAGE} * max(is_rage)) AS flags FROM ({points}) GROUP BY record, visitor) AS used_by "
        f"INNER JOIN ({visitors_of_points(click)}) AS of_day USING (visitor) ORDER BY record, number) GROUP BY record"
    )
    store.command(
        "INSERT INTO folded_records (site, page, kind, day, time, fold, record, key, cells, points, weights, marked, "
        "dragged, dead, dead_disabled, rage, visitors, visitor_flags, others, other_flags, seen, seen_n, n_visitors, "
        f"n_dead, n_dead_disabled, n_rage) SELECT {_NAMED}, record, its_key, cells, of_n, weights, marked, drags, "
        "deads, disableds, rages, numbers, number_flags, others, other_flags, codes.1, codes.2, n_visitors, n_dead, "
        f"n_dead_disabled, n_rage FROM ({by_cell}) AS by_cell INNER JOIN ({by_visitor}) AS by_visitor USING (record)"
        f"{GENTLY}",
        **values,
    )


def new_fold() -> int:
    """The id of a new fold, which is greater than all earlier ones."""
    return now_ms() << 12 | secrets.randbits(12)
