"""The visits of a site in totals, aggregated in the engine by one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator.queries.actions import happened
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE, where_site
from aggregator.queries.visits import FIRST_COLUMN, TIME, visit_arrays
from aggregator.shapes.overview import SPLITS, ListedValues, SiteVisits, SplitTotals, VisitorAccount, VisitTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Goal
from store.zoned_sql import Sql, day_of_row, in_days
from store.zones import DAY_MS

BOUNCE_MS = 10_000  # engaged for less, in one view and without a click: a bounce
ALL, DAY = "", "day"
_FIRST = tuple(name for name in SPLITS if name not in ("saw", "landing", "exit", "visitor"))
_Z = 1.96  # normal quantile of a 95 % interval


def read_site_visits(store: Store, scope: SiteScope, listing: ListedValues, goals: Sequence[Goal] = ()) -> SiteVisits:
    """The visits in totals, by day and by each split. A visit counts on the day on which it began.

    A visitor reaches a goal as aggregator/queries/goals.py has it: from the first of the visits on that are counted.
    """
    condition, params = where_site(scope)
    local_day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    listed, of_listing = _listed(listing)
    joined, of_goals = _goal_times(scope, goals, local_day)
    names = "".join(f"goal{n}, " for n in range(len(goals)))
    rows = store.rows(
        f"SELECT {names}by, value, people, all_visits, all_views, all_bounced, vv, ww, bb, bv, median, low, high, "
        "count() OVER (PARTITION BY by) AS values_in_all, "
        "row_number() OVER (PARTITION BY by ORDER BY people DESC, value) AS rank FROM ("
        "SELECT by, value, count() AS people, sum(visits) AS all_visits, sum(views) AS all_views, "
        "sum(bounced) AS all_bounced, sum(visits * visits) AS vv, sum(views * views) AS ww, "
        "sum(bounced * bounced) AS bb, sum(bounced * visits) AS bv, "
        f"{_median('arraySort(groupArrayArray(engaged))')}"
        f"{_reached_columns(goals)} FROM ({_by_visitor(condition, local_day)}) AS counted {joined} "
        f"GROUP BY by, value) {listed} ORDER BY by, rank",
        **params,
        **of_goals,
        **of_day,
        **of_listing,
    )
    totals, days, splits = VisitTotals(), {}, []
    for row in rows:
        found = _totals(row, len(goals))
        if row["by"] == ALL:
            totals = found
        elif row["by"] == DAY:
            days[row["value"]] = found
        else:
            splits.append(SplitTotals(row["by"], row["value"], found, int(row["values_in_all"])))
    return SiteVisits(totals, days, tuple(splits))


def read_visitor_account(store: Store, scope: SiteScope) -> VisitorAccount:
    """What became of the visitors that were received."""
    days, _ = in_days(scope.zone, scope.since, scope.until)
    condition, params = where_site(scope)
    row = store.rows(
        "SELECT count() AS received, countIf(counts) AS counted, countIf(NOT counts AND person) AS outside, "
        "countIf(NOT counts AND NOT person AND own) AS excluded FROM ("
        f"SELECT max({condition}) AS counts, max({PEOPLE}) AS person, max(excluded) AS own "
        f"FROM views FINAL WHERE site = {{site:UInt32}} AND {days} GROUP BY visitor)",
        **params,
    )[0]
    received, counted = int(row["received"]), int(row["counted"])
    outside, excluded = int(row["outside"]), int(row["excluded"])
    return VisitorAccount(received, received - counted - outside - excluded, excluded, outside, counted)


def _by_visitor(condition: str, local_day: str) -> str:
    """A query with one row for each visitor and value of a split."""
    splits = [f"('{ALL}', '')", f"('{DAY}', toString({local_day}))", "('landing', first.1)", "('exit', last)"]
    splits += ["('visitor', earliest >= began ? 'new' : 'returning')"]
    splits += [f"('{name}', first.{n})" for n, name in enumerate(_FIRST, 2)]
    of = f"arrayConcat([{', '.join(splits)}], arrayMap(page -> ('saw', page), pages))"
    return (
        "SELECT split.1 AS by, split.2 AS value, visitor, min(began) AS since, count() AS visits, sum(seen) AS views, "
        f"sum(bounce) AS bounced, groupArrayIf(engaged_ms, by IN ('{ALL}', '{DAY}')) AS engaged "
        f"FROM ({_visits(condition)}) ARRAY JOIN {of} AS split GROUP BY by, value, visitor"
    )


def _visits(condition: str) -> str:
    """A query with one row for each visit; `time` and `day` are those at which it began."""
    columns = ("page", "engaged_ms", "clicks", *_FIRST)
    place = {name: f"v.{n}" for n, name in enumerate(columns, FIRST_COLUMN)}
    rows = (
        f"SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms, {', '.join(columns)} "
        f"FROM views FINAL WHERE {condition}"
    )
    first = ", ".join(place[name].replace("v.", "visit[1].") for name in ("page", *_FIRST))
    return (
        f"SELECT visitor, visit[1].{TIME} AS began, length(visit) AS seen, ({first}) AS first, "
        f"{place['page'].replace('v.', 'visit[-1].')} AS last, "
        f"arrayDistinct(arrayMap(v -> {place['page']}, visit)) AS pages, earliest, "
        f"arraySum(v -> {place['engaged_ms']}, visit) AS engaged_ms, "
        f"seen = 1 AND engaged_ms < {BOUNCE_MS} AND {place['clicks'].replace('v.', 'visit[1].')} = 0 AS bounce, "
        "fromUnixTimestamp64Milli(began, 'UTC') AS time, toDate(time) AS day "
        f"FROM ({visit_arrays(rows, columns)}) AS visits "
        f"GLOBAL LEFT JOIN ({_earliest(condition)}) AS known USING (visitor) ARRAY JOIN visits AS visit"
    )


def _earliest(condition: str) -> str:
    """A query with the time at which each visitor was seen first, whatever they are filtered by."""
    return (
        "SELECT visitor, toUnixTimestamp64Milli(min(time)) AS earliest FROM views WHERE site = {site:UInt32} "
        f"AND {PEOPLE} AND visitor GLOBAL IN (SELECT visitor FROM views WHERE {condition}) GROUP BY visitor"
    )


def _median(ordered: str) -> str:
    """The columns median, low and high of an ordered array of times; all 0 for an empty one.

    The limits are the order statistics at (n ± z·√n) / 2 (Conover 1999, Practical Nonparametric Statistics, 3.2).
    """
    return (
        f"{ordered} AS times, length(times) AS n, "
        "n = 0 ? 0. : (times[intDiv(n + 1, 2)] + times[intDiv(n, 2) + 1]) / 2. AS median, "
        f"n = 0 ? 0. : toFloat64(times[greatest(1, toInt64(floor((n - {_Z} * sqrt(n)) / 2)))]) AS low, "
        f"n = 0 ? 0. : toFloat64(times[least(n, toInt64(ceil(1 + (n + {_Z} * sqrt(n)) / 2)))]) AS high"
    )


def _listed(listing: ListedValues) -> tuple[str, dict[str, Any]]:
    """The end of the query that selects the values of the splits, and what it binds."""
    if listing.only is not None:
        by, value = [one for one, _ in listing.only], [one for _, one in listing.only]
        pairs = "has(arrayZip({only_by:Array(String)}, {only_value:Array(String)}), (by, value))"
        return f"WHERE by IN ('{ALL}', '{DAY}') OR {pairs}", {"only_by": by, "only_value": value}
    return (
        f"QUALIFY by = '{DAY}' OR rank <= (by = {{whole:String}} ? {{whole_most:UInt32}} : {{most:UInt32}})",
        {"whole": listing.whole or "-", "whole_most": listing.whole_most, "most": listing.most},
    )


def _reached_columns(goals: Sequence[Goal]) -> str:
    """Columns with the number of visitors who reached each goal."""
    return "".join(
        ", countIf(arrayExists("
        f"one -> one.1 >= since {_in_time(goal)} AND (by != '{DAY}' OR one.2 = value), times{n})) AS goal{n}"
        for n, goal in enumerate(goals)
    )


def _in_time(goal: Goal) -> str:
    return f"AND one.1 < since + {goal.within_days * DAY_MS}" if goal.within_days else ""


def _goal_times(scope: SiteScope, goals: Sequence[Goal], local_day: str) -> Sql:
    """A join that adds the times (ms, day) at which a visitor did what each goal asks for, and what it binds."""
    if not goals:
        return "", {}
    values = BoundValues("overview")
    days, _ = in_days(scope.zone, scope.since, scope.until)
    span = f"site = {{site:UInt32}} AND {days} AND {PEOPLE}"
    done = " UNION ALL ".join(
        f"SELECT {n} AS goal, visitor, ms, fromUnixTimestamp64Milli(ms, 'UTC') AS time, toDate(time) AS day "
        f"FROM ({happened(goal.action, span, values).sql})"
        for n, goal in enumerate(goals)
    )
    times = ", ".join(f"groupArrayIf((ms, local), goal = {n}) AS times{n}" for n in range(len(goals)))
    dated = f"SELECT goal, visitor, ms, toString({local_day}) AS local FROM ({done})"
    joined = f"GLOBAL LEFT JOIN (SELECT visitor, {times} FROM ({dated}) GROUP BY visitor) AS done USING (visitor)"
    return joined, values.params


def _totals(row: dict[str, Any], goals: int) -> VisitTotals:
    return VisitTotals(
        visitors=int(row["people"]),
        visits=int(row["all_visits"]),
        views=int(row["all_views"]),
        bounced=int(row["all_bounced"]),
        visits_squared=int(row["vv"]),
        views_squared=int(row["ww"]),
        bounced_squared=int(row["bb"]),
        bounced_by_visits=int(row["bv"]),
        engaged_ms=float(row["median"]),
        engaged_low=float(row["low"]),
        engaged_high=float(row["high"]),
        reached=tuple(int(row[f"goal{n}"]) for n in range(goals)),
    )
