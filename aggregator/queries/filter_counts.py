"""Visitors by device, channel, source, country and newness, each under all filters but its own."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import Any

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import on_pages, where, where_site
from aggregator.queries.rule_facts import RuleFacts
from aggregator.queries.segments import each_view_sql, group_sql, met_sql, people_sql, rule_sql
from aggregator.queries.traffic import count_views
from aggregator.shapes.filter_counts import COUNTED, FilterCounts, Narrowing
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.segments import Rule, What

MOST_VALUES = 1_000  # of a trait
MOST_VIEWS = 20_000  # of a question; beyond, only some visitors are read, so that the bar is there with the page
_ALL, _EVERYONE = "all", "everyone"
_OF_VISIT: tuple[What, ...] = ("channel", "source", "country")  # values of the first view of the visit


def read_filter_counts(
    store: Store, scope: Scope | SiteScope, narrowing: Narrowing, pages: tuple[str, ...]
) -> FilterCounts:
    """The counts of a question whose scope is narrowed in parts. `pages`: those that the scope's patterns mean."""
    scope = replace(scope, device="", segment=None)
    one_in = _one_in(_views(store, scope, pages))
    sql, params = _sql(scope, narrowing, pages, one_in)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in store.rows(sql, **params):
        counts[row["by"]][row["value"]] = int(row["visitors"]) * one_in
    total, everyone = counts.pop(_ALL, {}), counts.pop(_EVERYONE, {})
    by = {what: counts.get(what, {}) for what in COUNTED}
    return FilterCounts(total.get("", 0), everyone.get("", 0), by, one_in)


def _views(store: Store, scope: Scope | SiteScope, pages: tuple[str, ...]) -> int:
    """About how many views a scope has."""
    if isinstance(scope, SiteScope):
        return count_views(store, scope)
    place = where(scope, pages)
    return int(store.rows(f"SELECT count() AS n FROM views WHERE {place.sql}", **place.params)[0]["n"])


def _one_in(views: int) -> int:
    """How many visitors there are for each that is read: a power of two, 1 up to MOST_VIEWS views."""
    return 1 << max(0, math.ceil(math.log2(views / MOST_VIEWS))) if views else 1


def _sql(
    scope: Scope | SiteScope, narrowing: Narrowing, pages: tuple[str, ...], one_in: int
) -> tuple[str, dict[str, Any]]:
    values = BoundValues("count")
    if isinstance(scope, Scope):
        place, of_pages = where(scope, pages), on_pages(pages, scope.pages)[0]
        counted, params = place.sql, place.params
    else:
        (counted, params), of_pages = where_site(scope), ""
    facts = RuleFacts(scope, values, people_sql(scope), of_pages)
    found = each_view_sql(facts, _rows(facts, narrowing, counted), of_pages, one_in)
    rows = f"SELECT arrayJoin(arrayDistinct(arrayFlatten(found))) AS one FROM ({found})"
    sql = (
        f"SELECT one.1 AS by, one.2 AS value, countIf(one.3) AS visitors FROM ({rows}) "
        f"GROUP BY by, value ORDER BY by, visitors DESC, value LIMIT {MOST_VALUES} BY by"
    )
    return sql, params | values.params


def _rows(facts: RuleFacts, narrowing: Narrowing, counted: str) -> str:
    """An expression about the view `v` of a `visit`: an array of (trait, value, whether all other filters let it
    through), empty for a view that is not `counted`."""
    inside = facts.also(counted)
    device, *of_visit = (facts.also(f"toString({name})") for name in ("device", *_OF_VISIT))
    tests: dict[str, str] = {}
    if narrowing.tree:
        tests["segment"] = met_sql(group_sql(narrowing.tree, facts))
    tests |= {rule.what: met_sql(rule_sql(rule, facts)) for rule in narrowing.filters}
    on_device = f"v.{device} = {facts.values.bind('String', narrowing.device)}" if narrowing.device else "1"
    if narrowing.device:
        tests["device"] = on_device

    def fits(without: str = "") -> str:
        return "toUInt8(" + (" AND ".join(test for name, test in tests.items() if name != without) or "1") + ")"

    new, returning = (met_sql(rule_sql(Rule(what="visitor", values=(one,)), facts)) for one in ("new", "returning"))
    rows = [
        f"('{_ALL}', '', {fits()})",
        f"('{_EVERYONE}', '', toUInt8({on_device}))",
        f"('device', '', {fits('device')})",
        f"('device', v.{device}, {fits('device')})",
        *(f"('{what}', visit[1].{n}, {fits(what)})" for what, n in zip(_OF_VISIT, of_visit, strict=True)),
        f"('visitor', multiIf({new}, 'new', {returning}, 'returning', ''), {fits('visitor')})",
    ]
    return f"if(v.{inside}, [{', '.join(rows)}], [])"
