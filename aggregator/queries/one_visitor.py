"""What one visitor did. Touches are found by their key (site, visitor, time), everything else by page and view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import PEOPLE, where
from aggregator.queries.contacts import contacts_sql, entries_sql
from aggregator.shapes.journeys import VISIT_GAP, Course
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.walks import Example, ViewEvent, VisitorTouch, WalkedView
from store.client import Store

MOST_TOUCHES = 1_000  # of one visitor; what comes after is not read


@dataclass(frozen=True, order=True)
class _Row:
    """A touch, or a contact that is no view. `entry`: the touchpoint of how a visit came that begins here, or 0.
    `coarse`: only its day is known."""

    ms: int
    view: int
    touchpoint: int
    page: str = ""
    entry: int = 0
    coarse: bool = False


def read_visitor(
    store: Store, followed: SiteScope, course: Course, claims: Mapping[str, int], one: Example
) -> tuple[VisitorTouch, ...]:
    """The touches of a visitor from the first one of the way on, in order. `followed`: the days, up to the present;
    `claims`: page → touchpoint."""
    bound = BoundValues("one")
    people = (
        f"site = {{site:UInt32}} AND visitor = {bound.bind('UInt64', one.visitor)} "
        f"AND {bound.days(followed.zone, followed.since, followed.until)} AND {PEOPLE}"
    )
    numbers = list(range(len(course.stage_of)))
    entry = entries_sql(course, numbers, people, bound)
    contacts = contacts_sql(course, numbers, people, "", bound)
    found = store.rows(
        "SELECT * FROM ("
        f"SELECT toUInt64(toUnixTimestamp64Milli(time)) AS ms, view, toString(page) AS name, {entry} AS entry, "
        f"toUInt16(0) AS contact, toUInt32(0) AS coarse FROM touches WHERE {people} "
        f"UNION ALL SELECT ms, view, '', toUInt16(0), mark, page_hash FROM ({contacts})"
        f") ORDER BY ms, view LIMIT {MOST_TOUCHES} SETTINGS max_threads = 1",
        site=followed.site,
        **bound.params,
    )
    rows = {
        _Row(
            ms=int(row["ms"]),
            view=int(row["view"]),
            touchpoint=int(row["contact"]) or claims.get(row["name"], 0),
            page=row["name"],
            entry=int(row["entry"]),
            coarse=bool(row["coarse"]),
        )
        for row in found
    }
    return tuple(touch for touch in _touches(sorted(rows)) if touch.ms >= one.begin)


def _touches(rows: list[_Row]) -> list[VisitorTouch]:
    """Where a visit begins, how it came counts, if its touchpoint comes before that of the page
    (aggregator/queries/journey_ways.py)."""
    found = []
    last = -VISIT_GAP
    for row in rows:
        began, last = row.ms - last >= VISIT_GAP, row.ms
        came = began and row.entry and (not row.touchpoint or row.entry < row.touchpoint)
        touchpoint = row.entry if came else row.touchpoint
        found.append(VisitorTouch(row.ms, row.view, row.page, touchpoint, row.coarse))
    return found


def read_view_facts(store: Store, scope: Scope, views: list[int]) -> dict[int, WalkedView]:
    """View → what is known of it. `scope`: the pages and days of the views."""
    w = where(scope, scope.pages)
    of_views = f"{w.sql} AND view IN {{views:Array(UInt64)}}"
    facts = store.rows(
        f"SELECT view, engaged_ms, toString(device) AS device, toString(channel) AS channel FROM views FINAL "
        f"WHERE {of_views}",
        views=views,
        **w.params,
    )
    depths = store.rows(
        f"SELECT view, max(least(depth / greatest(page_h, 1), 1)) AS seen FROM scrolls WHERE {of_views} GROUP BY view",
        views=views,
        **w.params,
    )
    seen = {int(row["view"]): float(row["seen"]) for row in depths}
    return {
        int(row["view"]): WalkedView(int(row["engaged_ms"]), row["device"], row["channel"], seen.get(int(row["view"])))
        for row in facts
    }


def read_view_events(store: Store, scope: Scope, views: list[int]) -> list[ViewEvent]:
    """Fields used, submits, errors and custom events of these views by time. What was typed is not stored at all, and
    values of events are not read."""
    w = where(scope, scope.pages)
    found = store.rows(
        "SELECT toUnixTimestamp64Milli(time) AS ms, view, toString(kind) AS kind, record, "
        "if(kind = 'custom', toString(name), '') AS its_name FROM events "
        f"WHERE {w.sql} AND kind IN ('custom', 'input', 'submit', 'error') AND view IN {{views:Array(UInt64)}} "
        "ORDER BY ms, view",
        views=views,
        **w.params,
    )
    return [
        ViewEvent(int(row["ms"]), int(row["view"]), row["kind"], int(row["record"]), row["its_name"]) for row in found
    ]
