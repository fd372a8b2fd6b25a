"""Groups of pages: counted in the engine page by page, so that each pattern is compared with each page once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aggregator.queries.conditions import PEOPLE, where_site
from aggregator.shapes.page_groups import GroupTotal, SetTotal
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.pages import NOT, QUERY, page_pattern
from store.zoned_sql import day_of_row

Groups = Sequence[tuple[str, ...]]  # the patterns of each


def read_group_totals(store: Store, scope: SiteScope, groups: Groups) -> list[GroupTotal]:
    """Each group that has views by its place in `groups`, from 1, and 0: all pages that are in none."""
    condition, params = where_site(scope)
    found, values = groups_of_page(groups)
    rows = store.rows(
        "SELECT number, count() AS addresses, uniqExactMerge(people) AS visitors, sum(view_total) AS views, "
        "sum(click_total) AS clicks, toString(argMax(page, visitor_total)) AS busiest FROM ("
        f"SELECT page, people, view_total, click_total, visitor_total, {found} AS numbers FROM ("
        "SELECT page, uniqExactState(visitor) AS people, uniqExact(visitor) AS visitor_total, "
        f"count() AS view_total, sum(clicks) AS click_total FROM views FINAL WHERE {condition} GROUP BY page)) "
        "ARRAY JOIN if(empty(numbers), [toUInt16(0)], numbers) AS number GROUP BY number",
        **params,
        **values,
    )
    return [
        GroupTotal(
            number=int(row["number"]),
            addresses=int(row["addresses"]),
            visitors=int(row["visitors"]),
            views=int(row["views"]),
            clicks=int(row["clicks"]),
            busiest=row["busiest"],
        )
        for row in rows
    ]


def read_group_days(store: Store, scope: SiteScope, groups: Groups) -> list[tuple[int, date, int]]:
    """(group, day, views) for days with views."""
    condition, params = where_site(scope)
    found, values = groups_of_page(groups)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    rows = store.rows(
        f"SELECT number, one_day.1 AS local_day, sum(one_day.2) AS views FROM (SELECT days, {found} AS numbers FROM ("
        "SELECT page, groupArray((local_day, view_total)) AS days FROM (SELECT page, "
        f"{day} AS local_day, count() AS view_total FROM views FINAL WHERE {condition} GROUP BY page, local_day) "
        "GROUP BY page)) ARRAY JOIN numbers AS number ARRAY JOIN days AS one_day GROUP BY number, local_day",
        **params,
        **values,
        **of_day,
    )
    return [(int(row["number"]), row["local_day"], int(row["views"])) for row in rows]


def read_new_addresses(store: Store, scope: SiteScope, groups: Groups) -> dict[int, int]:
    """Group → addresses that people visited for the first time since the first day of the scope."""
    found, values = groups_of_page(groups)
    rows = store.rows(
        f"SELECT number, count() AS addresses FROM (SELECT {found} AS numbers FROM (SELECT page "
        f"FROM views WHERE site = {{site:UInt32}} AND {PEOPLE} GROUP BY page "
        "HAVING min(time) >= {first:DateTime64(3)})) ARRAY JOIN numbers AS number GROUP BY number",
        site=scope.site,
        first=scope.zone.midnight(scope.since),
        **values,
    )
    return {int(row["number"]): int(row["addresses"]) for row in rows}


def read_pages_of_groups(store: Store, scope: SiteScope, groups: Groups) -> dict[str, list[int]]:
    """Page → the groups that it is in, for the pages with views that are in one."""
    condition, params = where_site(scope)
    found, values = groups_of_page(groups)
    rows = store.rows(
        f"SELECT toString(page) AS name, {found} AS numbers FROM (SELECT DISTINCT page FROM views WHERE {condition}) "
        "WHERE notEmpty(numbers)",
        **params,
        **values,
    )
    return {row["name"]: [int(number) for number in row["numbers"]] for row in rows}


def read_set_totals(
    store: Store, scope: SiteScope, sets: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, SetTotal]:
    """The totals of several sets of pages, each given by a condition on `page` with its bound `values`."""
    condition, params = where_site(scope)
    columns = ", ".join(
        f"countIf({one}) AS {name}_addresses, uniqExactMergeIf(people, {one}) AS {name}_visitors"
        for name, one in sets.items()
    )
    row = store.rows(
        f"SELECT {columns} FROM (SELECT page, uniqExactState(visitor) AS people "
        f"FROM views FINAL WHERE {condition} GROUP BY page)",
        **params,
        **values,
    )[0]
    return {name: SetTotal(int(row[f"{name}_addresses"]), int(row[f"{name}_visitors"])) for name in sets}


def groups_of_page(groups: Groups) -> tuple[str, dict[str, Any]]:
    """The numbers of the groups that `page` is in, as an array, with its bound values.

    All patterns are compared at once (https://clickhouse.com/docs/sql-reference/functions/string-search-functions,
    multiMatchAllIndices): one after the other, a site of many pages and groups would take minutes.
    """
    values: dict[str, Any] = {"query_part": QUERY.pattern}

    def matching(left_out: bool) -> str:
        """The numbers of the groups of which a pattern that takes in, or leaves out, matches the page."""
        found = []
        for with_query in (False, True):
            patterns = [
                (page_pattern(pattern.removeprefix(NOT)), number)
                for number, of_group in enumerate(groups, 1)
                for pattern in of_group
                if pattern.startswith(NOT) is left_out
            ]
            chosen = [(pattern, number) for pattern, number in patterns if pattern.with_query is with_query]
            if chosen:
                prefix = f"{'out' if left_out else 'in'}{int(with_query)}"
                values[f"{prefix}_patterns"] = [f"^(?:{pattern.regex})$" for pattern, _ in chosen]
                values[f"{prefix}_numbers"] = [number for _, number in chosen]
                text = "toString(page)" if with_query else "replaceRegexpAll(toString(page), {query_part:String}, '')"
                found.append(
                    f"arrayMap(at -> {{{prefix}_numbers:Array(UInt16)}}[at], "
                    f"multiMatchAllIndices({text}, {{{prefix}_patterns:Array(String)}}))"
                )
        return f"arrayConcat({', '.join(found)})" if found else "emptyArrayUInt16()"

    taken_in, left_out = matching(left_out=False), matching(left_out=True)
    return f"arrayFilter(one -> NOT has({left_out}, one), arrayDistinct({taken_in}))", values
