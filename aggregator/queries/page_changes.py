"""How many visitors of each day used elements that a picture lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.changed import BASELINE_DAYS, DayCounts, MissingPoints
from aggregator.queries.conditions import Where
from aggregator.queries.id_lists import among
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import Scope
from store.client import Store
from store.devices import device_widths
from store.zoned_sql import day_of_row
from store.zones import DAY_MS


@dataclass(frozen=True)
class LookedFor:
    """What is looked for on a picture `width` px wide, `taken` at a time in ms since 1970: points in windows of its
    device class on the records `found` and `missing`, which it has and lacks."""

    width: int
    taken: int
    found: UInt64
    missing: UInt64


def read_missing_share(store: Store, where: Where, of: LookedFor) -> float:
    """Share of the points after the picture whose element it lacks; 0 without any."""
    condition, missing, values = _points(of)
    row = store.rows(
        f"SELECT count() AS n, countIf({missing}) AS lost FROM {where.points} "
        f"WHERE {where.sql} AND {condition} AND time > fromUnixTimestamp64Milli({{taken:Int64}}, 'UTC')",
        **where.params,
        **values,
    )[0]
    return float(row["lost"] / row["n"]) if row["n"] else 0.0


def read_day_counts(store: Store, where: Where, scope: Scope, of: LookedFor) -> DayCounts:
    """The days with points, in order, that of the picture as two: until the picture, and after it."""
    condition, missing, values = _points(of)
    day, of_day = _day_key(scope)
    c = store.columns(
        f"SELECT {day} AS key, uniqExact(visitor) AS visitors, uniqExactIf(visitor, {missing}) AS with_missing, "
        f"count() AS points, countIf({missing}) AS lost FROM {where.points} WHERE {where.sql} AND {condition} "
        "GROUP BY key ORDER BY key",
        **where.params,
        **values,
        **of_day,
    )
    return DayCounts(*(c[name].astype(np.int64) for name in ("key", "visitors", "with_missing", "points", "lost")))


def read_missing_points(store: Store, where: Where, scope: Scope, of: LookedFor) -> MissingPoints:
    """The points on elements that the picture lacks."""
    condition, missing, values = _points(of)
    day, of_day = _day_key(scope)
    c = store.columns(
        f"SELECT {day} AS key, record, count() AS n FROM {where.points} "
        f"WHERE {where.sql} AND {condition} AND {missing} GROUP BY key, record",
        **where.params,
        **values,
        **of_day,
    )
    return MissingPoints(c["key"].astype(np.int64), c["record"].astype(np.uint64), c["n"].astype(np.int64))


def _points(of: LookedFor) -> tuple[str, str, dict[str, Any]]:
    """The condition of the points looked for, that their element is missing, and the bound values."""
    found, of_found = among("record", "found", of.found)
    missing, of_missing = among("record", "missing", of.missing)
    least, most = device_widths(of.width)
    values = of_found | of_missing | {"least": least, "most": most, "taken": of.taken}
    condition = (
        "viewport_w BETWEEN {least:UInt32} AND {most:UInt32} "
        f"AND time > fromUnixTimestamp64Milli({{taken:Int64}} - {BASELINE_DAYS * DAY_MS}, 'UTC') "
        f"AND ({found} OR {missing})"
    )
    return condition, missing, values


def _day_key(scope: Scope) -> tuple[str, dict[str, Any]]:
    """Days since 1970 · 2, + 1 after the picture."""
    day, values = day_of_row(scope.zone, scope.since, scope.until)
    return f"toInt64(toUInt16({day})) * 2 + (time > fromUnixTimestamp64Milli({{taken:Int64}}, 'UTC'))", values
