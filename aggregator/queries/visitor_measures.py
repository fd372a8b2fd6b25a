"""Measures of a visitor as SQL: conditions on the column `visitor`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.traits import pages_of
from aggregator.queries.visits import GAP_MS, visit_count
from store.segments import Rule
from store.zones import Zone

_MS = "toUnixTimestamp64Milli(time)"


@dataclass(frozen=True)
class MeasuredDays:
    """`rows`: the condition of the rows in the days that a rule looks at, of those in all of the stored history up to
    the question's end (`history`), and of the visitors who can be asked for (`asked`)."""

    rows: str
    history: str
    asked: str
    until: date
    zone: Zone


def measure_sql(rule: Rule, days: MeasuredDays, values: BoundValues) -> str:
    """The condition that a visitor's measure is within the rule's bounds."""
    match rule.what:
        case "visits":
            times = f"groupArray({_MS})"
            return _counted(rule, f"FROM views FINAL WHERE {days.rows}", visit_count(times), values)
        case "value":
            events = f"FROM events WHERE {days.rows} AND {_events(rule, values)}"
            return _counted(rule, events, "sum(ifNull(value, 0))", values)
        case "top_value":
            return _top_value(rule, days, values)
        case "last_seen":
            return _last_seen(rule, days, values)
    return _quiet(rule, days, values)


def _counted(rule: Rule, source: str, number: str, values: BoundValues) -> str:
    """A number is within the bounds, for visitors of whom there are no rows too: theirs is 0."""
    within = values.between(number, rule.least, rule.most)
    if (rule.least or 0) <= 0 and (rule.most is None or rule.most >= 0):
        return f"NOT (visitor GLOBAL IN (SELECT visitor {source} GROUP BY visitor HAVING NOT {within}))"
    return f"visitor GLOBAL IN (SELECT visitor {source} GROUP BY visitor HAVING {within})"


def _events(rule: Rule, values: BoundValues) -> str:
    parts = ["kind = 'custom'"]
    if rule.name:
        parts.append(values.named("name", rule.name))
    if pages := pages_of(rule):
        parts.append(values.on_pages("page", pages))
    return " AND ".join(parts)


def _top_value(rule: Rule, days: MeasuredDays, values: BoundValues) -> str:
    """The share of visitors, among those with a sum above 0, who have a greater one: from `least` to below `most`."""
    sums = (
        f"SELECT visitor, sum(ifNull(value, 0)) AS total FROM events WHERE {days.rows} AND {_events(rule, values)} "
        "GROUP BY visitor HAVING total > 0"
    )
    bounds = [
        f"ahead {sign} {values.bind('Float64', bound)} * n"
        for sign, bound in ((">=", rule.least), ("<", rule.most))
        if bound is not None
    ]
    return (
        "visitor GLOBAL IN (SELECT visitor FROM (SELECT visitor, rank() OVER (ORDER BY total DESC) - 1 AS ahead, "
        f"count() OVER () AS n FROM ({sums})) WHERE {' AND '.join(bounds) or '1'})"
    )


def _last_seen(rule: Rule, days: MeasuredDays, values: BoundValues) -> str:
    """The days from that of the last view to the question's last one."""
    bounds: list[str] = []
    if rule.most is not None:
        first = _midnight(days, math.floor(rule.most))
        bounds.append(f"max({_MS}) >= {values.bind('Int64', first)}")
    if rule.least is not None:
        end = _midnight(days, math.ceil(rule.least) - 1)
        bounds.append(f"max({_MS}) < {values.bind('Int64', end)}")
    having = " AND ".join(bounds) or "1"
    return f"visitor GLOBAL IN (SELECT visitor FROM views FINAL WHERE {days.asked} GROUP BY visitor HAVING {having})"


def _quiet(rule: Rule, days: MeasuredDays, values: BoundValues) -> str:
    """The time since the last view, by the mean time between the beginnings of the visitor's visits."""
    times = (
        f"SELECT visitor, arraySort(groupArray({_MS})) AS times FROM views FINAL WHERE {days.history} "
        f"AND visitor GLOBAL IN (SELECT visitor FROM views WHERE {days.asked}) GROUP BY visitor"
    )
    begins = (
        f"arrayFilter((t, gap, n) -> n = 1 OR gap > {GAP_MS}, times, arrayDifference(times), arrayEnumerate(times))"
    )
    end = values.bind("Int64", _midnight(days, -1))
    ratio = f"({end} - times[-1]) * (length(begins) - 1) / (begins[-1] - begins[1])"
    return (
        f"visitor GLOBAL IN (SELECT visitor FROM (SELECT visitor, times, {begins} AS begins FROM ({times})) "
        f"WHERE length(begins) > 1 AND {values.between(ratio, rule.least, rule.most)})"
    )


def _midnight(days: MeasuredDays, ago: int) -> int:
    """When the day begins that is so many days before the question's last one, ms since 1970."""
    return days.zone.midnight(date.fromordinal(max(1, days.until.toordinal() - ago)))
