"""Who reached a goal, in the engine.

A visitor counts from their first view that the question selects (`Starts`); the goal is reached by what they did from
then on, anywhere on the site, until the end of the period (docs/goals.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from aggregator.queries.actions import happened
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE, where, where_site
from aggregator.shapes.goals import GoalTotals, Reached
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.segments import Goal
from store.zoned_sql import in_days
from store.zones import DAY_MS, Zone


@dataclass(frozen=True)
class Starts:
    """Who is counted, and from when on.

    `sql`: a query with one row per visitor: visitor, since (a time), and part (text: what the totals are grouped by).
    `bots`: whether automatic visits may reach goals too.
    """

    sql: str
    values: Mapping[str, Any]
    zone: Zone
    since: date
    until: date
    bots: bool = False


def of_site(scope: SiteScope, part: str = "''") -> Starts:
    """The visitors of a site. `part`: an expression on a visitor's views, such as `any(channel)`."""
    condition, values = where_site(scope)
    return _starts(condition, values, scope, part)


def of_pages(scope: Scope, pages: tuple[str, ...], part: str = "''") -> Starts:
    """The visitors of pages: the condition of a map."""
    w = where(scope, pages)
    return _starts(w.sql, w.params, scope, part)


def _starts(condition: str, values: dict[str, Any], scope: Scope | SiteScope, part: str) -> Starts:
    columns = f"visitor, min(time) AS since, toString({part}) AS part"
    sql = f"SELECT {columns} FROM views FINAL WHERE {condition} GROUP BY visitor"
    bots = isinstance(scope, Scope) and scope.bots
    return Starts(sql, values, scope.zone, scope.since, scope.until, bots)


def read_reached(store: Store, goal: Goal, starts: Starts) -> Reached:
    """The visitors who reached a goal, sorted by id."""
    sql, values = reached_sql(goal, starts)
    c = store.columns(f"{sql} ORDER BY visitor", **values)
    return Reached(
        visitor=c["visitor"],
        first=c["first"].astype(np.int64),
        times=c["times"].astype(np.int64),
        value=c["value"].astype(np.float64),
    )


def read_goal_totals(store: Store, goal: Goal, starts: Starts) -> dict[str, GoalTotals]:
    """The totals of each part of the visitors."""
    sql, values = reached_sql(goal, starts)
    rows = store.rows(
        "SELECT part, count() AS of, countIf(times > 0) AS visitors, sum(times) AS times_in_all, "
        "sum(value) AS value_in_all, sum(value * value) AS value_squares, sum(times * times) AS times_squares, "
        "sum(times * value) AS products "
        f"FROM ({starts.sql}) AS everyone GLOBAL LEFT JOIN ({sql}) AS reached USING (visitor) GROUP BY part",
        **values,
    )
    return {
        str(row["part"]): GoalTotals(
            of=int(row["of"]),
            visitors=int(row["visitors"]),
            times=int(row["times_in_all"]),
            value=float(row["value_in_all"]),
            value_squares=float(row["value_squares"]),
            times_squares=float(row["times_squares"]),
            products=float(row["products"]),
        )
        for row in rows
    }


def reached_sql(goal: Goal, starts: Starts) -> tuple[str, dict[str, Any]]:
    """A query with one row per visitor who reached the goal, and its values: visitor, first and last time in ms, times,
    value."""
    bound = BoundValues("goal")
    days, bounds = in_days(starts.zone, starts.since, starts.until)
    span = f"site = {{site:UInt32}} AND {days} AND {'excluded = 0' if starts.bots else PEOPLE}"
    amount = "amount" if goal.action.what == "sent" else "0."
    done = f"SELECT visitor, view, ms, {amount} AS value FROM ({happened(goal.action, span, bound).sql})"
    starting = f"(SELECT visitor, toUnixTimestamp64Milli(since) AS start FROM ({starts.sql})) AS starting"
    late = f" AND ms < start + {goal.within_days * DAY_MS}" if goal.within_days else ""
    once = goal.counted == "once"
    times, value = ("1", "argMin(value, (ms, view))") if once else ("count()", "sum(value)")
    sql = (
        f"SELECT visitor, min(ms) AS first, max(ms) AS last, {times} AS times, {value} AS value "
        f"FROM ({done}) AS done GLOBAL INNER JOIN {starting} USING (visitor) WHERE ms >= start{late} GROUP BY visitor"
    )
    return sql, {**starts.values, **bounds, **bound.params}
