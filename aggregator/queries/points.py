"""The points of a question, and how many it leaves out."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregator.queries.conditions import where
from aggregator.shapes.columns import Float32
from aggregator.shapes.exposure import LeftOut
from aggregator.shapes.points import Points, no_points
from aggregator.shapes.scope import Scope
from store.client import Store


def read_points(store: Store, scope: Scope, pages: tuple[str, ...]) -> Points:
    """The points of a scope, in no particular order."""
    w = where(scope, pages, kind=True)
    c = store.columns(
        "SELECT time, view, visitor, key, record, fx, fy, page_x, page_y, page_w, page_h, viewport_w, weight, "
        f"button, flags, effect, effect_ms FROM points WHERE {w.sql}",
        **w.params,
    )
    if not len(c["view"]):
        return no_points(scope.kind)
    return Points(
        kind=scope.kind,
        view=c["view"],
        visitor=c["visitor"],
        key=c["key"],
        record=c["record"],
        time=c["time"],
        fx=fraction(c["fx"]),
        fy=fraction(c["fy"]),
        page_x=c["page_x"],
        page_y=c["page_y"],
        page_w=c["page_w"].astype(np.int32),
        page_h=c["page_h"].astype(np.int32),
        viewport_w=c["viewport_w"].astype(np.int32),
        weight=c["weight"],
        button=c["button"],
        flags=c["flags"],
        effect=c["effect"],
        effect_ms=c["effect_ms"].astype(np.int32),
    )


def fraction(steps: Any) -> Float32:
    fraction: Float32 = steps.astype(np.float32) / np.float32(10_000)
    return fraction


def read_left_out(store: Store, scope: Scope, pages: tuple[str, ...], table: str = "points") -> LeftOut:
    """How many rows of `points`, `scrolls` or `views` the scope leaves out, and why."""
    w = where(scope, pages, kind=table == "points")
    final = "" if table == "points" else "FINAL"
    rows = store.rows(
        f"SELECT bot AS reason, count() AS n, countIf({w.segment}) AS within, countIf(excluded) AS of_excluded "
        f"FROM {table} {final} WHERE {w.place} GROUP BY reason ORDER BY n DESC, reason",
        **w.params,
    )
    counted = [row for row in rows if scope.bots or not row["reason"]]
    return LeftOut(
        excluded=sum(row["of_excluded"] for row in counted),
        outside=sum(row["n"] - row["of_excluded"] - row["within"] for row in counted),
        bots_by_reason={row["reason"]: row["n"] for row in rows if row not in counted},
        bots_taken_in={row["reason"]: row["within"] for row in counted if row["reason"] and row["within"]},
    )
