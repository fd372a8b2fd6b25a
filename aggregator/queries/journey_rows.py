"""What the ways of visitors through a journey are made of, as SQL: their touches, goals and troubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.queries.actions import happened
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.conditions import MOST_CHARACTERS, MOST_NAMED, PEOPLE, where_site
from aggregator.queries.contacts import SELECTED, contacts_sql, entries_sql
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, MAY_BE_DEAD
from aggregator.queries.pressed_tag import PRESSED_TAG
from aggregator.queries.segments import ONE_IN_TEN
from aggregator.shapes.journeys import SHORT_MS, Course, Trouble
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.visitor_ranges import VisitorRange

# The bits of a mark: touchpoint, whether the question selects the view, stage + 1, whether the view was short.
TOUCHPOINT, SELECTED_BIT, STAGE_SHIFT, STAGE_BITS, SHORT_BIT = 1023, SELECTED.bit_length() - 1, 11, 15, 15
IN_RANGE = "visitor BETWEEN {first_visitor:UInt64} AND {last_visitor:UInt64}"
TROUBLE_BITS = 3  # of what is written beside the touchpoint of a trouble


@dataclass(frozen=True)
class Rows:
    """Queries by visitor: `touches` has ms, view, mark and page_hash (0: no view; 1: no view, and only the day is
    known), and with `has_entries` `entry`: the mark of how a visit came that begins with it. `goals` has ms and goal;
    `troubles` has ms and trouble (touchpoint · 2^3 + `Trouble`). `engaged` has touchpoint, view and engaged_ms, all
    rows of a view. `count`: of the touches that are views. `selected_touches` has ms and mark of the touches that the
    question selects, without how visits came.

    `people`: the condition of the rows of people, from the period's first day to the present;
    `selected`: the condition of the rows that the question selects; `touchpoint`: that of the page of a row, as SQL."""

    touches: str
    goals: str
    troubles: str
    engaged: str
    count: str
    values: dict[str, Any]
    people: str
    selected: str
    touchpoint: str
    selected_touches: str
    has_entries: bool = False


def journey_rows(
    scope: SiteScope,
    course: Course,
    claims: Mapping[str, int],
    followed: SiteScope,
    *,
    marks_short: bool = True,
    whose: str = PEOPLE,
) -> Rows:
    """The rows that matter to a course. `claims`: page → touchpoint; `followed`: the scope with the days from the
    period's first to the present. `marks_short`: whether the marks of touches say which views were short, which reads
    the engagement of all views. `whose`: the condition of the rows that may count."""
    selected, values = where_site(scope, whose)
    numbers = _Numbers(course, claims)
    bound = numbers.values
    days = bound.days(followed.zone, followed.since, followed.until)
    people = f"site = {{site:UInt32}} AND {days} AND {whose}" + (f" AND {ONE_IN_TEN}" if scope.tenth else "")
    return Rows(
        touches=_touches(
            people,
            selected,
            numbers,
            is_filtered=bool(scope.segment or scope.device),
            marks_short=marks_short,
        ),
        has_entries=numbers.has_entries,
        goals=" UNION ALL ".join(
            f"SELECT visitor, toUInt64(ms) AS ms, {n} AS goal FROM ({happened(goal.action, people, bound).sql})"
            for n, goal in enumerate(course.goals)
        ),
        troubles=_troubles(selected, numbers.touchpoint),
        engaged=(
            f"SELECT visitor, {numbers.touchpoint} AS touchpoint, view, engaged_ms FROM views "
            f"WHERE {selected} AND touchpoint > 0"
        ),
        count=f"SELECT count() AS n FROM touches WHERE {people}",
        people=people,
        selected=selected,
        touchpoint=numbers.touchpoint,
        selected_touches=(
            f"SELECT visitor, toUInt64(toUnixTimestamp64Milli(time)) AS ms, toUInt16({numbers.mark}) AS mark "
            f"FROM touches WHERE {selected} "
            f"UNION ALL SELECT visitor, ms, mark FROM ({numbers.contacts(selected, selected)})"
        ),
        values={**values, **bound.params},
    )


class _Numbers:
    """SQL for the touchpoint that claims the page of a row: few pages are named, many are matched by their patterns."""

    def __init__(self, course: Course, claims: Mapping[str, int]) -> None:
        self.values = BoundValues("course")
        self._course = course
        self._claims = claims
        self.marks = [n and n | stage + 1 << STAGE_SHIFT for n, stage in enumerate(course.stage_of)]
        self.has_entries = bool(course.matchers("channel"))
        self.touchpoint = self._of(range(len(course.stage_of)))
        self.mark = self._of(self.marks)

    def contacts(self, people: str, selected: str) -> str:
        return contacts_sql(self._course, self.marks, people, selected, self.values)

    def entry(self, people: str) -> str:
        return entries_sql(self._course, self.marks, people, self.values)

    def _of(self, numbers: range | list[int]) -> str:
        pages = list(self._claims)
        if not pages:
            return "toUInt16(0)"
        if len(pages) <= MOST_NAMED and sum(map(len, pages)) <= MOST_CHARACTERS:
            names = self.values.bind("Array(String)", pages)
            found = self.values.bind("Array(UInt16)", [numbers[self._claims[page]] for page in pages])
            # The engine computes it on the dictionary of the column. It must not keep one: numbers with a dictionary
            # are slow to sort, and the client decodes them one by one.
            return f"CAST(transform(page, {names}, {found}, toUInt16(0)), 'UInt16')"
        tests = [
            f"{self.values.on_pages('page', [patterns])}, toUInt16({number})"
            for number, patterns in zip(numbers, self._course.patterns, strict=True)
            if patterns
        ]
        return f"CAST(multiIf({', '.join(tests)}, toUInt16(0)), 'UInt16')"


def range_values(visitors: VisitorRange) -> dict[str, int]:
    """The values of a condition IN_RANGE."""
    return {"first_visitor": visitors.first, "last_visitor": visitors.last}


def _touches(people: str, selected: str, numbers: _Numbers, *, is_filtered: bool, marks_short: bool) -> str:
    rows = people
    if is_filtered:
        rows += f" AND visitor GLOBAL IN (SELECT visitor FROM touches WHERE {selected})"
    # Engagement only grows, so that any row of a view says that it was long: no need for FINAL, which takes longer.
    long = f"view GLOBAL IN (SELECT view FROM views WHERE {people} AND engaged_ms >= {SHORT_MS})"
    short = f" + {1 << SHORT_BIT} * (NOT {long})" if marks_short else ""
    mark = f"bitOr({numbers.mark}, {SELECTED} * ({selected}){short})"
    entry, none = (f", {numbers.entry(people)} AS entry", ", toUInt16(0) AS entry") if numbers.has_entries else ("", "")
    return (
        f"SELECT visitor, toUInt64(toUnixTimestamp64Milli(time)) AS ms, view, toUInt16({mark}) AS mark, "
        f"CAST(xxHash64(page), 'UInt32') AS page_hash{entry} FROM touches WHERE {rows} "
        f"UNION ALL SELECT visitor, ms, view, mark, page_hash{none} FROM ({numbers.contacts(people, selected)})"
    )


def _troubles(selected: str, touchpoint: str) -> str:
    clicks = f"{selected} AND kind = 'click'"
    dead, able = dead_sql(), f"{clicks} AND {rage_able_sql()}"
    columns = f"one.1 AS ms, one.{FIRST} AS visitor, one.{FIRST + 1} AS page"
    of_row = "SELECT toUnixTimestamp64Milli(time) AS ms, visitor, page FROM"
    sources = {
        Trouble.DEAD: f"{of_row} points WHERE {clicks} AND {dead}",
        Trouble.RAGE: f"SELECT {columns} FROM ({bursts_sql(able, ('visitor', 'page'))})",
        Trouble.ERROR: f"{of_row} events WHERE {selected} AND kind = 'error' AND key != 0",
    }
    return " UNION ALL ".join(
        f"SELECT visitor, ms, toUInt16({touchpoint} * {1 << TROUBLE_BITS} + {int(kind)}) AS trouble FROM ({source})"
        for kind, source in sources.items()
    )


def dead_sql() -> str:
    """The condition that a click had no effect."""
    return f"{MAY_BE_DEAD} AND ({IS_DISABLED} OR NOT {_presses(UNJUDGED)})"


def rage_able_sql() -> str:
    """The condition that a click can be part of a burst."""
    return f"{BY_HAND} AND NOT {_presses(EDITABLE)}"


def _presses(tags: frozenset[str]) -> str:
    names = ", ".join(f"'{tag}'" for tag in sorted(tags))
    of_site = "SELECT record FROM elements WHERE site = {site:UInt32}"
    return f"record GLOBAL IN ({of_site} AND {PRESSED_TAG} IN ({names}))"
