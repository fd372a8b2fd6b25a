"""Distinct visitors of folded days: the sums of the days, and who is in more than one of them.

A visitor who was there on several days counts on each of them. So the visitors who may have been are looked at one by
one: their days are subtracted from the sums, and they are counted once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.queries.fold_memory import memory
from aggregator.queries.folds import DEAD, DEAD_DISABLED, RAGE, Folds
from aggregator.queries.id_lists import among
from aggregator.shapes.columns import Int32, Int64, Mask, UInt64
from store.client import Store

KEPT = 1 << 31  # added to the numbers of visitors who are kept by their ids
NO_DAY = "toDate(0)"  # of rows that are in no fold
# Every visitor of a record by a number of the day.
NUMBERS = f"arrayConcat(visitors, arrayMap(n -> n + {KEPT}, others))"
FLAGS = "arrayConcat(visitor_flags, other_flags)"


def returning_sql(folds: Folds, rows: str = "") -> str:
    """The ids of visitors who may be counted on several days; `rows`: a query of the visitors of rows that are read
    beside the folds."""
    again = (
        f"SELECT arrayJoin(arrayFilter((id, again) -> again, ids, id_again)) AS id FROM folded_days WHERE {folds.sql}"
    )
    return f"{again} UNION ALL {rows}" if rows else again


def returning_days_sql(folds: Folds, rows: str = "") -> str:
    """The folded days of these visitors: `day`, `visitor`, `number` and `least` code (0005 and 0007 in store/sql)."""
    return (
        "SELECT day, id AS visitor, number, least FROM folded_days ARRAY JOIN ids AS id, id_seen AS least, "
        f"arrayEnumerate(ids) AS number WHERE {folds.sql} AND id GLOBAL IN ({returning_sql(folds, rows)})"
    )


def returning_uses_sql(folds: Folds, element: str, condition: str, rows: str = "") -> str:
    """The elements that these visitors used on the folded days: `element`, `record`, `flags`, and the columns above.
    `condition`: of the records."""
    return (
        f"SELECT element, record, flags, day, visitor, least FROM (SELECT {element} AS element, record, day, number, "
        "flags FROM folded_records ARRAY JOIN others AS number, other_flags AS flags "
        f"WHERE {folds.sql} AND {condition}) AS used GLOBAL INNER JOIN ({returning_days_sql(folds, rows)}) AS of_day "
        "USING (day, number)"
    )


@dataclass(frozen=True)
class SummedVisitors:
    """Visitors of each folded day added up, i64[M] each by element: in all, with a dead click, with a burst."""

    visitors: Int64
    dead: Int64
    rage: Int64


def read_summed_visitors(
    store: Store, folds: Folds, record: UInt64, element: Int32, judged: Mask, elements: int
) -> SummedVisitors:
    """By element, of the records that count for one: `record` u64[R] → `element` i32[R], and whether it is `judged`."""
    found = SummedVisitors(*(np.zeros(elements, np.int64) for _ in range(3)))
    alone = np.bincount(element, minlength=elements)[element] == 1
    if alone.any():
        these, values = among("record", "record", record[alone])
        c = memory.columns(
            store,
            "SELECT record, sum(n_visitors) AS who, sum(n_dead) AS died, sum(n_dead_disabled) AS stopped, "
            f"sum(n_rage) AS raged FROM folded_records WHERE {folds.sql} AND {these} GROUP BY record",
            **folds.params,
            **values,
        )
        order = np.argsort(record)
        at = order[np.searchsorted(record[order], c["record"])]
        found.visitors[element[at]] += c["who"].astype(np.int64)
        found.dead[element[at]] += np.where(judged[at], c["died"], c["stopped"]).astype(np.int64)
        found.rage[element[at]] += c["raged"].astype(np.int64)
    if not alone.all():
        _add_shared_elements(store, folds, (record[~alone], element[~alone], judged[~alone]), found)
    return found


def _add_shared_elements(
    store: Store, folds: Folds, records: tuple[UInt64, Int32, Mask], found: SummedVisitors
) -> None:
    """Add the elements for which several records count: a visitor may have used more than one of them."""
    record, element, judged = records
    these, values = among("record", "record", record)
    on_judged, of_judged = among("record", "judged", record[judged])
    c = memory.columns(
        store,
        "SELECT element, sum(who) AS of_visitors, sum(died) AS of_dead, sum(raged) AS of_rage FROM ("
        "SELECT transform(record, {of_record:Array(UInt64)}, {of_element:Array(Int32)}, toInt32(-1)) AS element, day, "
        "uniqExact(number) AS who, "
        f"uniqExactIf(number, bitAnd(flags, if({on_judged}, {DEAD}, {DEAD_DISABLED})) > 0) AS died, "
        f"uniqExactIf(number, bitAnd(flags, {RAGE}) > 0) AS raged "
        f"FROM folded_records ARRAY JOIN {NUMBERS} AS number, {FLAGS} AS flags "
        f"WHERE {folds.sql} AND {these} GROUP BY element, day UNION ALL "
        "SELECT transform(record, {of_record:Array(UInt64)}, {of_element:Array(Int32)}, toInt32(-1)) AS element, day, "
        # Of days that have no numbers: whoever used several of the records counts for each of them.
        f"sum(n_visitors), 0, 0 FROM folded_records WHERE {folds.sql} AND {these} AND least > 0 "
        "GROUP BY element, day) GROUP BY element",
        **folds.params,
        **values,
        **of_judged,
        of_record=record.tolist(),
        of_element=element.tolist(),
    )
    at = c["element"]
    found.visitors[at] += c["of_visitors"].astype(np.int64)
    found.dead[at] += c["of_dead"].astype(np.int64)
    found.rage[at] += c["of_rage"].astype(np.int64)
