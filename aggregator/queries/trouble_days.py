"""The visitors whom elements hurt, and all who clicked them, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.conditions import where_site
from aggregator.queries.id_lists import among
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, MAY_BE_DEAD
from aggregator.queries.troubles import Place
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import day_of_row

DayCounts = dict[tuple[str, int, date], int]  # page, element key, day → visitors


def daily_clickers(store: Store, scope: SiteScope, places: Sequence[Place]) -> DayCounts:
    """Those who clicked each of these elements."""
    return _by_day(store, scope, places, "FROM points WHERE {where} AND kind = 'click' AND {these}", {})


def daily_dead(store: Store, scope: SiteScope, places: Sequence[Place], unjudged: UInt64) -> DayCounts:
    """Those with a dead click; `unjudged` as in `troubles.read_dead`."""
    on_unjudged, values = among("record", "unjudged", unjudged)
    dead = f"{MAY_BE_DEAD} AND ({IS_DISABLED} OR NOT {on_unjudged})"
    return _by_day(
        store, scope, places, f"FROM points WHERE {{where}} AND kind = 'click' AND {dead} AND {{these}}", values
    )


def daily_raging(store: Store, scope: SiteScope, places: Sequence[Place], editable: UInt64) -> DayCounts:
    """Those with a burst of clicks; none on the records `editable`."""
    on_editable, values = among("record", "editable", editable)
    day, _ = day_of_row(scope.zone, scope.since, scope.until)
    able = f"{{where}} AND kind = 'click' AND key != 0 AND {BY_HAND} AND NOT {on_editable}"
    names = {"page": "page", "key": "key", "visitor": "visitor", "local_day": day}
    columns = ", ".join(f"one.{n} AS {name}" for n, name in enumerate(names, FIRST))
    rows = f"FROM (SELECT {columns} FROM ({bursts_sql(able, tuple(names.values()))})) WHERE {{these}}"
    return _by_day(store, scope, places, rows, values, "local_day")


def daily_failed(store: Store, scope: SiteScope, places: Sequence[Place]) -> DayCounts:
    """Those with an error after a click."""
    return _by_day(store, scope, places, "FROM events WHERE {where} AND kind = 'error' AND {these}", {})


def _by_day(
    store: Store, scope: SiteScope, places: Sequence[Place], rows: str, values: dict[str, object], day: str = ""
) -> DayCounts:
    where, params = where_site(scope)
    day_sql, of_day = day_of_row(scope.zone, scope.since, scope.until)
    these, keys = among("key", "wanted", np.array(sorted({key for _, key in places}), np.uint64))
    filled = rows.replace("{where}", where).replace("{these}", these)
    found = store.rows(
        f"SELECT toString(page) AS place, key, {day or day_sql} AS which, uniqExact(visitor) AS people {filled} "
        "GROUP BY place, key, which",
        **params,
        **of_day,
        **keys,
        **values,
    )
    return {(row["place"], int(row["key"]), row["which"]): int(row["people"]) for row in found}
