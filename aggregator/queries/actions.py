"""What visitors did, as SQL: each action is a subquery of the times it happened, with columns view, visitor and ms.

Events that were sent have their value too, as `amount`: 0 where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.queries.bound_values import BoundValues
from aggregator.shapes.scope import BadScope
from store.segments import Action, Count, Order, Rule

LEFT_BLANK = 1  # of an input's flags (FIELD_FLAGS in collector/wire.py)
SEEN_MS = 150  # in view
_MS = "toUnixTimestamp64Milli(time) AS ms"
_EVENTS = {"sent": "custom", "error": "error", "left_blank": "input", "submitted": "submit"}


@dataclass(frozen=True)
class Happened:
    """An action within the rows that `where` selects; `test`: the condition on a row of `views` that says the same, for
    an action that a view has once or not at all, and that its row alone shows."""

    sql: str
    test: str = ""


def happened(action: Rule | Action, where: str, values: BoundValues) -> Happened:
    """The times of an action."""
    match action.what:
        case "saw" if not action.element:
            pages = tuple(filter(None, (action.page, *(action.values if isinstance(action, Rule) else ()))))
            return _of_views(values.on_page("page", pages) if pages else "1", where)
        case "stayed":
            return _of_views(f"({_on_page(action, values)} AND {_between('engaged_ms / 1000', action, values)})", where)
        case "clicked":
            return _of_points(f"kind = 'click' AND {_on_element(action, values)}", action, where, values)
        case "dwelt":
            return _dwelt(action, where, values)
        case "scrolled":
            return _scrolled(action, where, values)
        case "sent" | "error" | "left_blank" | "submitted":
            return _of_events(action, where, values)
    raise BadScope(f"A segment cannot ask for {action.what!r} yet.")


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
    columns = f"view, visitor, {_MS}" + (", ifNull(value, 0.) AS amount" if action.what == "sent" else "")
    return Happened(f"SELECT {columns} FROM events WHERE {' AND '.join(parts)}")


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


def _on_page(action: Rule | Action, values: BoundValues) -> str:
    return values.on_page("page", (action.page,)) if action.page else "1"


def _between(sql: str, action: Rule | Action, values: BoundValues) -> str:
    return values.between(sql, action.least, action.most)


def _on_element(action: Rule | Action, values: BoundValues) -> str:
    """The condition that a point or an event is on the action's element."""
    if action.zone:
        raise BadScope("A segment cannot ask for a zone yet.")
    if not action.element:
        return "1"
    return f"key = {values.bind('UInt64', int(action.element, 16))}"


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
