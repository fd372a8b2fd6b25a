"""What visitors did, as SQL: each action is a subquery of the times it happened, with columns view, visitor and ms.

Events that were sent have their value too, as `amount`: 0 where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.frustration import EDITABLE, RAGE_CLICKS, RAGE_GAP, RAGE_PX, UNJUDGED
from aggregator.measures.in_view import IN_VIEW_MS
from aggregator.placing.page_like import EQUAL_PX
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.point_sql import BY_HAND, IS_ANSWERED, IS_DISABLED, MAY_BE_DEAD
from aggregator.queries.pressed_tag import PRESSED_TAG
from aggregator.queries.traits import pages_of
from aggregator.shapes.depths import BANDS
from aggregator.shapes.scope import BadScope
from store.offsite import COARSE
from store.resolved_rules import OnPicture, PlacedElement, PlacedKind, ResolvedAction, ResolvedRule
from store.segments import Action, Count, Order, Rule
from store.zones import DAY_MS

LEFT_BLANK = 1  # of an input's flags (FIELD_FLAGS in collector/wire.py)
_MS = "toUnixTimestamp64Milli(time) AS ms"
_EVENTS = {"sent": "custom", "error": "error", "left_blank": "input", "submitted": "submit"}


@dataclass(frozen=True)
class Happened:
    """`sql`: the query of the times of an action; `test`: the condition on a row of `views` that says the same, for
    an action that a view has once or not at all, and that its row alone shows."""

    sql: str
    test: str = ""


def in_time(action: Rule | Action, found: Happened, period: str) -> Happened:
    """The times of an action that are within the window of the goal that it was: so many days from the visitor's first
    view in the `period` (a condition on rows)."""
    days = action.within_days if isinstance(action, ResolvedRule | ResolvedAction) else 0
    if not days:
        return found
    starts = "SELECT visitor, min(toUnixTimestamp64Milli(time)) AS start"
    return Happened(
        f"SELECT view, visitor, ms FROM ({found.sql}) AS done GLOBAL INNER JOIN "
        f"({starts} FROM views FINAL WHERE {period} GROUP BY visitor) AS starting USING (visitor) "
        f"WHERE ms >= start AND ms < start + {days * DAY_MS}"
    )


def happened(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The times of an action within the rows that `where` selects."""
    _check_zone(action)
    match action.what:
        case "saw" if action.element or action.zone:
            return _had_in_view(action, where, values)
        case "saw":
            return _of_views(_on_page(action, values), where)
        case "stayed":
            return _of_views(f"({_on_page(action, values)} AND {_between('engaged_ms / 1000', action, values)})", where)
        case "clicked":
            return _of_points(f"kind = 'click' AND {_on_element(action, values)}", action, where, values)
        case "dead":
            return _dead(action, where, values)
        case "rage":
            return _rage(action, where, values)
        case "dwelt":
            return _dwelt(action, where, values)
        case "scrolled":
            return _scrolled(action, where, values)
        case "sent" | "error" | "left_blank" | "submitted":
            return _of_events(action, where, values)
        case "answered":
            return _answered(action, where, values)
    raise BadScope(f"There is no goal {action.name!r}: it may have been deleted.")


def _check_zone(action: Rule | Action) -> None:
    """BadScope for a zone that the site does not have."""
    if action.zone and not (isinstance(action, ResolvedRule | ResolvedAction) and action.of_zone):
        raise BadScope(f"There is no zone {action.zone!r}: it may have been deleted.")


def _of_views(test: str, where: str) -> Happened:
    return Happened(f"SELECT view, visitor, {_MS} FROM views FINAL WHERE {where} AND {test}", test)


def _of_points(condition: str, action: Rule | Action, where: str, values: BoundValues) -> Happened:
    page = _on_page(action, values)
    return Happened(f"SELECT view, visitor, {_MS} FROM points WHERE {where} AND {page} AND {condition}")


