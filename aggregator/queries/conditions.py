"""Conditions that several queries share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from aggregator.queries.segments import ONE_IN_TEN, segment_sql
from aggregator.shapes.scope import Scope, SiteScope
from store.pages import NOT, QUERY, page_pattern
from store.zoned_sql import in_days

OF_KIND = " AND kind = {kind:String}"
PEOPLE = "bot = '' AND excluded = 0"
# What a query names one by one, as a server limits the size of a bound value. Beyond, it carries the patterns.
MOST_NAMED, MOST_CHARACTERS = 500, 50_000


@dataclass(frozen=True)
class Condition:
    """A further condition of rows, with its bound values."""

    sql: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Where:
    """A condition with its bound values: `place` selects pages and period, `segment` who counts within them.

    `points`: the table of the points that it is about; one of `chosen_rows` has no others, and the condition none.
    """

    place: str
    segment: str
    params: dict[str, Any]
    points: str = "points"

    @property
    def sql(self) -> str:
        return f"{self.place} AND {self.segment}"

    def only(self, condition: Condition) -> Where:
        """The same, of the rows for which `condition` holds too; the others are outside the segment."""
        return replace(self, segment=f"{self.segment} AND {condition.sql}", params=self.params | dict(condition.params))


def on_pages(pages: Sequence[str], patterns: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The condition of `pages`, to which `patterns` resolved (aggregator/queries/pages.py), and its bound values.

    A few pages are named, which the primary key finds at once; many are selected by the patterns in the engine.
    """
    known = set(pages)
    rest = [pattern for pattern in patterns if pattern not in known]
    if not rest or (len(pages) <= MOST_NAMED and sum(map(len, pages)) <= MOST_CHARACTERS):
        return "page IN {pages:Array(String)}", {"pages": list(pages)}
    return selecting(patterns, "pattern", known)


def selecting(patterns: Sequence[str], prefix: str, known: Collection[str] = ()) -> tuple[str, dict[str, Any]]:
    """The condition that a list of patterns (`store.pages.selects`) selects `page`, and its bound values.

    Those that are names of `known` pages mean only these. The names of the values begin with `prefix`.
    """
    wanted = [pattern for pattern in patterns if not pattern.startswith(NOT)]
    left_out = [pattern.removeprefix(NOT) for pattern in patterns if pattern.startswith(NOT)]
    found, values = _matching([pattern for pattern in wanted if pattern not in known], prefix)
    if named := [pattern for pattern in wanted if pattern in known or "*" in pattern]:
        found.insert(0, f"page IN {{{prefix}named:Array(String)}}")
        values[f"{prefix}named"] = named
    without, of_without = _matching(left_out, f"{prefix}without")
    condition = f"({' OR '.join(found) or 'false'})" + "".join(f" AND NOT {one}" for one in without)
    return f"({condition})", values | of_without


def _matching(patterns: Sequence[str], prefix: str) -> tuple[list[str], dict[str, Any]]:
    """A condition for each pattern, and their bound values, whose names begin with `prefix`."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for number, pattern in enumerate(map(page_pattern, patterns)):
        name = "page" if pattern.with_query else "replaceRegexpAll(page, {query_part:String}, '')"
        conditions.append(f"match({name}, {{{prefix}{number}:String}})")
        values[f"{prefix}{number}"] = f"^(?:{pattern.regex})$"
        if not pattern.with_query:
            values["query_part"] = QUERY.pattern
    return conditions, values


def where(scope: Scope, pages: tuple[str, ...], *, kind: bool = False) -> Where:
    """The condition of a scope, for a table with (`kind`) or without a column `kind`."""
    if kind and scope.chosen.points:
        return Where("1", "1", {}, scope.chosen.points)
    condition, values = on_pages(pages, scope.pages)
    days, bounds = in_days(scope.zone, scope.since, scope.until)
    params: dict[str, Any] = {"site": scope.site, **values, **bounds}
    if kind:
        params["kind"] = scope.kind
    segment = ["excluded = 0" if scope.bots else PEOPLE]
    if scope.device:
        segment.append("device = {device:String}")
        params["device"] = scope.device
    if scope.variant:
        segment.append("variants[{experiment:String}] = {variant:String}")
        params["experiment"], params["variant"] = scope.variant
    if scope.segment:
        rules, values = segment_sql(scope, condition)
        segment.append(rules)
        params |= values
    place = f"site = {{site:UInt32}} AND {condition} AND {days}" + (OF_KIND if kind else "")
    place += tenth_sql(scope)
    return Where(place, " AND ".join(segment), params)


def all_points(scope: Scope) -> str:
    """The table with the points that a scope selects from."""
    return scope.kept.points if scope.kept else "points"


def last_rows(table: Literal["views", "scrolls"], scope: Scope) -> str:
    """A table of which a later row of a view replaces the earlier ones, for a condition of the scope.

    All rows of a view have the same id, so those of other views are left out before FINAL compares them.
    """
    if scope.kept:
        return scope.kept.views if table == "views" else scope.kept.scrolls
    chosen = scope.chosen.views
    return f"{table} FINAL PREWHERE view IN (SELECT view FROM {chosen})" if chosen else f"{table} FINAL"


def where_scrolls(scope: Scope, pages: tuple[str, ...]) -> tuple[str, Where]:
    """The rows of `scrolls` that a scope is about: where they are, and the condition."""
    if scope.chosen.scrolls:
        return scope.chosen.scrolls, Where("1", "1", {})
    return last_rows("scrolls", scope), where(scope, pages)


def tenth_sql(scope: Scope | SiteScope) -> str:
    """The condition that a row is of a visitor who is asked about, if only one in ten is; it begins with AND."""
    return f" AND {ONE_IN_TEN}" if scope.tenth else ""


def where_site(scope: SiteScope, whose: str = PEOPLE, prefix: str = "rule") -> tuple[str, dict[str, Any]]:
    """The condition of a question about a whole site, and its bound values. `whose`: the condition of the rows that may
    count; `prefix`: of the names of the values of its segment."""
    days, bounds = in_days(scope.zone, scope.since, scope.until)
    sql = f"site = {{site:UInt32}} AND {days} AND {whose}{tenth_sql(scope)}"
    params: dict[str, Any] = {"site": scope.site, **bounds}
    if scope.device:
        sql += " AND device = {device:String}"
        params["device"] = scope.device
    if scope.segment:
        rules, values = segment_sql(scope, prefix=prefix)
        sql += f" AND {rules}"
        params |= values
    return sql, params
