"""Who fits a segment, by trait; and the latest visits that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE, on_pages, where, where_site
from aggregator.queries.rule_facts import RuleFacts
from aggregator.queries.segments import each_view_sql, group_sql, met_sql, people_sql, rule_sql
from aggregator.queries.visits import GAP_MS
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_people import SegmentVisit
from store.client import Store
from store.segments import Group, Rule, What
from store.zones import DAY_MS

FIRST: tuple[What, ...] = ("device", "channel", "source", "country", "browser", "os", "language")
TRAITS: tuple[What, ...] = (*FIRST, "visitor", "landing", "exit")


@dataclass(frozen=True)
class ValueCount:
    """Visitors with a value of a trait: those who fit the tree, and everyone."""

    what: What
    value: str
    these: int
    everyone: int


def read_trait_counts(store: Store, scope: Scope | SiteScope, tree: Group, pages: tuple[str, ...]) -> list[ValueCount]:
    """The visitors of a question by the traits of their visits. Values that are not known are left out."""
    scope = replace(scope, segment=None)
    counted, params, of_pages = _counted(scope, pages)
    values = BoundValues("people")
    facts = RuleFacts(scope, values, people_sql(scope), of_pages)
    inside, page = facts.also(counted), facts.also("toString(page)")
    of_first = [facts.also(f"toString({name})") for name in FIRST]
    fits = f"toUInt8({met_sql(group_sql(tree, facts))})"
    new = met_sql(rule_sql(Rule(what="visitor", values=("new",)), facts))
    pairs = [f"('{name}', visit[1].{n}, {fits})" for name, n in zip(FIRST, of_first, strict=True)]
    pairs += [
        f"('visitor', if({new}, 'new', 'returning'), {fits})",
        f"('landing', visit[1].{page}, {fits})",
        f"('exit', visit[-1].{page}, {fits})",
    ]
    found = each_view_sql(facts, f"if(v.{inside}, [{', '.join(pairs)}], [])", of_pages)
    rows = store.rows(
        "SELECT one.1 AS what, one.2 AS value, countIf(one.3) AS these, uniqExact(visitor) AS everyone "
        f"FROM (SELECT visitor, arrayJoin(arrayDistinct(arrayFlatten(found))) AS one FROM ({found})) "
        "WHERE value != '' GROUP BY what, value HAVING these > 0 ORDER BY these DESC, what, value LIMIT 50 BY what",
        **params,
        **values.params,
    )
    names = {str(name): name for name in TRAITS}
    return [ValueCount(names[row["what"]], row["value"], int(row["these"]), int(row["everyone"])) for row in rows]


def read_latest_visits(
    store: Store, scope: Scope | SiteScope, pages: tuple[str, ...], most: int
) -> tuple[SegmentVisit, ...]:
    """The latest visits with a view that fits the scope, of different visitors, the newest first."""
    counted, params, _ = _counted(scope, pages)
    latest = store.rows(
        "SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms FROM views FINAL "
        f"WHERE {counted} ORDER BY time DESC, view LIMIT 1 BY visitor LIMIT {most}",
        **params,
    )
    if not latest:
        return ()
    around = _views(store, scope.site, [row["visitor"] for row in latest], [row["ms"] for row in latest])
    visits = [_visit(around[row["visitor"]], int(row["view"])) for row in latest]
    clicks = _clicks(store, scope.site, [view["view"] for visit in visits for view in visit])
    return tuple(_summed(visit, clicks) for visit in visits if visit)


def _counted(scope: Scope | SiteScope, pages: tuple[str, ...]) -> tuple[str, dict[str, Any], str]:
    """The condition of the views of a scope, what it binds, and the condition of its pages."""
    if isinstance(scope, SiteScope):
        return *where_site(scope), ""
    w = where(scope, pages)
    return w.sql, w.params, on_pages(pages, scope.pages)[0]


def _views(store: Store, site: int, visitors: Sequence[int], times: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The views of some visitors within a day of these times (ms), by visitor, in order of time."""
    rows = store.rows(
        "SELECT visitor, view, toUnixTimestamp64Milli(time) AS ms, toString(page) AS page_name, "
        "toString(device) AS device_name, toString(country) AS country_name FROM views FINAL "
        "WHERE site = {site:UInt32} AND visitor IN {visitors:Array(UInt64)} "
        "AND time BETWEEN fromUnixTimestamp64Milli({since:Int64}, 'UTC') "
        "AND fromUnixTimestamp64Milli({until:Int64}, 'UTC') "
        "AND day BETWEEN toDate(fromUnixTimestamp64Milli({since:Int64}, 'UTC')) - 1 "
        f"AND toDate(fromUnixTimestamp64Milli({{until:Int64}}, 'UTC')) + 1 AND {PEOPLE} ORDER BY visitor, ms, view",
        site=site,
        visitors=list(visitors),
        since=min(times) - DAY_MS,
        until=max(times) + DAY_MS,
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["visitor"]].append(row)
    return found


def _visit(views: Sequence[dict[str, Any]], view: int) -> list[dict[str, Any]]:
    """The visit of a view, among all views of its visitor in order of time."""
    visit: list[dict[str, Any]] = []
    for row in views:
        if visit and row["ms"] - visit[-1]["ms"] > GAP_MS:
            if any(one["view"] == view for one in visit):
                break
            visit = []
        visit.append(row)
    return visit


def _clicks(store: Store, site: int, views: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """View → (element key, clicks) of these views."""
    rows = store.rows(
        "SELECT view, key, count() AS times FROM points WHERE site = {site:UInt32} AND kind = 'click' "
        "AND view IN {views:Array(UInt64)} GROUP BY view, key",
        site=site,
        views=list(views),
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        found[row["view"]].append((int(row["key"]), int(row["times"])))
    return found


def _summed(visit: Sequence[dict[str, Any]], clicks: dict[int, list[tuple[int, int]]]) -> SegmentVisit:
    made = [(times, key, view["page_name"]) for view in visit for key, times in clicks.get(view["view"], ())]
    times, key, page = max(made, default=(0, 0, ""))
    first, last = visit[0], visit[-1]
    return SegmentVisit(
        began=int(first["ms"]),
        device=first["device_name"],
        country=first["country_name"],
        pages=len({view["page_name"] for view in visit}),
        left_at=last["page_name"],
        clicked=key,
        clicked_on=page,
        times=times,
    )
