"""Who reached a goal after they clicked an element, or after they had it in view, counted in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.in_view import Middles, SeenBands
from aggregator.queries.conditions import where
from aggregator.queries.goals import of_pages, reached_sql
from aggregator.queries.in_view import seen_views_sql
from aggregator.queries.used_records import UsedRecords, element_of_point
from aggregator.shapes.columns import Int32, Int64
from aggregator.shapes.scope import Scope
from store.client import Store
from store.segments import Goal


@dataclass(frozen=True)
class SeenBefore:
    """Groups of visitors by what they had in view: in `all` their views, and in those that began `before` they reached
    the goal for the last time (nothing, for those who did not reach it)."""

    all: SeenBands
    before: SeenBands


@dataclass(frozen=True)
class ClickersBefore:
    """The visitors who clicked an element, for each element: groups by what they had in view, as above. `reached`
    i64[R]: how many of a group reached the goal after their first click on the element."""

    seen: SeenBefore
    reached: Int64


def read_seen_before(store: Store, scope: Scope, pages: tuple[str, ...], places: Middles, goal: Goal) -> SeenBefore:
    """All visitors who measured what was in view."""
    sql, params = _seen_sql(scope, pages, places, goal)
    names = ", ".join(_names(places))
    c = store.columns(f"SELECT {names}, count() AS n FROM ({sql}) GROUP BY {names}", **params)
    return _seen(c, places, np.full(len(c["n"]), -1, np.int32))


def read_clickers_before(
    store: Store, scope: Scope, pages: tuple[str, ...], places: Middles, used: UsedRecords, goal: Goal
) -> ClickersBefore:
    """The visitors with a click on an element, for each element; those who measured nothing had nothing in view."""
    seen, params = _seen_sql(scope, pages, places, goal)
    reached, values = reached_sql(goal, of_pages(scope, pages))
    w, names = where(scope, pages, kind=True), ", ".join(_names(places))
    element, bound = element_of_point(used)
    clicks = (
        f"SELECT visitor, {element} AS element, toUnixTimestamp64Milli(min(time)) AS clicked "
        f"FROM {w.points} WHERE {w.sql} AND element >= 0 GROUP BY visitor, element"
    )
    clickers = (
        "SELECT visitor, element, last >= clicked AS later "
        f"FROM ({clicks}) AS clicks LEFT JOIN ({reached}) AS reached USING (visitor)"
    )
    c = store.columns(
        f"SELECT element, {names}, count() AS n, sum(later) AS reached "
        f"FROM ({clickers}) AS clickers LEFT JOIN ({seen}) AS seen USING (visitor) GROUP BY element, {names}",
        **(params | values | w.params | bound),
    )
    return ClickersBefore(_seen(c, places, c["element"].astype(np.int32)), c["reached"].astype(np.int64))


def _seen_sql(scope: Scope, pages: tuple[str, ...], places: Middles, goal: Goal) -> tuple[str, dict[str, Any]]:
    """(SQL of one row per visitor: what was in view in all views and before the goal, by arrangement; bound values)."""
    views, params = seen_views_sql(scope, pages, places)
    reached, values = reached_sql(goal, of_pages(scope, pages))
    each = ", ".join(
        f"groupBitOrIf(bits, arrangement = {k}) AS bands{k}, "
        f"groupBitOrIf(bits, arrangement = {k} AND toUnixTimestamp64Milli(time) <= last) AS before{k}"
        for k in range(len(places.bands))
    )
    rows = f"({views}) AS views LEFT JOIN ({reached}) AS reached USING (visitor)"
    return f"SELECT visitor, {each} FROM {rows} GROUP BY visitor", {**values, **params}


def _names(places: Middles) -> list[str]:
    return [f"{name}{k}" for name in ("bands", "before") for k in range(len(places.bands))]


def _seen(columns: dict[str, Any], places: Middles, element: Int32) -> SeenBefore:
    n = columns["n"].astype(np.int64)

    def bands(name: str) -> SeenBands:
        stacked = np.stack([columns[f"{name}{k}"] for k in range(len(places.bands))], axis=1).astype(np.uint32)
        return SeenBands(stacked, n, element)

    return SeenBefore(bands("bands"), bands("before"))
