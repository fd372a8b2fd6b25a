"""Who is exposed to a variant of an experiment: visitors with a view of its pages in this variant and in no other."""

from __future__ import annotations

from typing import Any

from aggregator.queries.conditions import where
from aggregator.queries.goals import Starts
from aggregator.shapes.scope import Scope
from store.client import Store
from store.zoned_sql import day_of_row

MOST_PARTS = 200  # values of a dimension that are read, the most frequent first


def exposed_to(scope: Scope, pages: tuple[str, ...], experiment: str) -> Starts:
    """The exposed visitors from their first view on; the part of each is their variant. `scope` is of all variants."""
    sql, values = _exposed_sql(scope, pages, experiment)
    return Starts(sql, values, scope.zone, scope.since, scope.until, scope.bots)


def read_split_parts(
    store: Store, scope: Scope, pages: tuple[str, ...], experiment: str
) -> list[tuple[str, str, dict[str, int]]]:
    """The exposed visitors by their first view's device, browser, referrer and day: (dimension, value, visitors of each
    variant)."""
    sql, values = _exposed_sql(scope, pages, experiment)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    day = day if day != "day" else "toDate(time)"
    rows = store.rows(
        "SELECT dimension, value, sumMap([part], [n]) AS counts, sum(n) AS total FROM ("
        "SELECT dimension, value, part, count() AS n FROM ("
        f"SELECT part, ['device', 'browser', 'referrer', 'day'] AS dimensions, [device, browser, referrer, "
        f"toString({day})] AS traits FROM (SELECT *, since AS time FROM ({sql}))) "
        "ARRAY JOIN dimensions AS dimension, traits AS value GROUP BY dimension, value, part) "
        f"GROUP BY dimension, value ORDER BY total DESC, value LIMIT {MOST_PARTS} BY dimension",
        **values,
        **of_day,
    )
    return [
        (str(row["dimension"]), str(row["value"]), dict(zip(*map(list, row["counts"]), strict=True))) for row in rows
    ]


def _exposed_sql(scope: Scope, pages: tuple[str, ...], experiment: str) -> tuple[str, dict[str, Any]]:
    w = where(scope, pages)
    firsts = ", ".join(
        f"toString(argMin({name}, (time, view))) AS {name}" for name in ("device", "browser", "referrer")
    )
    # The names of the traits are also those of columns: the inner query keeps them apart from the conditions.
    views = (
        "SELECT visitor, time, view, device, browser, referrer, variants[{of:String}] AS variant "
        f"FROM views FINAL WHERE {w.sql} AND variants[{{of:String}}] != ''"
    )
    sql = (
        f"SELECT visitor, min(time) AS since, any(variant) AS part, {firsts} FROM ({views}) "
        "GROUP BY visitor HAVING uniqExact(variant) = 1"
    )
    return sql, w.params | {"of": experiment}
