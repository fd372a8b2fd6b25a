"""The points of a question, and how many it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aggregator.queries.conditions import Condition, Where, all_points, where
from aggregator.queries.folds import NO_POINTS, FoldedPoints
from aggregator.queries.point_sql import cell_sql
from aggregator.shapes.columns import Float32, UInt32
from aggregator.shapes.exposure import LeftOut
from aggregator.shapes.points import Points, no_points
from aggregator.shapes.scope import ChosenRows, Scope
from store.client import Store
from store.zones import DAY_MS

HOUR_MS = DAY_MS // 24


BLOCK = 200_000  # points at once, if no hour has more


@dataclass(frozen=True)
class Block:
    """Some points, and the `cell` u32[N] of each."""

    points: Points
    cell: UInt32


def read_points_in_blocks(store: Store, kind: str, within: Where, most: int = BLOCK) -> Iterator[Block]:
    """The points of a condition by time, then view. A block has at most `most` points, or those of an hour."""
    for first, last in _hours(store, within, most):
        yield _read_block(
            store,
            kind,
            within.only(
                Condition(
                    "time >= fromUnixTimestamp64Milli({block_from:Int64}, 'UTC') "
                    "AND time < fromUnixTimestamp64Milli({block_to:Int64}, 'UTC')",
                    {"block_from": first * HOUR_MS, "block_to": (last + 1) * HOUR_MS},
                )
            ),
        )


def _hours(store: Store, within: Where, most: int) -> list[tuple[int, int]]:
    """First and last hour since 1970 of each block."""
    rows = store.rows(
        f"SELECT intDiv(toUnixTimestamp64Milli(time), {HOUR_MS}) AS hour, count() AS n FROM {within.points} "
        f"WHERE {within.sql} GROUP BY hour ORDER BY hour",
        **within.params,
    )
    blocks: list[tuple[int, int]] = []
    held = most
    for row in rows:
        if held + row["n"] > most:
            blocks.append((row["hour"], row["hour"]))
            held = 0
        blocks[-1] = (blocks[-1][0], row["hour"])
        held += row["n"]
    return blocks


def read_points(store: Store, scope: Scope, pages: tuple[str, ...]) -> Points:
    """All points of a scope at once: for the few of a test or of a measurement. In no particular order."""
    return _read_block(store, scope.kind, where(scope, pages, kind=True)).points


def read_view_points(store: Store, scope: Scope, pages: tuple[str, ...], views: Sequence[int]) -> Points:
    """The points of a scope in these views, by time: for the few of one visitor."""
    among = Condition("view IN {of_views:Array(UInt64)}", {"of_views": list(views)})
    return _read_block(store, scope.kind, where(scope, pages, kind=True).only(among)).points


def _read_block(store: Store, kind: str, w: Where) -> Block:
    c = store.columns(
        "SELECT time, view, visitor, key, record, fx, fy, page_x, page_y, page_w, page_h, viewport_w, weight, "
        f"button, flags, effect, effect_ms, {cell_sql(kind)} AS cell FROM {w.points} WHERE {w.sql} ORDER BY time, view",
        **w.params,
    )
    if not len(c["view"]):
        return Block(no_points(kind), np.zeros(0, np.uint32))
    points = Points(
        kind=kind,
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
    return Block(points, c["cell"])


def fraction(steps: Any) -> Float32:
    fraction: Float32 = steps.astype(np.float32) / np.float32(10_000)
    return fraction


def count_points(store: Store, scope: Scope, pages: tuple[str, ...]) -> int:
    """The points of a scope."""
    w = where(scope, pages, kind=True)
    return int(store.rows(f"SELECT count() AS n FROM {w.points} WHERE {w.sql}", **w.params)[0]["n"])


def read_left_out(
    store: Store,
    scope: Scope,
    pages: tuple[str, ...],
    table: str = "points",
    within: Where | None = None,
    folded: FoldedPoints = NO_POINTS,
) -> LeftOut:
    """How many rows of `points`, `scrolls` or `views` the scope leaves out, and why; `within` is its condition.

    `folded`: what was read in place of rows.
    """
    w = within or where(scope, pages, kind=table == "points")
    if w.points != "points":
        return _left_out_of_chosen(store, scope, pages, w)
    other_days = folded.folds.other_days
    rows = (
        []
        if folded.folds.complete
        else store.rows(
            f"SELECT toString(bot) AS reason, count() AS n, countIf({w.segment}) AS within, "
            f"countIf(excluded) AS of_excluded FROM {table} {'' if table == 'points' else 'FINAL'} "
            f"WHERE {w.place} AND {other_days.sql} GROUP BY reason",
            **w.params | dict(other_days.params),
        )
    )
    n, of_excluded, included = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        n[row["reason"]] += row["n"]
        of_excluded[row["reason"]] += row["of_excluded"]
        included[row["reason"]] += row["within"]
    for (reason, of_team), count in folded.counts.items():
        n[reason] += count
        of_excluded[reason] += count if of_team else 0
        included[reason] += 0 if of_team or reason else count
    return _left_out(scope, n, of_excluded, included)


def _left_out_of_chosen(store: Store, scope: Scope, pages: tuple[str, ...], chosen: Where) -> LeftOut:
    """The same of points that were selected before (aggregator/queries/chosen_rows.py)."""
    everybody = where(replace(scope, chosen=ChosenRows()), pages, kind=True)
    received = store.rows(
        f"SELECT toString(bot) AS reason, count() AS n, countIf(excluded) AS of_excluded FROM {all_points(scope)} "
        f"WHERE {everybody.place} GROUP BY reason",
        **everybody.params,
    )
    counted = store.rows(
        f"SELECT toString(bot) AS reason, count() AS n FROM {chosen.points} WHERE {chosen.sql} GROUP BY reason",
        **chosen.params,
    )
    n, of_excluded = (Counter({row["reason"]: row[name] for row in received}) for name in ("n", "of_excluded"))
    return _left_out(scope, n, of_excluded, Counter({row["reason"]: row["n"] for row in counted}))


def _left_out(scope: Scope, n: Counter[str], of_excluded: Counter[str], included: Counter[str]) -> LeftOut:
    """`n` points received, those of the team, and those that count, by the reason of a bot."""
    reasons = sorted(n, key=lambda reason: (-n[reason], reason))
    counted = [reason for reason in reasons if scope.bots or not reason]
    return LeftOut(
        excluded=sum(of_excluded[reason] for reason in counted),
        outside=sum(n[reason] - of_excluded[reason] - included[reason] for reason in counted),
        bots_by_reason={reason: n[reason] for reason in reasons if reason not in counted},
        bots_taken_in={reason: included[reason] for reason in counted if reason and included[reason]},
    )
