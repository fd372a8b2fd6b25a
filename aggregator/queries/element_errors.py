"""Errors that followed clicks on the elements of a map."""

from __future__ import annotations

from aggregator.queries.conditions import Where
from aggregator.queries.id_lists import bound
from aggregator.queries.used_records import UsedRecords
from aggregator.shapes.troubles import ClickError
from store.client import Store

MOST_ERRORS = 5  # of an element


def read_element_errors(store: Store, where: Where, used: UsedRecords) -> dict[int, tuple[int, tuple[ClickError, ...]]]:
    """Element → visitors with an error after a click on it, and the errors that most of them met."""
    if not len(used.record):
        return {}
    records, of_records = bound("error_record", used.record)
    elements, of_elements = bound("error_element", used.element, "Int32")
    rows = store.rows(
        f"SELECT transform(record, {records}, {elements}, toInt32(-1)) AS element, toString(name) AS error, "
        "uniqExact(visitor) AS people, count() AS n, toUnixTimestamp64Milli(min(time)) AS first, "
        "grouping(error) AS in_all FROM events "
        f"WHERE {where.sql} AND kind = 'error' AND key != 0 GROUP BY GROUPING SETS ((element), (element, error)) "
        "HAVING element >= 0 ORDER BY in_all DESC, people DESC, n DESC, error",
        **where.params,
        **of_records,
        **of_elements,
    )
    visitors = {int(row["element"]): int(row["people"]) for row in rows if row["in_all"]}
    errors: dict[int, list[ClickError]] = {element: [] for element in visitors}
    for row in rows:
        of = errors[int(row["element"])]
        if not row["in_all"] and len(of) < MOST_ERRORS:
            file, _, code = row["error"].rpartition("#")
            of.append(ClickError(file, code, int(row["people"]), int(row["n"]), int(row["first"])))
    return {element: (n, tuple(errors[element])) for element, n in visitors.items()}
