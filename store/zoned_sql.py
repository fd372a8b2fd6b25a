"""SQL about the days of a zone, for tables whose column `day` is that of `time` in UTC.

A zone's days are selected by the instants in `time`, exactly. `day` only narrows down what is read: it is part of the
keys and partitions of the tables (docs/decisions/0027-days-in-the-zone-of-the-site.md).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from store.zones import DAY_MS, UTC_ZONE, Zone, day_numbered

Sql = tuple[str, dict[str, Any]]  # with its bound values


def in_days(zone: Zone, since: date, until: date) -> Sql:
    """The condition that a row is of the days since…until of a zone, both included."""
    spans = zone.spans(since, until)
    if not spans:
        return "0", {}
    first = max(spans[0][0] // DAY_MS, 0)  # a Date column holds no earlier day
    days = {"since": day_numbered(first), "until": day_numbered((spans[-1][1] - 1) // DAY_MS)}
    sql = "day BETWEEN {since:Date} AND {until:Date}"
    if all(instant % DAY_MS == 0 for span in spans for instant in span):
        return sql, days
    within = " OR ".join(
        f"time >= fromUnixTimestamp64Milli({{from{n}:Int64}}, 'UTC') "
        f"AND time < fromUnixTimestamp64Milli({{to{n}:Int64}}, 'UTC')"
        for n in range(len(spans))
    )
    bounds = {f"{name}{n}": ms for n, span in enumerate(spans) for name, ms in zip(("from", "to"), span, strict=True)}
    return f"{sql} AND ({within})", days | bounds


def day_of_row(zone: Zone, since: date, until: date) -> Sql:
    """The day in a zone of a row within since…until, as a Date."""
    if zone == UTC_ZONE:
        return "day", {}
    ahead, values = ms_ahead(zone, since, until)
    return f"toDate(toUInt16(intDiv(toUnixTimestamp64Milli(time) + {ahead}, {DAY_MS})))", values


def ms_ahead(zone: Zone, since: date, until: date) -> Sql:
    """By how many ms the local time of a row within since…until is ahead of UTC."""
    offsets = zone.offsets(since, until)
    if len(offsets) < 2:
        return "{ahead:Int64}", {"ahead": offsets[0].ahead if offsets else 0}
    later = "arrayCount(begin -> begin <= toUnixTimestamp64Milli(time), {begins:Array(Int64)})"
    values = {"aheads": [one.ahead for one in offsets], "begins": [one.begin for one in offsets]}
    return f"{{aheads:Array(Int64)}}[{later}]", values
