"""Conditions that several queries share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.shapes.scope import Scope, SiteScope
from store.zoned_sql import in_days

PAGES = "site = {site:UInt32} AND page IN {pages:Array(String)} AND "
OF_KIND = " AND kind = {kind:String}"
PEOPLE = "bot = '' AND excluded = 0"


@dataclass(frozen=True)
class Where:
    """A condition with its bound values: `place` selects pages and period, `segment` who counts within them."""

    place: str
    segment: str
    params: dict[str, Any]

    @property
    def sql(self) -> str:
        return f"{self.place} AND {self.segment}"


def where(scope: Scope, pages: tuple[str, ...], *, kind: bool = False) -> Where:
    """The condition of a scope, for a table with (`kind`) or without a column `kind`."""
    days, bounds = in_days(scope.zone, scope.since, scope.until)
    params: dict[str, Any] = {"site": scope.site, "pages": list(pages), **bounds}
    if kind:
        params["kind"] = scope.kind
    segment = ["excluded = 0" if scope.bots else PEOPLE]
    if scope.device:
        segment.append("device = {device:String}")
        params["device"] = scope.device
    if scope.variant:
        segment.append("variants[{experiment:String}] = {variant:String}")
        params["experiment"], params["variant"] = scope.variant
    return Where(PAGES + days + (OF_KIND if kind else ""), " AND ".join(segment), params)


def where_site(scope: SiteScope) -> tuple[str, dict[str, Any]]:
    """The condition of a question about a whole site, and its bound values."""
    days, bounds = in_days(scope.zone, scope.since, scope.until)
    sql = f"site = {{site:UInt32}} AND {days} AND {PEOPLE}"
    params: dict[str, Any] = {"site": scope.site, **bounds}
    if scope.device:
        sql += " AND device = {device:String}"
        params["device"] = scope.device
    return sql, params
