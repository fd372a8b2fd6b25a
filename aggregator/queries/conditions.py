"""Conditions that several queries share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.shapes.scope import Scope

PLACE = "site = {site:UInt32} AND page IN {pages:Array(String)} AND day BETWEEN {since:Date} AND {until:Date}"
OF_KIND = " AND kind = {kind:String}"
PEOPLE = "bot = '' AND excluded = 0"
PERIOD = "site = {site:UInt32} AND day BETWEEN {since:Date} AND {until:Date} AND " + PEOPLE


@dataclass(frozen=True)
class Where:
    """A condition with its bound values: `place` picks pages and period, `segment` who counts within."""

    place: str
    segment: str
    params: dict[str, Any]

    @property
    def sql(self) -> str:
        return f"{self.place} AND {self.segment}"


def where(scope: Scope, pages: tuple[str, ...], *, kind: bool = False) -> Where:
    """The condition of a scope, for a table with (`kind`) or without a column `kind`."""
    params: dict[str, Any] = {"site": scope.site, "pages": list(pages), "since": scope.since, "until": scope.until}
    if kind:
        params["kind"] = scope.kind
    segment = [_people(scope)]
    if scope.device:
        segment.append("device = {device:String}")
        params["device"] = scope.device
    if scope.variant:
        segment.append("variants[{experiment:String}] = {variant:String}")
        params["experiment"], params["variant"] = scope.variant
    return Where(PLACE + (OF_KIND if kind else ""), " AND ".join(segment), params)


def _people(scope: Scope) -> str:
    return "excluded = 0" if scope.bots else PEOPLE


def device_condition(device: str) -> tuple[str, dict[str, str]]:
    return (" AND device = {device:String}", {"device": device}) if device else ("", {})
