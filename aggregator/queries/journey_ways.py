"""The ways of visitors through a journey: their touches in order as arrays, one row per visitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.queries.journey_numbers import SAME_MS, SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, SHORT_BIT, Rows
from aggregator.shapes.journeys import (
    BEGINS,
    COARSE_PAGE,
    ENDS,
    NEW,
    QUICK_MS,
    SHORT,
    VISIT_GAP,
    Course,
    Moment,
)
from aggregator.shapes.scope import SiteScope
from store.zones import DAY_MS

# Where the parts of a packed touch begin: its page (0: none, 1: COARSE_PAGE, 2: any other), mark, view and ms.
_MARK_AT, _VIEW_AT, _MS_AT = 2, 18, 82
_NAMED_PAGE = COARSE_PAGE + 1


def followed(scope: SiteScope, now_ms: int) -> tuple[SiteScope, Moment]:
    """A scope with the days up to the present, in which what its visitors did afterwards lies; and its moment."""
    zone = scope.zone
    moment = Moment(zone.midnight(scope.since), zone.midnight(scope.until + timedelta(days=1)), now_ms)
    return replace(scope, until=max(scope.until, zone.day(now_ms))), moment


def visitors_sql(rows: Rows, course: Course, moment: Moment, *, also: tuple[str, ...] = ()) -> str:
    """A query with one row per visitor of the question, and the columns `also` (`visitor`):

    `way`: the touches of touchpoints; `coarse`: those of them of which only the day is known; `selected_times`: the ms
    of the touches that the question selects; `counted`: the marks of the touches in visits that count, with their
    `flags` and `counted_began`, the ms of their visit; `quick_backs`: the touches that were left at once for the page
    before; `goals`: ms · 2^16 + goal, since the first selected touch; `reached`: the first of each goal in the period.
    """
    flags = f"toUInt8(new * {NEW} + begin * {BEGINS} + end * {ENDS} + bitTest(k, {SHORT_BIT}) * {SHORT})"
    is_new = "arrayMap(n -> n = 1, arrayEnumerateUniq(visit_numbers, touchpoints))"
    all_flags = f"arrayMap((k, begin, end, new) -> {flags}, marks, begins, ends, {is_new})"
    columns = {
        "selected_times": f"arrayFilter((ms, k) -> bitTest(k, {SELECTED_BIT}), times, marks)",
        "counted": "arrayFilter((k, count) -> count, marks, counts)",
        "counted_began": "arrayFilter((ms, count) -> count, began, counts)",
        "flags": f"arrayFilter((fl, count) -> count, {all_flags}, counts)",
        "quick_backs": _quick_backs(),
    }
    if course.goals:
        in_period = f"arrayFilter(g -> bitShiftRight(g, 16) < {moment.end}, goals)"
        columns |= {
            "reached": f"arrayFilter((g, n) -> n = 1, {in_period}, "
            f"arrayEnumerateUniq(arrayMap(g -> {touchpoint_sql('g')}, {in_period})))",
        }
    return select(columns, _visits(rows, course, moment, also), kept=("way", "coarse", "goals", *also))


def ways_sql(rows: Rows, course: Course, *, by_view: bool = True) -> str:
    """A query with one row per visitor of the question: `visitor`, `way` and `coarse` as `visitors_sql` has them.

    `by_view`: touches of one ms are in the order of their views; without it, of their marks, and a touch of one mark
    and ms is listed once, which takes less time."""
    if rows.has_entries:  # how a visit came counts where one begins, which only all of its touches say
        return f"SELECT visitor, way, coarse FROM ({_ways(rows, course, ('visitor',))})"
    is_touch = f"{touchpoint_sql('mark')} > 0"
    touch = "bitOr(bitShiftLeft(ms, 16), mark)"
    grouped = f"FROM ({rows.touches}) GROUP BY visitor HAVING max(bitTest(mark, {SELECTED_BIT})) {SETTINGS}"
    coarse = f"groupArrayIf({touch}, page_hash = {COARSE_PAGE}) AS coarse"
    if not by_view:
        return f"SELECT visitor, arrayCompact(arraySort(groupArrayIf({touch}, {is_touch}))) AS way, {coarse} {grouped}"
    # Numbers in the order of (ms, view, mark, page): to sort them takes half as long as to sort tuples.
    packed = (
        f"bitOr(bitShiftLeft(toUInt128(ms), {_MS_AT}), bitOr(bitShiftLeft(toUInt128(view), {_VIEW_AT}), "
        f"bitOr(bitShiftLeft(toUInt64(mark), {_MARK_AT}), least(page_hash, {_NAMED_PAGE}))))"
    )
    ms = f"bitShiftLeft(toUInt64(bitShiftRight(one, {_MS_AT})), 16)"
    way = f"arrayMap(one -> bitOr({ms}, bitAnd(toUInt64(bitShiftRight(one, {_MARK_AT})), {SAME_MS})), touches)"
    touches = f"arrayCompact(arraySort(groupArrayIf({packed}, {is_touch}))) AS touches"
    return select({"way": way}, f"SELECT visitor, {touches}, {coarse} {grouped}", kept=("visitor", "coarse"))


def timed(*touches: str) -> str:
    """Whether the times of all of these touches are known, and not only their days."""
    return " AND ".join(f"NOT has(coarse, {touch})" for touch in touches)


def _visits(rows: Rows, course: Course, moment: Moment, also: tuple[str, ...]) -> str:
    """A query with one row per visitor: which touches begin and end a visit, and `counts`: whether a touch is in a
    visit that began in the period and has a view that the question selects."""
    earlier = f"arrayMap((n, k) -> n - bitTest(k, {SELECTED_BIT}), selected, marks)"
    touches = ("times", "marks", "page_hashes", "touchpoints", "begins")
    kept = ("way", "coarse", "start", "goals", *touches, *also)
    whole = select(
        {
            "visit_numbers": "arrayCumSum(begins)",
            "ends": "arrayPushBack(arrayPopFront(begins), toUInt8(1))",
            "selected_before": f"arrayFill((n, begin) -> begin, {earlier}, begins)",
            "selected_after": "arrayReverseFill((n, end) -> end, selected, ends)",
            "began": "arrayFill((ms, begin) -> begin, times, begins)",
        },
        _ways(rows, course, also),
        kept=kept,
    )
    counts = (
        f"arrayMap((ms, n, m) -> ms >= {moment.begin} AND ms < {moment.end} AND n < m, "
        "began, selected_before, selected_after)"
    )
    return select({"counts": counts}, whole, kept=(*kept, "ends", "visit_numbers", "began"))


def _ways(rows: Rows, course: Course, also: tuple[str, ...]) -> str:
    """A query with one row per visitor of the question: their touches in order, each view once, as columns `times`,
    `marks`, `page_hashes`; `way`, `goals` and `start` (ms of the first that is selected)."""
    entry = ", entry" if rows.has_entries else ""
    touches = (
        f"SELECT visitor, arrayCompact(arraySort(groupArray((ms, view, mark, page_hash{entry})))) AS touches "
        f"FROM ({rows.touches}) GROUP BY visitor {SETTINGS}"
    )
    joined = f"({touches}) AS of_visitor"
    columns = {"goals": "CAST([], 'Array(UInt64)')"}
    if course.goals:
        limits = [goal.within_days * DAY_MS or 1 << 44 for goal in course.goals]
        goals = f"SELECT visitor, bitOr(bitShiftLeft(ms, 16), toUInt64(goal)) AS goal FROM ({rows.goals})"
        joined += _joined(goals, "goal")
        in_time = (
            f"bitShiftRight(g, 16) >= start AND bitShiftRight(g, 16) - start < {limits}[{touchpoint_sql('g')} + 1]"
        )
        columns["goals"] = f"arraySort(arrayFilter(g -> {in_time}, all_goal))"
    arrays = {
        "times": "touches.1",
        ("all_marks" if rows.has_entries else "marks"): "touches.3",
        "page_hashes": "touches.4",
        **({"entries": "touches.5"} if rows.has_entries else {}),
        "start": f"arrayFirst((ms, k) -> bitTest(k, {SELECTED_BIT}), touches.1, touches.3)",
    }
    others = ("all_goal",) if course.goals else ()
    named = [*also, *(f"{sql} AS {name}" for name, sql in arrays.items()), *others]
    begun = f"SELECT {', '.join(named)} FROM {joined}"
    gaps = f"arrayMap(gap -> toUInt8(gap >= {VISIT_GAP}), arrayDifference(times))"
    begins = f"arrayPushFront(arrayPopFront({gaps}), toUInt8(1))"
    if rows.has_entries:
        kept = (*also, "times", "page_hashes", "start", *others)
        begun = select({"marks": with_entries("all_marks", "entries", begins)}, begun, kept=kept)
    numbers = "arrayMap((ms, k) -> bitOr(bitShiftLeft(ms, 16), k), times, marks)"
    columns |= {
        "way": f"arrayFilter(w -> {touchpoint_sql('w')} > 0, {numbers})",
        "coarse": f"arrayFilter((w, page) -> page = {COARSE_PAGE}, {numbers}, page_hashes)",
        "touchpoints": f"arrayMap(k -> {touchpoint_sql('k')}, marks)",
        "begins": begins,
        "selected": f"arrayCumSum(arrayMap(k -> bitTest(k, {SELECTED_BIT}), marks))",
    }
    return select(columns, begun, "WHERE start > 0", kept=("times", "marks", "page_hashes", "start", *also))


def with_entries(marks: str, entries: str, begins: str) -> str:
    """The marks, with that of how the visit came where one begins, if its touchpoint comes before that of the page."""
    comes_first = f"({touchpoint_sql('k')} = 0 OR {touchpoint_sql('e')} < {touchpoint_sql('k')})"
    flags = (1 << SELECTED_BIT) + (1 << SHORT_BIT)
    marked = f"if(begin AND e > 0 AND {comes_first}, toUInt16(bitOr(e, bitAnd(k, {flags}))), k)"
    return f"arrayMap((k, e, begin) -> {marked}, {marks}, {entries}, {begins})"


def _joined(rows: str, name: str) -> str:
    """A join of the different values of a column, as an array, to the visitors who have any."""
    found = f"SELECT visitor, groupUniqArray({name}) AS all_{name} FROM ({rows}) GROUP BY visitor"
    return f" GLOBAL ANY LEFT JOIN ({found}) AS of_{name} USING (visitor)"


def _quick_backs() -> str:
    """The touches that a visitor left within QUICK_MS for the page before."""
    left = (
        f"bitTest(k, {SELECTED_BIT}) AND before = after AND before != page AND until - ms < {QUICK_MS} "
        f"AND ms - since < {VISIT_GAP}"
    )
    of_views = {
        name: f"arrayFilter((one, page) -> page > {COARSE_PAGE}, {name}, page_hashes)"
        for name in ("marks", "page_hashes", "times")
    }
    count = f"greatest(arrayCount(page -> page > {COARSE_PAGE}, page_hashes), 2) - 2"
    marks, page, before, after, ms, since, until = (
        f"arraySlice({of_views[column]}, {at}, {count})"
        for column, at in (("marks", 2), *(("page_hashes", n) for n in (2, 1, 3)), *(("times", n) for n in (2, 1, 3)))
    )
    around = ", ".join((marks, page, before, after, ms, since, until))
    touch = "bitOr(bitShiftLeft(toUInt64(ms), 16), k)"
    names = "(k, page, before, after, ms, since, until)"
    found = (
        f"arrayFilter((w, counts) -> counts, arrayMap({names} -> {touch}, {around}), "
        f"arrayMap({names} -> toUInt8({left}), {around}))"
    )
    return f"if(length(times) < 3, CAST([], 'Array(UInt64)'), {found})"
