"""Groups of pages: counted in the engine page by page, so that each pattern is compared with each page once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aggregator.queries.conditions import PEOPLE, selecting, where_site
from aggregator.shapes.page_groups import GroupTotal, SetTotal
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import day_of_row

Groups = Sequence[tuple[str, ...]]  # the patterns of each


def read_group_totals(store: Store, scope: SiteScope, groups: Groups) -> list[GroupTotal]:
    """Each group that has views by its place in `groups`, from 1, and 0: all pages that are in none."""
    condition, params = where_site(scope)
    found, values = _groups_of_page(groups)
    rows = store.rows(
        "SELECT number, count() AS addresses, uniqExactMerge(people) AS visitors, sum(view_total) AS views, "
        "sum(click_total) AS clicks FROM (SELECT page, uniqExactState(visitor) AS people, count() AS view_total, "
        f"sum(clicks) AS click_total FROM views FINAL WHERE {condition} GROUP BY page) "
        f"ARRAY JOIN if(empty({found} AS groups_of_page), [0], groups_of_page) AS number GROUP BY number",
        **params,
        **values,
    )
    return [GroupTotal(int(r["number"]), int(r["addresses"]), int(r["visitors"]), int(r["views"]), int(r["clicks"]))
            for r in rows]  # fmt: skip


def read_group_days(store: Store, scope: SiteScope, groups: Groups) -> list[tuple[int, date, int]]:
    """(group, day, views) for days with views."""
    condition, params = where_site(scope)
    found, values = _groups_of_page(groups)
    day, of_day = day_of_row(scope.zone, scope.since, scope.until)
    rows = store.rows(
        "SELECT number, local_day, sum(view_total) AS views FROM (SELECT page, "
        f"{day} AS local_day, count() AS view_total FROM views FINAL WHERE {condition} GROUP BY page, local_day) "
        f"ARRAY JOIN {found} AS number GROUP BY number, local_day",
        **params,
        **values,
        **of_day,
    )
    return [(int(row["number"]), row["local_day"], int(row["views"])) for row in rows]


def read_new_addresses(store: Store, scope: SiteScope, groups: Groups) -> dict[int, int]:
    """Group → addresses that people visited for the first time since the first day of the scope."""
    found, values = _groups_of_page(groups)
    rows = store.rows(
        "SELECT number, count() AS addresses FROM (SELECT page FROM views "
        f"WHERE site = {{site:UInt32}} AND {PEOPLE} GROUP BY page HAVING min(time) >= {{first:DateTime64(3)}}) "
        f"ARRAY JOIN {found} AS number GROUP BY number",
        site=scope.site,
        first=scope.zone.midnight(scope.since),
        **values,
    )
    return {int(row["number"]): int(row["addresses"]) for row in rows}


def read_pages_of_groups(store: Store, scope: SiteScope, groups: Groups) -> dict[str, list[int]]:
    """Page → the groups that it is in, for the pages with views that are in one, the busiest first."""
    condition, params = where_site(scope)
    found, values = _groups_of_page(groups)
    rows = store.rows(
        f"SELECT toString(page) AS page_name, {found} AS numbers FROM (SELECT page, uniqExact(visitor) AS people "
        f"FROM views WHERE {condition} GROUP BY page) WHERE notEmpty(numbers) ORDER BY people DESC, page_name",
        **params,
        **values,
    )
    return {row["page_name"]: [int(number) for number in row["numbers"]] for row in rows}


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
        f"SELECT {columns} FROM (SELECT page, uniqExactState(visitor) AS people FROM views FINAL WHERE {condition} "
        "GROUP BY page)",
        **params,
        **values,
    )[0]
    return {name: SetTotal(int(row[f"{name}_addresses"]), int(row[f"{name}_visitors"])) for name in sets}


def _groups_of_page(groups: Groups) -> tuple[str, dict[str, Any]]:
    """The numbers of the groups that `page` is in, as an array, with its bound values."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for number, patterns in enumerate(groups, 1):
        condition, of_group = selecting(patterns, f"group{number}_")
        conditions.append(f"if({condition}, {number}, 0)")
        values |= of_group
    return f"arrayFilter(one -> one > 0, [{', '.join(conditions) or '0'}])", values
