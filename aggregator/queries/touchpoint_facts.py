"""The facts of one touchpoint by day, device and channel, counted in one pass of the engine.

A fact is that of aggregator/shapes/journeys.py, with the number of a part in the place of the touchpoint. In a day
counts the first hit of the touchpoint on that day; in a device or channel, the first in the period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.queries.journey_numbers import (
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
from aggregator.queries.journey_rows import SELECTED_BIT, TROUBLE_BITS, Rows, journey_rows
from aggregator.queries.journey_ways import followed, visitors_sql
from aggregator.queries.visitor_traits import traits_sql
from aggregator.shapes.journeys import BEGINS, CLOSED, ON, SOON, Count, Course, Fact, Facts, Trouble
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touchpoint_parts import UNKNOWN, PartFacts, Parts
from store.client import Store

_KINDS = (1 << TROUBLE_BITS) - 1


@dataclass(frozen=True)
class Followed:
    """One touchpoint of a course, with the pages of all (page → touchpoint), and the present (ms) at which windows are
    open or closed."""

    course: Course
    claims: Mapping[str, int]
    number: int
    now_ms: int

    @property
    def stage(self) -> int:
        return self.course.stage_of[self.number]

    @property
    def window_ms(self) -> int:
        return self.course.windows_ms[self.stage]


def read_parts(store: Store, scope: SiteScope, touchpoint: Followed, parts: Parts) -> PartFacts:
    """Count the facts of a touchpoint in each part."""
    course = touchpoint.course
    whole, moment = followed(scope, touchpoint.now_ms)
    rows = journey_rows(scope, course, touchpoint.claims, whole)
    query = _Query(rows, touchpoint, parts)
    values = rows.values | query.values(scope)
    ways = visitors_sql(rows, course, moment, also=("visitor",))
    spread = f"quantilesExactInclusiveIf(0.5, 0.9)(bitAnd(item, {MOST}), bitShiftRight(code, 24) = {int(Fact.NEXT_MS)})"
    found = store.rows(
        f"SELECT bitShiftRight(item, {VALUE_BITS}) AS code, count() AS n, {spread} AS spread "
        f"FROM ({query.items(ways)}) ARRAY JOIN items AS item GROUP BY code",
        **values,
    )
    engaged = store.rows(
        "SELECT part, count() AS n, quantilesExactInclusive(0.5, 0.9)(engaged) AS spread "
        f"FROM ({query.engaged()}) GROUP BY part {SETTINGS}",
        **values,
    )
    counts = {key_of(int(row["code"])): _count(row) for row in found}
    times = {int(row["part"]): _count(row) for row in engaged}
    return _by_part(touchpoint.number, parts, counts, times)


def _count(row: Mapping[str, object]) -> Count:
    n, spread = row["n"], row["spread"]
    assert isinstance(spread, list)
    return Count(int(str(n)), *map(float, spread))


def _by_part(
    number: int, parts: Parts, counts: Mapping[tuple[int, int, int, int], Count], engaged: Mapping[int, Count]
) -> PartFacts:
    """The facts of each part, with the touchpoint in the place of the part."""
    of_part: dict[int, dict[tuple[int, int, int, int], Count]] = {}
    for (fact, part, b, flags), count in counts.items():
        key = (fact, number, b, flags)
        if fact == Fact.TOUCH:
            key = (fact, number * b, 0, flags)
        elif fact == Fact.VISITORS:
            key = (fact, 0, 0, 0)
        of_part.setdefault(part, {})[key] = count

    def facts(part: int) -> Facts:
        return Facts(of_part.get(part, {}), {number: engaged[part]} if part in engaged else {})

    return PartFacts(
        tuple(map(facts, range(len(parts.spans)))),
        {name: facts(parts.first_device + n) for n, name in enumerate(parts.devices)},
        {name: facts(parts.first_channel + n) for n, name in enumerate(parts.channels)},
    )


@dataclass(frozen=True)
class _Query:
    rows: Rows
    touchpoint: Followed
    parts: Parts

    def values(self, scope: SiteScope) -> dict[str, object]:
        parts = self.parts
        return {
            "span_begins": parts.begins(scope.zone),
            "span_numbers": list(range(len(parts.spans))),
            "device_names": list(parts.devices),
            "device_numbers": [parts.first_device + n for n in range(len(parts.devices))],
            "channel_names": list(parts.channels),
            "channel_numbers": [parts.first_channel + n for n in range(len(parts.channels))],
        }

    def span(self, ms: str) -> str:
        """The number of the span that an instant of the period lies in."""
        begins = "{span_begins:Array(UInt64)}"
        numbers = "{span_numbers:Array(UInt16)}"
        return f"transform(roundDown(toUInt64({ms}), {begins}), {begins}, {numbers}, toUInt16(0))"

    def traits(self) -> str:
        """A query of the device and the channel of the first view of each visitor, as numbers of parts."""

        def number(name: str) -> str:
            known = f"{{{name}_names:Array(String)}}, {{{name}_numbers:Array(UInt16)}}"
            first = self.parts.first_device if name == "device" else self.parts.first_channel
            names = self.parts.devices if name == "device" else self.parts.channels
            return f"transform(first_{name}, {known}, toUInt16({first + names.index(UNKNOWN)})) AS of_{name}"

        return f"SELECT visitor, {number('device')}, {number('channel')} FROM ({traits_sql(self.rows.selected)})"

    def traits_of(self, source: str, columns: str) -> str:
        """A query over a query with a column `visitor`: its columns and the parts of the visitor's device and channel,
        which are unknown for a visitor without a view."""
        device = self.parts.first_device + self.parts.devices.index(UNKNOWN)
        channel = self.parts.first_channel + self.parts.channels.index(UNKNOWN)
        # No part of a device or channel has the number 0, which a join gives where it finds nothing.
        other = f"if(of_device = 0, [toUInt16({device}), toUInt16({channel})], [of_device, of_channel]) AS traits"
        return (
            f"SELECT {columns}, {other} FROM ({source}) AS these "
            f"GLOBAL ANY LEFT JOIN ({self.traits()}) AS of_visitor USING (visitor)"
        )

    def items(self, ways: str) -> str:
        """A query of the items of each first hit, and of each visitor."""
        number, window = self.touchpoint.number, self.touchpoint.window_ms
        columns = ("way", "goals", "selected_times", "counted", "flags", "counted_began", "quick_backs")
        query = self.traits_of(ways, ", ".join(("visitor", *columns)))
        here = (
            f"SELECT visitor, groupUniqArray(bitOr(bitShiftLeft(toUInt64(ms), {TROUBLE_BITS}), "
            f"bitAnd(trouble, {_KINDS}))) AS troubles_here FROM ({self.rows.troubles}) "
            f"WHERE bitShiftRight(trouble, {TROUBLE_BITS}) = {number} GROUP BY visitor"
        )
        query = (
            f"SELECT {', '.join(columns)}, traits, troubles_here FROM ({query}) AS with_traits "
            f"GLOBAL ANY LEFT JOIN ({here}) AS of_trouble USING (visitor)"
        )
        query = select({"of_span": f"arrayMap(w -> {self.span('bitShiftRight(w, 16)')}, hits)"},
                       select({"hits": _hits(number)}, query, kept=(*columns, "traits", "troubles_here")),
                       kept=(*columns, "traits", "troubles_here", "hits"))  # fmt: skip
        query = select(
            {
                "hit_spans": "arrayDistinct(of_span)",
                "firsts": "arrayConcat([toUInt64(0)], arrayFilter((w, n) -> n = 1, hits, "
                "arrayEnumerateUniq(of_span)), arraySlice(hits, 1, 1), arraySlice(hits, 1, 1))",
                "parts": "arrayConcat([toUInt16(0)], hit_spans, if(empty(hits), [], traits))",
                **self._touches(),
                **self._troubles(),
            },
            query,
            kept=(*columns, "traits", "hits"),
        )
        query = select({"all_own": f"arrayResize([{self._own()}], length(firsts))"}, query,
                       kept=("way", "goals", "firsts", "parts"))  # fmt: skip
        query = select(
            {
                "t0": "bitShiftRight(f, 16)",
                "closed": f"toUInt8(t0 + {window} <= {self.touchpoint.now_ms})",
                "last": f"bitOr(bitShiftLeft(t0 + {window}, 16), {SAME_MS})",
                "rest": f"arrayFilter(w -> f > 0 AND w > bitOr(f, {SAME_MS}), way)",
            },
            query,
            "ARRAY JOIN firsts AS f, parts AS part, all_own AS own",
            kept=("f", "part", "own", "goals"),
        )
        later = f"arrayFirst(w -> {stage_sql('w')} > {self.touchpoint.stage + 1}, rest)"
        query = select(
            {"next": f"arrayFirst(w -> {touchpoint_sql('w')} != {number}, rest)", "later": later},
            query,
            kept=("f", "part", "own", "goals", "t0", "closed", "last"),
        )
        return select({"items": self._of_first_hit()}, query)

    def _touches(self) -> dict[str, str]:
        """Columns: the spans of the visits that begin elsewhere, and the spans and flags of the touches here. The most
        visitors never come here, so that their touches are left out before anything is computed of them."""
        here = f"{touchpoint_sql('k')} = {self.touchpoint.number}"
        arrays = "counted, flags"
        begun = f"arrayFilter((began, k, fl) -> bitAnd(fl, {BEGINS}) AND NOT {here}, counted_began, {arrays})"
        return {
            "visit_spans": f"arrayMap(ms -> {self.span('ms')}, {begun})",
            "here_spans": f"arrayMap(ms -> {self.span('ms')}, "
            f"arrayFilter((began, k) -> {here}, counted_began, counted))",
            "here_flags": f"arrayFilter((fl, k) -> {here}, flags, counted)",
        }

    def _own(self) -> str:
        """The items of a visitor that are about no first hit."""
        spans = f"arrayDistinct(arrayMap(ms -> {self.span('ms')}, selected_times))"
        visitors = f"arrayMap(p -> {item_of(Fact.VISITORS, 'p')}, arrayConcat({spans}, traits))"
        visit = item_of(Fact.TOUCH, "p", flags=str(BEGINS))
        visits = f"arrayFlatten(arrayMap(v -> arrayMap(p -> {visit}, arrayConcat([v], traits)), visit_spans))"
        touch = item_of(Fact.TOUCH, "p", "1", "fl")
        of_parts = f"(v, fl) -> arrayMap(p -> {touch}, arrayConcat([v], traits))"
        touches = f"arrayFlatten(arrayMap({of_parts}, here_spans, here_flags))"
        trouble = item_of(Fact.TROUBLE, f"bitShiftRight(x, {TROUBLE_BITS})", f"bitAnd(x, {_KINDS})")
        return f"arrayConcat({visitors}, {visits}, {touches}, arrayMap(x -> {trouble}, troubles))"

    def _troubles(self) -> dict[str, str]:
        """Columns, of which `troubles` is what a visitor had at the touchpoint, in each span with a hit and in the
        visitor's other parts: part · 2^3 + `Trouble`."""
        quick = (
            f"arrayMap(w -> toUInt64(bitShiftRight(w, 16) * {_KINDS + 1} + {int(Trouble.QUICK_BACK)}), "
            f"arrayFilter(w -> {touchpoint_sql('w')} = {self.touchpoint.number}, quick_backs))"
        )
        ms, kind = f"bitShiftRight(x, {TROUBLE_BITS})", f"bitAnd(x, {_KINDS})"
        of_spans = (
            f"arrayFilter(x -> has(hit_spans, toUInt16(bitShiftRight(x, {TROUBLE_BITS}))), "
            f"arrayMap(x -> toUInt64({self.span(ms)} * {_KINDS + 1} + {kind}), had))"
        )
        of_traits = f"arrayFlatten(arrayMap(x -> arrayMap(p -> toUInt64(p * {_KINDS + 1} + {kind}), traits), had))"
        any_kind = f"arrayMap(x -> toUInt64(bitShiftLeft({ms}, {TROUBLE_BITS})), of_parts)"
        return {
            "had": f"arrayConcat(troubles_here, {quick})",
            "of_parts": f"arrayConcat({of_spans}, if(empty(hits), CAST([], 'Array(UInt64)'), {of_traits}))",
            "troubles": f"arrayDistinct(arrayConcat(of_parts, {any_kind}))",
        }

    def _of_first_hit(self) -> str:
        flags = f"closed * {CLOSED} + (later > 0 AND later <= last) * {ON} + (next > 0 AND next <= last) * {SOON}"
        first = item_of(Fact.FIRST, "part", touchpoint_sql("next"), flags)
        wait = item_of(Fact.NEXT_MS, "part", value="bitShiftRight(next, 16) - t0")
        parts = ["own", f"arrayFilter(x -> f > 0, [{first}])", f"arrayFilter(x -> next > 0, [{wait}])"]
        if self.touchpoint.course.goals:
            since = "arrayFilter(g -> f > 0 AND bitShiftRight(g, 16) >= t0 AND g <= last, goals)"
            reached = f"arrayDistinct(arrayMap(g -> {touchpoint_sql('g')}, {since}))"
            goal = item_of(Fact.GOAL, "part", "g", f"closed * {CLOSED}")
            parts.append(f"arrayMap(g -> {goal}, {reached})")
        return f"arrayConcat({', '.join(parts)})"

    def engaged(self) -> str:
        """A query of the ms that each visitor was engaged with the touchpoint, by part."""
        span = self.span("toUnixTimestamp64Milli(time)")
        of_views = (
            f"SELECT visitor, engaged_ms, {span} AS part FROM views FINAL "
            f"WHERE {self.rows.selected} AND {self.rows.touchpoint} = {self.touchpoint.number}"
        )
        of_visitor = f"SELECT visitor, sum(engaged_ms) AS engaged FROM ({of_views}) GROUP BY visitor"
        return (
            f"SELECT part, sum(engaged_ms) AS engaged FROM ({of_views}) GROUP BY visitor, part UNION ALL "
            f"SELECT arrayJoin(traits) AS part, engaged FROM ({self.traits_of(of_visitor, 'visitor, engaged')})"
        )


def _hits(number: int) -> str:
    """The touches of a touchpoint that the question selects."""
    return f"arrayFilter(w -> bitTest(w, {SELECTED_BIT}) AND {touchpoint_sql('w')} = {number}, way)"
