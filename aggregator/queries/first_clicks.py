"""How long after the opening of a page its visitors first clicked an element."""

from __future__ import annotations

from aggregator.queries.conditions import where
from aggregator.queries.id_lists import among
from aggregator.shapes.columns import Int64, UInt64
from aggregator.shapes.scope import Scope
from store.client import Store


def read_first_clicks(store: Store, scope: Scope, pages: tuple[str, ...], records: UInt64) -> Int64:
    """For each visitor with a click on one of the records: ms from the beginning of the view to the first of them."""
    points, views = where(scope, pages, kind=True), where(scope, pages)
    on_element, values = among("record", "first", records)
    c = store.columns(
        "SELECT argMin(ms, at) AS first FROM ("
        "SELECT visitor, at, at - opened AS ms FROM "
        f"(SELECT visitor, view, toUnixTimestamp64Milli(time) AS at FROM {points.points} "
        f"WHERE {points.sql} AND {on_element}) AS clicks INNER JOIN "
        f"(SELECT view, toUnixTimestamp64Milli(time) AS opened FROM views FINAL WHERE {views.sql}) AS opening "
        "USING view) WHERE ms >= 0 GROUP BY visitor",
        **(points.params | views.params | values),
    )
    first: Int64 = c["first"].astype("int64")
    return first
