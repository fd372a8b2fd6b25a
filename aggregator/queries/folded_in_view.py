"""What the visitors of folded days had in view (the codes of store/sql/0007_folded_exposure.sql)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from aggregator.measures.in_view import ALL_BANDS, Middles, SeenBands
from aggregator.queries.day_visitors import WIDTH_SHIFT
from aggregator.queries.fold_memory import memory
from aggregator.queries.folded_visitors import KEPT, NUMBERS, returning_days_sql, returning_uses_sql
from aggregator.queries.folds import Folds
from aggregator.queries.id_lists import among, bound
from aggregator.queries.used_records import UsedRecords, element_of_point
from aggregator.shapes.columns import Int64, UInt64
from store.client import Store


@dataclass(frozen=True)
class FoldedInView:
    """Folded days, and the query of the visitors of rows that are read beside them ("" if none are), with all bound
    values."""

    folds: Folds
    rows: str
    params: dict[str, Any]
    places: Middles
    used: UsedRecords


def read_summed_bands(store: Store, asked: FoldedInView) -> SeenBands:
    """The visitors of each day added up, less those who may be there on several days, by what they had in view."""
    read = store.columns if asked.rows else partial(memory.columns, store)
    c = read(
        "SELECT code, sum(n) AS of_n FROM (SELECT code, toInt64(n) AS n FROM folded_days "
        f"ARRAY JOIN seen AS code, seen_n AS n WHERE {asked.folds.sql} UNION ALL "
        f"SELECT least, -1 FROM ({returning_days_sql(asked.folds, asked.rows)}) WHERE least > 0) GROUP BY code",
        **asked.params,
    )
    code, n = c["code"], c["of_n"].astype(np.int64)
    bands = np.zeros((len(code), len(asked.places.bands)), np.uint32)
    bands[np.arange(len(code)), _arrangement(code, asked.places)] = code & np.uint64(ALL_BANDS)
    return SeenBands(bands, n, np.full(len(n), -1, np.int32))


def _arrangement(code: UInt64, places: Middles) -> Int64:
    order = np.argsort(places.width)
    at = np.searchsorted(places.width[order], (code >> np.uint64(WIDTH_SHIFT)).astype(np.int64))
    return places.arrangement[order[at]].astype(np.int64)


def read_returning_users(store: Store, asked: FoldedInView) -> Int64:
    """Where no row is read: of the users who may be there on several days and had an element in view, what is to be
    added to the sums of the days, i64[M]."""
    these, of_these = among("record", "these", asked.used.record)
    element, of_element = element_of_point(asked.used)
    places, of_places = _places_sql(asked.places)
    had, of_had = _had_sql(asked.places)
    numbers = range(len(asked.places.bands))
    arrangement, _ = _arrangement_sql(asked.places)
    codes = (
        f"SELECT visitor, day, number, least AS code FROM ({returning_days_sql(asked.folds)}) UNION ALL "
        f"SELECT id, day, toUInt32(0), code FROM folded_days ARRAY JOIN more_ids AS id, more_seen AS code "
        f"WHERE {asked.folds.sql}"
    )
    visitors = (
        "SELECT visitor, groupArrayIf((day, number, code), number > 0) AS days, "
        + ", ".join(f"groupBitOrIf(bitAnd(code, {ALL_BANDS}), {arrangement} = {k}) AS seen{k}" for k in numbers)
        + f" FROM ({codes}) GROUP BY visitor"
    )
    seen = ", ".join(f"seen{k}" for k in numbers)
    uses = (
        f"SELECT element, visitor, day, code, {seen}, {places} FROM (SELECT {element} AS element, day, number "
        f"FROM folded_records ARRAY JOIN others AS number WHERE {asked.folds.sql} AND {these}) AS used "
        f"GLOBAL INNER JOIN (SELECT visitor, one.1 AS day, one.2 AS number, one.3 AS code, {seen} "
        f"FROM ({visitors}) ARRAY JOIN days AS one) AS of_day USING (day, number)"
    )
    ever = " OR ".join(f"bitAnd(seen{k}, place{k}) > 0" for k in numbers)
    c = memory.columns(
        store,
        f"SELECT element, toInt64(uniqExactIf(visitor, {ever})) - uniqExactIf((visitor, day), {had}) AS users "
        f"FROM ({uses}) GROUP BY element",
        **asked.folds.params | of_these | of_element | of_places | of_had,
    )
    return np.bincount(c["element"], c["users"], asked.places.bands.shape[1]).astype(np.int64)


def read_summed_users(store: Store, asked: FoldedInView) -> Int64:
    """The users of each element who had it in view, i64[M]: those of each day added up; less those who may be there on
    several days, if rows are read too."""
    element, record = asked.used.element, asked.used.record
    users = np.zeros(asked.places.bands.shape[1], np.int64)
    alone = np.bincount(element, minlength=1)[element] == 1
    for which, read in ((alone, _of_records), (~alone, _of_shared)):
        if which.any():
            some = UsedRecords(record[which], element[which])
            found, n = read(store, asked, some)
            users[found] += n
            if asked.rows:
                found, n = _of_returning(store, asked, some)
                users[found] -= n
    return users


def _of_records(store: Store, asked: FoldedInView, used: UsedRecords) -> tuple[Int64, Int64]:
    """Of elements with one record each."""
    these, of_these = among("record", "these", used.record)
    element, of_element = element_of_point(used)
    places, of_places = _places_sql(asked.places)
    had, of_had = _had_sql(asked.places)
    c = memory.columns(
        store,
        f"SELECT element, sum(n) AS users FROM (SELECT {element} AS element, {places}, seen, seen_n "
        f"FROM folded_records WHERE {asked.folds.sql} AND {these}) ARRAY JOIN seen AS code, seen_n AS n "
        f"WHERE {had} GROUP BY element",
        **asked.folds.params | of_these | of_element | of_places | of_had,
    )
    return c["element"].astype(np.int64), c["users"].astype(np.int64)


def _of_shared(store: Store, asked: FoldedInView, used: UsedRecords) -> tuple[Int64, Int64]:
    """Of elements with several records: a visitor may have used more than one of them on a day."""
    these, of_these = among("record", "these", used.record)
    element, of_element = element_of_point(used)
    places, of_places = _places_sql(asked.places)
    had, of_had = _had_sql(asked.places)
    first = "arrayMap((total, n) -> total - n + 1, arrayCumSum(numbered_n), numbered_n)"
    codes = (
        f"SELECT day, toUInt64(from_number) AS number, code FROM folded_days ARRAY JOIN numbered_seen AS code, "
        f"{first} AS from_number WHERE {asked.folds.sql} UNION ALL SELECT day, toUInt64(place + {KEPT}), code "
        f"FROM folded_days ARRAY JOIN id_seen AS code, arrayEnumerate(ids) AS place WHERE {asked.folds.sql}"
    )
    uses = (
        f"SELECT DISTINCT {element} AS element, day, toUInt64(one) AS number FROM folded_records "
        f"ARRAY JOIN {NUMBERS} AS one WHERE {asked.folds.sql} AND {these}"
    )
    c = memory.columns(
        store,
        f"SELECT element, count() AS users FROM (SELECT element, code, {places} FROM ({uses}) AS uses "
        f"GLOBAL ASOF INNER JOIN ({codes}) AS codes ON uses.day = codes.day AND uses.number >= codes.number) "
        f"WHERE {had} GROUP BY element",
        **asked.folds.params | of_these | of_element | of_places | of_had,
    )
    return c["element"].astype(np.int64), c["users"].astype(np.int64)


def _of_returning(store: Store, asked: FoldedInView, used: UsedRecords) -> tuple[Int64, Int64]:
    """Of the visitors who may be there on several days, once for each day."""
    these, of_these = among("record", "these", used.record)
    element, of_element = element_of_point(used)
    places, of_places = _places_sql(asked.places)
    had, of_had = _had_sql(asked.places)
    uses = returning_uses_sql(asked.folds, element, these, asked.rows)
    c = store.columns(
        "SELECT element, uniqExact((visitor, day)) AS users FROM ("
        f"SELECT element, visitor, day, least AS code, {places} FROM ({uses})) WHERE {had} GROUP BY element",
        **asked.params | of_these | of_element | of_places | of_had,
    )
    return c["element"].astype(np.int64), c["users"].astype(np.int64)


def returning_sql(asked: FoldedInView) -> tuple[str, str, dict[str, Any]]:
    """(elements used by visitors who may be there on several days: `visitor`, `element`; what they had in view:
    `visitor`, `bits`, `arrangement`; bound values)."""
    folds, used = asked.folds, asked.used
    these, of_these = among("record", "these", used.record)
    element, of_element = element_of_point(used)
    uses = f"SELECT visitor, element FROM ({returning_uses_sql(folds, element, these, asked.rows)})"
    codes = (
        f"SELECT visitor, least AS code FROM ({returning_days_sql(folds, asked.rows)}) WHERE least > 0 UNION ALL "
        f"SELECT id, code FROM folded_days ARRAY JOIN more_ids AS id, more_seen AS code WHERE {folds.sql}"
    )
    arrangement, of_arrangement = _arrangement_sql(asked.places)
    seen = f"SELECT visitor, toUInt32(bitAnd(code, {ALL_BANDS})) AS bits, {arrangement} AS arrangement FROM ({codes})"
    return uses, seen, asked.params | of_these | of_element | of_arrangement


def _arrangement_sql(places: Middles) -> tuple[str, dict[str, Any]]:
    """The arrangement of the page in windows of the width of `code`."""
    sql = (
        f"transform(toUInt16(bitShiftRight(code, {WIDTH_SHIFT})), {{widths:Array(UInt16)}}, "
        "{arrangements:Array(UInt8)}, toUInt8(255))"
    )
    return sql, {"widths": places.width.tolist(), "arrangements": places.arrangement.tolist()}


def _places_sql(places: Middles) -> tuple[str, dict[str, Any]]:
    """Columns with the twentieths in which `element` has its middle, one for each arrangement."""
    columns, values = [], dict[str, Any]()
    for k, bands in enumerate(places.bands):
        of_element, bounds = bound(f"bands{k}_of", bands, "UInt32")
        columns.append(f"{of_element}[element + 1] AS place{k}")
        values |= bounds
    return ", ".join(columns), values


def _had_sql(places: Middles) -> tuple[str, dict[str, Any]]:
    """Whether a visitor with this `code` had the element of these columns in view."""
    arrangement, values = _arrangement_sql(places)
    cases = "".join(f"{arrangement} = {k}, place{k}, " for k in range(len(places.bands)))
    return f"bitAnd(code, multiIf({cases}toUInt32(0))) > 0", values
