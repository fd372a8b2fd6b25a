"""Contacts with touchpoints that are no views: clicks, events, and rows of imported files; and how a visit came.

A click or event touches the first touchpoint that matches it. An event that names a touchpoint
(docs/server-events.md) touches the one with that key.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.queries.actions import happened
from aggregator.queries.bound_values import BoundValues
from aggregator.shapes.journeys import Course
from store.journeys import Matcher
from store.offsite import COARSE
from store.segments import Action

NAMED = "touchpoint/"  # before the key of a touchpoint, as the page of an event (collector/backend/records.py)
SELECTED = 1 << 10  # of a mark: whether the question selects the row
_MS = "toUnixTimestamp64Milli(time) AS ms"


def contacts_sql(course: Course, marks: Sequence[int], people: str, selected: str, values: BoundValues) -> str:
    """A query of the touches that are no views: visitor, ms, view, mark and page_hash (0; 1 if only the day is known).
    `marks[n]`: of touchpoint n; `selected`: the condition of the rows that the question selects, which a mark says with
    SELECTED; "" where nobody asks."""
    parts = []
    for bit, where in ((0, people), *([(1, selected)] if selected else [])):
        for n, matcher in course.matchers("element"):
            action = Action(what="clicked", element=matcher.element, page=matcher.page)
            parts.append(_part(n, "click", bit, happened(action, where, values).sql))
        for n, matcher in course.matchers("event", "offsite"):
            parts.append(_part(n, "event", bit, _events(matcher, where, values), "coarse"))
        parts.append(_named(course, bit, where, values))
    found = values.bind("Array(UInt16)", list(marks))
    mark = f"toUInt16({found}[min(n) + 1] + {SELECTED} * max(of_question))"
    return (
        f"SELECT visitor, toUInt64(ms) AS ms, view, {mark} AS mark, toUInt32(max(coarse)) AS page_hash "
        f"FROM ({' UNION ALL '.join(parts)}) WHERE n > 0 GROUP BY visitor, ms, view, of"
    )


def _part(n: int, of: str, bit: int, sql: str, coarse: str = "toUInt8(0) AS coarse") -> str:
    return f"SELECT visitor, ms, view, toUInt16({n}) AS n, '{of}' AS of, {bit} AS of_question, {coarse} FROM ({sql})"


def _events(matcher: Matcher, where: str, values: BoundValues) -> str:
    page = NAMED + matcher.source if matcher.on == "offsite" and matcher.source else matcher.page
    action = Action(what="sent", name=matcher.name, page=page, least=matcher.least, most=matcher.most)
    if matcher.on == "offsite":
        where += f" AND (page = '' OR startsWith(page, '{NAMED}'))"
    return happened(action, where, values).sql


def _named(course: Course, bit: int, where: str, values: BoundValues) -> str:
    pages = values.bind("Array(String)", [NAMED + key for key in course.keys[1:]])
    numbers = values.bind("Array(UInt16)", list(course.touchpoints))
    return (
        f"SELECT visitor, {_MS}, view, transform(toString(page), {pages}, {numbers}, toUInt16(0)) AS n, 'event' AS of, "
        f"{bit} AS of_question, toUInt8(bitAnd(flags, {COARSE})) AS coarse "
        f"FROM events WHERE {where} AND kind = 'custom' AND startsWith(page, '{NAMED}')"
    )


def channel_tests(
    matcher: Matcher,
    values: BoundValues,
    names: Sequence[str] = ("channel", "source", "medium", "campaign", "referrer"),
) -> list[str]:
    """The conditions that a channel matcher sets on a row of `views`, on these columns of it."""
    return [f"{name} = {values.bind('String', wanted)}" for name in names if (wanted := getattr(matcher, name))]


def event_test(matcher: Matcher, values: BoundValues) -> str:
    """The condition that a row of `events` is one that a matcher of events, or of files, matches."""
    page = NAMED + matcher.source if matcher.on == "offsite" and matcher.source else matcher.page
    parts = [values.named("name", matcher.name)] if matcher.name else []
    parts += [values.on_pages("page", [(page,)])] if page else []
    parts.append(f"ifNull({values.between('value', matcher.least, matcher.most)}, 0)")
    if matcher.on == "offsite":
        parts.append(f"(page = '' OR startsWith(page, '{NAMED}'))")
    return " AND ".join(parts)


def entries_sql(course: Course, marks: Sequence[int], people: str, values: BoundValues) -> str:
    """The mark of the first touchpoint that a visit touches which comes as this row of `touches` did; 0 without."""
    tests = []
    for n, matcher in course.matchers("channel"):
        parts = channel_tests(matcher, values, ("channel",))
        of_view = channel_tests(matcher, values, ("source", "medium", "campaign", "referrer"))
        if of_view:
            parts.append(f"view GLOBAL IN (SELECT view FROM views WHERE {people} AND {' AND '.join(of_view)})")
        tests.append(f"{' AND '.join(parts)}, toUInt16({marks[n]})")
    return f"multiIf({', '.join(tests)}, toUInt16(0))" if tests else "toUInt16(0)"
