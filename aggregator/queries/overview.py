"""The visits of a site in totals, aggregated in the engine by one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator.queries.actions import happened
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE, tenth_sql, where_site
from aggregator.queries.visit_splits import (
    ALL,
    BOUNCED,
    BY,
    DAY,
    ENGAGED,
    FIRST_SPLIT,
    KEY,
    SINCE,
    VIEWS,
    VISITS,
    names_sql,
    number_of,
    split_visits_sql,
)
from aggregator.shapes.overview import SPLITS, ListedValues, SiteVisits, SplitTotals, VisitorAccount, VisitTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Goal
from store.zoned_sql import Sql, day_of_row, in_days
from store.zones import DAY_MS

_Z = 1.96  # normal quantile of a 95 % interval


def read_site_visits(store: Store, scope: SiteScope, listing: ListedValues, goals: Sequence[Goal] = ()) -> SiteVisits:
    """The visits in totals, by day and by each split. A visit counts on the day on which it began.

    A visitor reaches a goal as aggregator/queries/goals.py has it: from the first of the visits on that are counted.
    """
    condition, params = where_site(scope)
    local_day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    days, _ = in_days(scope.zone, scope.since, scope.until)
    listed, of_listing = _listed(listing)
    joined, of_goals = _goal_times(scope, goals, local_day)
    names = "".join(f"goal{n}, " for n in range(len(goals)))
    counted = (
        f"SELECT one.{BY} AS by, one.{KEY} AS key, count() AS people, sum(one.{VISITS}) AS all_visits, "
        f"sum(one.{VIEWS}) AS all_views, sum(one.{BOUNCED}) AS all_bounced, sum(one.{VISITS} * one.{VISITS}) AS vv, "
        f"sum(one.{VIEWS} * one.{VIEWS}) AS ww, sum(one.{BOUNCED} * one.{BOUNCED}) AS bb, "
        f"sum(one.{BOUNCED} * one.{VISITS}) AS bv, {_median(f'arraySort(groupArrayArray(one.{ENGAGED}))')}"
        f"{_reached_columns(goals)} FROM ({split_visits_sql(condition, local_day, listing.splits)}) AS visits {joined} "
        "ARRAY JOIN counted AS one GROUP BY by, key"
    )
    value = f"multiIf(by = {ALL}, '', by = {DAY}, toString(toDate(toUInt16(key))), named.value)"
    rows = store.rows(
        f"SELECT {names}by, value, people, all_visits, all_views, all_bounced, vv, ww, bb, bv, median, low, high, "
        "count() OVER (PARTITION BY by) AS values_in_all, "
        "row_number() OVER (PARTITION BY by ORDER BY people DESC, value) AS rank FROM ("
        f"SELECT counted.*, {value} AS value FROM ({counted}) AS counted "
        f"GLOBAL LEFT JOIN ({names_sql(days, listing.splits)}) AS named USING (by, key)) {listed} ORDER BY by, rank",
        **params,
        **of_goals,
        **of_day,
        **of_listing,
    )
    totals, by_day, splits = VisitTotals(), {}, []
    for row in rows:
        found = _totals(row, len(goals))
        if row["by"] == ALL:
            totals = found
        elif row["by"] == DAY:
            by_day[row["value"]] = found
        else:
            splits.append(SplitTotals(SPLITS[row["by"] - FIRST_SPLIT], row["value"], found, int(row["values_in_all"])))
    return SiteVisits(totals, by_day, tuple(splits))


def read_visitor_account(store: Store, scope: SiteScope) -> VisitorAccount:
    """What became of the visitors that were received."""
    days, _ = in_days(scope.zone, scope.since, scope.until)
    condition, params = where_site(scope)
    row = store.rows(
        "SELECT count() AS received, countIf(counts) AS counted, countIf(NOT counts AND person) AS outside, "
        "countIf(NOT counts AND NOT person AND own) AS excluded FROM ("
        f"SELECT max({condition}) AS counts, max({PEOPLE}) AS person, max(excluded) AS own "
        f"FROM views FINAL WHERE site = {{site:UInt32}} AND {days}{tenth_sql(scope)} GROUP BY visitor)",
        **params,
    )[0]
    received, counted = int(row["received"]), int(row["counted"])
    outside, excluded = int(row["outside"]), int(row["excluded"])
    return VisitorAccount(received, received - counted - outside - excluded, excluded, outside, counted)


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


def _listed(listing: ListedValues) -> Sql:
    """The end of the query that selects the values of the splits, and what it binds."""
    if listing.only is not None:
        by, value = [number_of(one) for one, _ in listing.only], [one for _, one in listing.only]
        pairs = "has(arrayZip({only_by:Array(UInt8)}, {only_value:Array(String)}), (by, value))"
        return f"WHERE by < {FIRST_SPLIT} OR {pairs}", {"only_by": by, "only_value": value}
    whole = number_of(listing.whole) if listing.whole else ALL
    return (
        f"QUALIFY by = {DAY} OR rank <= (by = {{whole:UInt8}} AND by != {ALL} ? {{whole_most:UInt32}} : "
        f"greatest({{most:UInt32}}, by = {ALL}))",
        {"whole": whole, "whole_most": listing.whole_most, "most": listing.most},
    )


def _reached_columns(goals: Sequence[Goal]) -> str:
    """Columns with the number of visitors who reached each goal."""
    return "".join(
        f", countIf(arrayExists(did -> did.1 >= one.{SINCE} {_in_time(goal)} "
        f"AND (by != {DAY} OR did.2 = key), times{n})) AS goal{n}"
        for n, goal in enumerate(goals)
    )


def _in_time(goal: Goal) -> str:
    return f"AND did.1 < one.{SINCE} + {goal.within_days * DAY_MS}" if goal.within_days else ""


def _goal_times(scope: SiteScope, goals: Sequence[Goal], local_day: str) -> Sql:
    """A join that adds the times (ms, day) at which a visitor did what each goal asks for, and what it binds."""
    if not goals:
        return "", {}
    values = BoundValues("overview")
    days, _ = in_days(scope.zone, scope.since, scope.until)
    span = f"site = {{site:UInt32}} AND {days} AND {PEOPLE}{tenth_sql(scope)}"
    done = " UNION ALL ".join(
        _times_sql(n, goal, happened(goal.action, span, values).sql, local_day) for n, goal in enumerate(goals)
    )
    times = ", ".join(f"groupArrayIf((ms, local), goal = {n}) AS times{n}" for n in range(len(goals)))
    return f"GLOBAL LEFT JOIN (SELECT visitor, {times} FROM ({done}) GROUP BY visitor) AS done USING (visitor)", (
        values.params
    )


def _times_sql(n: int, goal: Goal, happened: str, local_day: str) -> str:
    """A query of goal, visitor, ms and local, the day. A goal without a window needs the last time of each day alone:
    an earlier one cannot be later than the beginning of a visit."""
    last = "max(ms) AS ms, local" if not goal.within_days else "ms, local"
    each = " GROUP BY visitor, local" if not goal.within_days else ""
    dated = (
        f"SELECT visitor, ms, toUInt64(toUInt16({local_day})) AS local FROM (SELECT visitor, ms, "
        f"fromUnixTimestamp64Milli(ms, 'UTC') AS time, toDate(time) AS day FROM ({happened}))"
    )
    return f"SELECT {n} AS goal, visitor, {last} FROM ({dated}){each}"


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
