"""The facts of a journey, counted by visitor in one pass of the engine (aggregator/shapes/journeys.py names them).

docs/aggregator.md, "Journeys", defines the figures.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.queries.consent import consented_sql
from aggregator.queries.journey_numbers import (
    B_SHIFT,
    MOST,
    SAME_MS,
    SETTINGS,
    VALUE_BITS,
    item_of,
    key_of,
    select,
    stage_sql,
    touchpoint_sql,
)
from aggregator.queries.journey_rows import TROUBLE_BITS, Rows, journey_rows
from aggregator.queries.journey_ways import Moment, followed, timed, visitors_sql
from aggregator.shapes.journeys import CLOSED, ON, OPENS, SOON, WITH_VALUE, Count, Course, Fact, Facts
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zones import DAY_MS


def read_facts(store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int) -> Facts:
    """Count the facts of the visitors whom a question selects. `claims`: page → touchpoint."""
    whole, moment = followed(scope, now_ms)
    rows = journey_rows(scope, course, claims, whole)
    valued = ", ".join(str(int(fact)) for fact in WITH_VALUE)
    spread = f"quantilesExactInclusiveIf(0.5, 0.9)(bitAnd(item, {MOST}), bitShiftRight(code, 24) IN ({valued}))"
    found = store.rows(
        f"SELECT bitShiftRight(item, {VALUE_BITS}) AS code, count() AS n, {spread} AS spread "
        f"FROM ({_items(rows, course, moment)}) ARRAY JOIN items AS item GROUP BY code",
        **rows.values,
    )
    engaged = store.rows(
        "SELECT touchpoint, count() AS n, quantilesExactInclusive(0.5, 0.9)(engaged) AS spread "
        f"FROM ({rows.engaged}) GROUP BY touchpoint {SETTINGS}",
        **rows.values,
    )
    return Facts(
        {key_of(int(row["code"])): Count(int(row["n"]), *map(float, row["spread"])) for row in found},
        {int(row["touchpoint"]): Count(int(row["n"]), *map(float, row["spread"])) for row in engaged},
    )


def _items(rows: Rows, course: Course, moment: Moment) -> str:
    """A query with the `items` of each first hit, and with those of each visitor that are about no first hit."""
    return select({"items": _of_first_hit(course)}, _first_hits(rows, course, moment))


def _first_hits(rows: Rows, course: Course, moment: Moment) -> str:
    """A query with one row per first hit `f`, and one row per visitor (`f` is 0) for their `own` items."""
    base = f"closed * {CLOSED} + opens * {OPENS}"
    window = f"toUInt64({list(course.windows_ms) or [0]}[s])"
    hits = select(
        {
            "t": touchpoint_sql("f"),
            "s": stage_sql("f"),
            "t0": "bitShiftRight(f, 16)",
            "closed": f"toUInt8(t0 + {window} <= {moment.now})",
            "last": f"bitOr(bitShiftLeft(t0 + {window}, 16), {SAME_MS})",
            "rest": f"arrayFilter(w -> f > 0 AND w > bitOr(f, {SAME_MS}), way)",
        },
        _visitors(rows, course, moment),
        "ARRAY JOIN firsts AS f, all_own AS own, all_opens AS opens",
        kept=("f", "own", "opens", "goals", "coarse"),
    )
    return select(
        {
            "next": f"arrayFirst(w -> {touchpoint_sql('w')} != t, rest)",
            "later": f"arrayFirst(w -> {stage_sql('w')} > s, rest)",
            "after": f"arrayDistinct(arrayFilter(b -> b != t, arrayMap(w -> {touchpoint_sql('w')}, "
            "arrayFilter(w -> w <= last, rest))))",
            "base": base,
            "step": item_of(Fact.STEP, "t", flags=base),
        },
        hits,
        kept=("f", "own", "goals", "coarse", "t", "s", "t0", "opens", "closed", "last"),
    )


def _of_first_hit(course: Course) -> str:
    flags = f"base + (later > 0 AND later <= last) * {ON} + (next > 0 AND next <= last) * {SOON}"
    # Not if(): the engine would evaluate its branches for the rows that need them alone, which takes longer.
    wait, on = (f"bitShiftRight({one}, 16) - t0" for one in ("next", "later"))
    goes_on = f"opens AND closed AND later > 0 AND later <= last AND {timed('f', 'later')}"
    scalars = [
        f"(f = 0) * {item_of(Fact.VISITORS)} + (f > 0) * ({item_of(Fact.FIRST, 't', touchpoint_sql('next'), flags)})",
        f"(next > 0 AND {timed('f', 'next')}) * ({item_of(Fact.NEXT_MS, 't', value=wait)})",
        f"({goes_on}) * ({item_of(Fact.ON_MS, 's', value=on)})",
    ]
    parts = [
        "own",
        f"[{', '.join(scalars)}]",
        f"arrayMap(b -> step + b * {1 << B_SHIFT}, after)",
    ]
    if course.goals:
        since = "arrayFilter(g -> bitShiftRight(g, 16) >= t0 AND g <= last, goals)"
        reached = f"arrayDistinct(arrayMap(g -> {touchpoint_sql('g')}, {since}))"
        parts.append(f"arrayMap(g -> {item_of(Fact.GOAL, 't', 'g', 'base')}, {reached})")
    return f"arrayConcat({', '.join(parts)})"


def _visitors(rows: Rows, course: Course, moment: Moment) -> str:
    """A query with one row per visitor: `firsts` (0, then the first hits) and, as long, `all_opens` (whether each is
    the first hit of its stage) and `all_own` (the items that are about no first hit, then nothing)."""
    return select(
        {
            "firsts": "arrayPushFront(hits, toUInt64(0))",
            "all_opens": "arrayPushFront(opening, toUInt8(0))",
            "all_own": f"arrayResize([{_own(course)}], length(firsts))",
        },
        _with_whole(visitors_sql(rows, course, moment, also=("visitor",)), rows, course, moment),
        kept=("way", "goals", "coarse"),
    )


def _with_whole(visitors: str, rows: Rows, course: Course, moment: Moment) -> str:
    """A query of visitors with `whole`: the items of those who consented about how long the whole journey took;
    not where only the day of its first touch or of the goal is known."""
    if course.main_goal is None:
        return visitors
    limit = course.goals[course.main_goal].within_days * DAY_MS
    closed = f"(began_ms + {limit} <= {moment.now})" if limit else "0"
    took = "bitShiftRight(reached_at, 16) - began_ms"
    items = [
        f"[{item_of(Fact.BEGUN, flags=f'{closed} * {CLOSED}')}]",
        f"arrayResize([{item_of(Fact.WHOLE_MS, value=took)}], timed)",
        f"arrayResize([{item_of(Fact.WHOLE_MS, flags=str(CLOSED), value=took)}], timed AND {closed})",
    ]
    of_visitor = {
        "began_ms": "selected_times[1]",
        "reached_at": f"arrayFirst(g -> {touchpoint_sql('g')} = {course.main_goal}, goals)",
        "consented": consented_sql(rows.people),
    }
    whole = f"if(consented, arrayConcat({', '.join(items)}), CAST([], 'Array(UInt64)'))"
    found = select(of_visitor, visitors, kept=("*",))
    at_ends = "bitShiftRight(w, 16) = began_ms OR bitShiftRight(w, 16) = bitShiftRight(reached_at, 16)"
    known = select({"timed": f"reached_at > 0 AND NOT arrayExists(w -> {at_ends}, coarse)"}, found, kept=("*",))
    return select({"whole": whole}, known, kept=("*",))


def _own(course: Course) -> str:
    """The items of a visitor that are about no first hit."""
    wait = item_of(
        Fact.BETWEEN_MS,
        stage_sql("a"),
        stage_sql("b"),
        value="bitShiftRight(b, 16) - bitShiftRight(a, 16)",
    )
    is_later = f"b > bitOr(a, {SAME_MS}) AND {stage_sql('b')} > {stage_sql('a')} AND {timed('a', 'b')}"
    later = f"arrayFilter(b -> {is_later}, stage_begins)"
    place = f"bitShiftRight(k, {TROUBLE_BITS})"
    any_of_them = f"arrayDistinct(arrayMap(k -> toUInt16(bitShiftLeft({place}, {TROUBLE_BITS})), had))"  # Trouble.ANY
    was_hit = f"has(arrayMap(w -> {touchpoint_sql('w')}, hits), {place})"
    at_hits = f"arrayFilter(k -> {was_hit}, arrayConcat(had, {any_of_them}))"
    parts = [
        f"arrayMap((k, fl) -> {item_of(Fact.TOUCH, touchpoint_sql('k'), flags='fl')}, counted, flags)",
        f"arrayFlatten(arrayMap(a -> arrayMap(b -> {wait}, {later}), stage_hits))",
        f"arrayMap(k -> {item_of(Fact.TROUBLE, place, f'bitAnd(k, {(1 << TROUBLE_BITS) - 1})')}, {at_hits})",
    ]
    if course.goals:
        count = f"arrayCount(w -> w <= bitOr(g, {SAME_MS}), runs)"
        parts += [
            f"arrayMap(g -> {item_of(Fact.REACHED, b=touchpoint_sql('g'))}, reached)",
            f"arrayMap(g -> {item_of(Fact.STEPS, b=touchpoint_sql('g'), value=count)}, reached)",
        ]
    if course.main_goal is not None:
        parts.append("whole")
    return f"arrayConcat({', '.join(parts)})"
