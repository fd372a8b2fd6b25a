"""Dead clicks, bursts of clicks and errors after a click, by element, aggregated in the engine for a whole site."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.conditions import where_site
from aggregator.queries.id_lists import among
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, MAY_BE_DEAD
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.troubles import ClickError, ElementTrouble
from store.client import Store

Place = tuple[str, int]  # page, element key


def read_dead(store: Store, scope: SiteScope, unjudged: UInt64, least: int, most: int) -> dict[Place, int]:
    """Visitors with a dead click, of the elements with at least so many. `unjudged`: records whose clicks may be
    answered where a page cannot see it."""
    condition, params = where_site(scope)
    on_unjudged, values = among("record", "unjudged", unjudged)
    dead = f"{MAY_BE_DEAD} AND ({IS_DISABLED} OR NOT {on_unjudged})"
    return _counts(
        store,
        f"FROM points WHERE {condition} AND kind = 'click' AND {dead} AND key != 0",
        least,
        most,
        params | values,
    )


def read_raging(store: Store, scope: SiteScope, editable: UInt64, least: int, most: int) -> dict[Place, int]:
    """Visitors with a burst of clicks, of the elements with at least so many; none on the records `editable`."""
    condition, params = where_site(scope)
    on_editable, values = among("record", "editable", editable)
    able = f"{condition} AND kind = 'click' AND key != 0 AND {BY_HAND} AND NOT {on_editable}"
    names = ("page", "key", "visitor")
    columns = ", ".join(f"one.{n} AS {name}" for n, name in enumerate(names, FIRST))
    return _counts(store, f"FROM (SELECT {columns} FROM ({bursts_sql(able, names)}))", least, most, params | values)


def read_click_errors(
    store: Store, scope: SiteScope, least: int, most: int
) -> dict[Place, tuple[int, list[ClickError]]]:
    """Visitors with an error after a click, and the errors, of the elements with at least so many."""
    condition, params = where_site(scope)
    of_errors = f"FROM events WHERE {condition} AND kind = 'error' AND key != 0"
    hurt = _counts(store, of_errors, least, most, params)
    rows = store.rows(
        "SELECT toString(page) AS place, key, toString(name) AS error, uniqExact(visitor) AS people, count() AS n, "
        f"toUnixTimestamp64Milli(min(time)) AS first {of_errors} GROUP BY place, key, error "
        "ORDER BY people DESC, n DESC, error LIMIT 5 BY place, key",
        **params,
    )
    errors: dict[Place, list[ClickError]] = defaultdict(list)
    for row in rows:
        file, _, code = row["error"].rpartition("#")
        one = ClickError(file, code, int(row["people"]), int(row["n"]), int(row["first"]))
        errors[row["place"], int(row["key"])].append(one)
    return {place: (n, errors[place]) for place, n in hurt.items()}


def read_clickers(store: Store, scope: SiteScope, places: list[Place]) -> dict[Place, int]:
    """Visitors who clicked each of these elements."""
    condition, params = where_site(scope)
    these, values = among("key", "clicked", np.array(sorted({key for _, key in places}), np.uint64))
    return _counts(store, f"FROM points WHERE {condition} AND kind = 'click' AND {these}", 1, 100_000, params | values)


def with_clickers(
    places: dict[Place, int], dead: dict[Place, int], rage: dict[Place, int],
    failed: dict[Place, tuple[int, list[ClickError]]],
) -> list[ElementTrouble]:  # fmt: skip
    """The troubles of each place. A click of a view begun the day before may have its error alone in the period."""
    made = []
    for page, key in dict.fromkeys((*dead, *rage, *failed)):
        place = (page, key)
        n, errors = failed.get(place, (0, []))
        worst = max(dead.get(place, 0), rage.get(place, 0), n)
        made.append(
            ElementTrouble(
                page, key, max(places.get(place, 0), worst), dead.get(place, 0), rage.get(place, 0), n, tuple(errors)
            )
        )
    return sorted(made, key=lambda one: (-one.worst, one.page, one.key))


def _counts(store: Store, rows: str, least: int, most: int, params: dict[str, Any]) -> dict[Place, int]:
    found = store.rows(
        f"SELECT toString(page) AS place, key, uniqExact(visitor) AS people {rows} GROUP BY place, key "
        f"HAVING people >= {least} ORDER BY people DESC, place, key LIMIT {most}",
        **params,
    )
    return {(row["place"], int(row["key"])): int(row["people"]) for row in found}