def _of_events(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    parts = [where, f"kind = '{_EVENTS[action.what]}'", _on_page(action, values), _on_element(action, values)]
    if action.what in ("sent", "error") and action.name:
        parts.append(values.named("name", action.name))
    if action.what == "sent":
        parts.append(_between("value", action, values))
    if action.what == "left_blank":
        parts.append(f"bitAnd(flags, {LEFT_BLANK}) > 0")
    columns = f"view, visitor, {_MS}"
    if action.what == "sent":
        columns += f", ifNull(value, 0.) AS amount, toUInt8(bitAnd(flags, {COARSE})) AS coarse"
    return Happened(f"SELECT {columns} FROM events WHERE {' AND '.join(parts)}")


def _answered(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The answers to a survey, to one of its questions, or those that name an entry of its list. Of an answer that was
    changed, the last one counts."""
    survey, _, rest = action.name.partition("/")
    question, _, option = rest.partition("/")
    parts = [where, "question != ''", f"survey = {values.bind('String', survey)}", _on_page(action, values)]
    if question:
        parts.append(f"question = {values.bind('String', question)}")
    if option:
        parts.append(f"has(options, {values.bind('String', option)})")
    if action.least is not None or action.most is not None:
        parts.append(f"ifNull({_between('score', action, values)}, 0)")
    return Happened(f"SELECT view, visitor, {_MS} FROM feedback FINAL WHERE {' AND '.join(parts)}")


def _dwelt(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The views with enough dwell in all, at the time when the first of it was reported."""
    on = f"{_on_page(action, values)} AND {_on_element(action, values)}"
    enough = _between("sum(toFloat64(weight)) / 1000", action, values)
    return Happened(
        "SELECT view, any(visitor) AS visitor, min(toUnixTimestamp64Milli(time)) AS ms FROM points "
        f"WHERE {where} AND kind = 'hover' AND {on} GROUP BY view HAVING {enough}"
    )


def _scrolled(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The views whose deepest edge is at such a share of the page. A view that reported none saw its first viewport."""
    on = f"{where} AND {_on_page(action, values)}"
    columns = "view, visitor, time"
    return Happened(
        "SELECT view, argMax(visitor, known) AS visitor, min(toUnixTimestamp64Milli(time)) AS ms FROM ("
        f"SELECT {columns}, depth, page_h, 1 AS known FROM scrolls FINAL WHERE {on} UNION ALL "
        f"SELECT {columns}, toUInt32(viewport_h) AS depth, page_h, 0 AS known FROM views FINAL WHERE {on}) "
        f"GROUP BY view HAVING {_between('least(1, argMax(depth / greatest(page_h, 1), known))', action, values)}"
    )


def _dead(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    placed = _placed(action)
    judged = "0" if placed and placed.is_unjudged else f"NOT {_pressed(UNJUDGED, values)}"
    if placed and placed.unjudged:
        judged = f"({judged} AND NOT {values.among('record', placed.unjudged)})"
    on = f"kind = 'click' AND {MAY_BE_DEAD} AND ({IS_DISABLED} OR {judged}) AND {_on_element(action, values)}"
    return _of_points(on, action, where, values)


def _rage(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """Bursts of clicks (measures.frustration.rage), at the time of the first that is on the action's element."""
    if (placed := _placed(action)) and placed.is_editable:
        return Happened(f"SELECT view, visitor, {_MS} FROM points WHERE 0")
    able = (
        f"{where} AND kind = 'click' AND {_on_page(action, values)} AND {BY_HAND} AND NOT {_pressed(EDITABLE, values)}"
    )
    enough = (
        f"SELECT view FROM points WHERE {able} GROUP BY view "
        f"HAVING count() >= {RAGE_CLICKS} AND countIf({IS_ANSWERED}) < count()"
    )
    follows = f"b.1 - a.1 < {RAGE_GAP} AND (b.2 - a.2) * (b.2 - a.2) + (b.3 - a.3) * (b.3 - a.3) <= {RAGE_PX**2}"
    clicks = (
        "SELECT view, arraySort(c -> (c.1, c.2, c.3), groupArray((toUnixTimestamp64Milli(time), toInt64(page_x), "
        f"toInt64(page_y), toUInt8({IS_ANSWERED}), toUInt8({_on_element(action, values)}), visitor))) AS clicks "
        f"FROM points WHERE {able} AND view GLOBAL IN ({enough}) GROUP BY view"
    )
    bursts = (
        "arraySplit((c, begins) -> begins, clicks, arrayPushFront(arrayMap((a, b) -> "
        f"toUInt8(NOT ({follows})), arrayPopBack(clicks), arrayPopFront(clicks)), toUInt8(1)))"
    )
    is_rage = f"length(burst) >= {RAGE_CLICKS} AND NOT arrayAll(c -> c.4, burst) AND arrayExists(c -> c.5, burst)"
    return Happened(
        "SELECT view, one.6 AS visitor, one.1 AS ms FROM (SELECT view, arrayJoin(arrayMap("
        f"burst -> arrayFilter(c -> c.5, burst)[1], arrayFilter(burst -> {is_rage}, {bursts}))) AS one "
        f"FROM ({clicks}))"
    )


def _pressed(tags: frozenset[str], values: BoundValues) -> str:
    """The condition that a click is on a record that presses one of these tags."""
    return (
        "record GLOBAL IN (SELECT record FROM elements WHERE site = {site:UInt32} "
        f"AND {PRESSED_TAG} IN {values.bind('Array(String)', sorted(tags))})"
    )


def _had_in_view(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The views in which the twentieth of the page with the element's middle was in view for long enough."""
    placed = _placed(action)
    windows = placed.windows if placed else None
    if windows is None:
        return Happened(f"SELECT view, visitor, {_MS} FROM views FINAL WHERE 0")
    widths = values.bind("Array(UInt16)", list(windows.widths))
    bands = values.bind("Array(UInt32)", list(windows.bands))
    seen = (
        f"arrayExists((ms, n) -> ms >= {IN_VIEW_MS} AND bitTest(transform(viewport_w, {widths}, {bands}, toUInt32(0)), "
        f"n), bands, range(length(bands)))"
    )
    on = f"{where} AND {_on_page(action, values)} AND length(bands) <= {BANDS} AND {seen}"
    return Happened(f"SELECT view, visitor, {_MS} FROM scrolls FINAL WHERE {on}")


def _on_page(action: Rule | Action, values: BoundValues) -> str:
    pages = pages_of(action)
    return values.on_pages("page", pages) if pages else "1"


def _between(sql: str, action: Rule | Action, values: BoundValues) -> str:
    return values.between(sql, action.least, action.most)


def _placed(action: Rule | Action) -> PlacedElement | None:
    return action.placed if isinstance(action, ResolvedRule | ResolvedAction) else None


def _on_element(action: Rule | Action, values: BoundValues) -> str:
    """The condition that a point or an event is on the action's element or in its zone: where a picture of the page
    shows it, or by its key if no picture has the element."""
    placed = _placed(action)
    if placed is not None and placed.pictures:
        found = [_on_picture(one, placed.kind, values) for one in placed.pictures]
        return f"({' OR '.join(found)})"
    if action.element:
        return f"key = {values.bind('UInt64', int(action.element, 16))}"
    zone = action.of_zone if isinstance(action, ResolvedRule | ResolvedAction) else None
    return values.among("key", [int(key, 16) for key in zone.elements]) if zone else "1"


def _on_picture(picture: OnPicture, kind: PlacedKind, values: BoundValues) -> str:
    found = [values.among("record", picture.records)]
    if picture.keys:
        found.append(f"({values.among('key', picture.keys)} AND NOT {values.among('record', picture.known)})")
    if kind == "event":  # events do not know the size of the page
        found += [values.among("record", picture.likely), values.among("record", picture.same_size)]
        return f"({' OR '.join(found)})"
    width, height = values.bind("Int64", picture.width), values.bind("Int64", picture.height)
    same_width, same_height = f"viewport_w = {width}", f"abs(toInt64(page_h) - {height}) <= {EQUAL_PX}"
    if picture.likely:
        found.append(f"({values.among('record', picture.likely)} AND NOT ({same_width} AND NOT {same_height}))")
    if picture.same_size:
        found.append(f"({values.among('record', picture.same_size)} AND {same_width} AND {same_height})")
    return f"({' OR '.join(found)})"


def order_count(these: str, others: str, order: Order, within_s: float, values: BoundValues) -> str:
    """How many of the times `these` (an array, ms) have one of `others` strictly later ("before") or earlier ("after"),
    at most so many seconds apart; 0: any time.

    Both are merged in order of time; at one instant, the others come where they do not count.
    """
    mine = 1 if order == "before" else 0
    merged = (
        f"arraySort(arrayConcat(arrayMap(t -> (t, toUInt8({mine})), {these}), "
        f"arrayMap(t -> (t, toUInt8({1 - mine})), {others})))"
    )
    fill = "arrayReverseFill" if order == "before" else "arrayFill"
    near = f" AND abs(other.1 - m.1) <= {values.bind('Int64', round(within_s * 1000))}" if within_s else ""
    return (
        f"arrayCount((m, other) -> m.2 = {mine} AND other.2 = {1 - mine}{near}, {merged}, "
        f"{fill}(m -> m.2 = {1 - mine}, {merged}))"
    )


def enough_times(sql: str, times: int, count: Count) -> str:
    """The condition that a number of times is what a rule wants; 0 times are "at most" any number."""
    return f"{sql} {({'least': '>=', 'exactly': '=', 'most': '<='})[count]} {times}"
