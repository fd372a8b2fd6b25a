"""How long after the opening of a page its visitors first clicked an element."""

from __future__ import annotations

from aggregator.queries.conditions import where
from aggregator.shapes.columns import Int64, UInt64
from aggregator.shapes.scope import Scope
from store.client import Store

AT_ONCE = 2_000  # records in one bound value


def read_first_clicks(store: Store, scope: Scope, pages: tuple[str, ...], records: UInt64) -> Int64:
    """For each visitor with a click on one of the records: ms from the beginning of the view to the first of them."""
    points, views = where(scope, pages, kind=True), where(scope, pages)
    pieces = {f"first{n}": records[n : n + AT_ONCE].tolist() for n in range(0, len(records), AT_ONCE)}
    among = " OR ".join(f"record IN {{{name}:Array(UInt64)}}" for name in pieces) or "0"
    c = store.columns(
        "SELECT argMin(ms, at) AS first FROM ("
        "SELECT visitor, at, at - opened AS ms FROM "
        f"(SELECT visitor, view, toUnixTimestamp64Milli(time) AS at FROM points WHERE {points.sql} AND ({among})) "
        "AS clicks INNER JOIN "
        f"(SELECT view, toUnixTimestamp64Milli(time) AS opened FROM views FINAL WHERE {views.sql}) AS opening "
        "USING view) WHERE ms >= 0 GROUP BY visitor",
        **(points.params | views.params | pieces),
    )
    first: Int64 = c["first"].astype("int64")
    return first
