"""Conditions about the days of a zone, on both forms of the store."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from store.client import Store
from store.zoned_sql import day_of_row, in_days, ms_ahead
from store.zones import Zone

CHANGE = date(2026, 10, 25)  # clocks are set back in Europe
NOON = int(datetime(2026, 10, 25, 12, tzinfo=UTC).timestamp() * 1000)
INSTANTS = [NOON + hours * 3_600_000 for hours in range(-40, 40)]


def utc_day(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).date()


@pytest.mark.parametrize("name", ["UTC", "Europe/Paris", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_rows_are_of_the_days_of_the_zone(either: Store, name: str) -> None:
    n = len(INSTANTS)
    columns = {"site": [1] * n, "page": ["a.example/"] * n, "view": list(range(n)), "time": INSTANTS}
    either.insert("views", columns | {"day": [utc_day(ms) for ms in INSTANTS]})
    zone, local = Zone(name), [datetime.fromtimestamp(ms / 1000, ZoneInfo(name)) for ms in INSTANTS]
    condition, values = in_days(zone, CHANGE, CHANGE)
    found = either.rows(f"SELECT view FROM views WHERE {condition} ORDER BY view", **values)
    assert [row["view"] for row in found] == [n for n, at in enumerate(local) if at.date() == CHANGE]
    since, until = min(local).date(), max(local).date()
    day, of_day = day_of_row(zone, since, until)
    rows = either.rows(f"SELECT {day} AS local_day, count() AS n FROM views GROUP BY local_day", **of_day)
    assert {row["local_day"]: row["n"] for row in rows} == Counter(at.date() for at in local)
    ahead, of_time = ms_ahead(zone, since, until)
    rows = either.rows(f"SELECT toInt64({ahead}) AS ms FROM views ORDER BY view", **of_time)
    offsets = [at.utcoffset() for at in local]
    assert [row["ms"] for row in rows] == [offset.total_seconds() * 1000 for offset in offsets if offset is not None]


def test_in_utc_the_time_is_not_read() -> None:
    condition, values = in_days(Zone("UTC"), CHANGE, CHANGE)
    assert (condition, values) == ("day BETWEEN {since:Date} AND {until:Date}", {"since": CHANGE, "until": CHANGE})


def test_a_day_that_a_zone_skipped_has_no_rows() -> None:
    assert in_days(Zone("Pacific/Apia"), date(2011, 12, 30), date(2011, 12, 30)) == ("0", {})
