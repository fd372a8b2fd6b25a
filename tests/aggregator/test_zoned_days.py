"""Traffic, maps, journeys and exports by the days of a zone: rows at known instants against zoneinfo's days."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from aggregator.answers.journey import journey_map
from aggregator.answers.traffic import other_clock, pages_of, site_traffic
from aggregator.queries.pages import read_page_span
from aggregator.queries.points import read_points
from aggregator.queries.traffic import read_daily, read_hours
from aggregator.shapes.scope import Scope, SiteScope
from rules.period import FIRST, LAST
from store.client import Store
from store.export import export_rows
from store.journeys import Journey, Stage, Touchpoint
from store.zones import Zone
from tests.aggregator.build import PAGE, insert

# zone → a day on which its clocks change, or the day it skipped
CHANGES = {
    "Europe/Paris": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Asia/Kolkata": [date(2026, 10, 25)],
    "Pacific/Apia": [date(2011, 12, 30)],
    "America/St_Johns": [date(2006, 10, 29)],
    "UTC": [date(2026, 10, 25)],
}
CASES = [(name, day) for name, days in CHANGES.items() for day in days]


def instants_around(day: date) -> list[int]:
    """Every 13 minutes, for two days before and after noon of the day (UTC)."""
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
    return [noon + step * 60_000 for step in range(-48 * 60, 48 * 60, 13)]


def fill(store: Store, instants: list[int]) -> None:
    rows = [{"view": n, "visitor": n, "time": ms} for n, ms in enumerate(instants, 1)]
    for table in ("views", "points", "touches"):
        insert(store, table, rows)


@pytest.mark.parametrize(("name", "changed"), CASES)
def test_a_day_is_counted_as_zoneinfo_says(store: Store, name: str, changed: date) -> None:
    instants, zone, info = instants_around(changed), Zone(name), ZoneInfo(name)
    fill(store, instants)
    local = [datetime.fromtimestamp(ms / 1000, info) for ms in instants]
    expected = Counter(at.date() for at in local)
    since, until = min(expected), max(expected)
    whole = SiteScope(1, since, until, zone=zone)
    assert read_daily(store, whole) == expected
    assert read_hours(store, whole) == [sum(at.hour == hour for at in local) for hour in range(24)]
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    (row,) = pages_of(store, SiteScope(1, since, until, zone=zone))
    assert row.daily == [expected[day] for day in days]
    assert row.views == len(instants), "the days together are the whole"
    for day in days:
        points = read_points(store, Scope(1, (PAGE,), "click", day, day, zone=zone), (PAGE,))
        assert {datetime.fromtimestamp(ms / 1000, info).date() for ms in points.time.tolist()} <= {day}
        assert len(points.time) == expected[day]
        assert read_daily(store, SiteScope(1, day, day, zone=zone)) == {d: n for d, n in expected.items() if d == day}
    span = Scope(1, (PAGE,), "click", since, until, zone=zone)
    assert read_page_span(store, span, (PAGE,)) == (str(since), str(until), len(instants))


@pytest.mark.parametrize(("name", "changed"), CASES)
@pytest.mark.parametrize("table", ["views", "points"])
def test_an_export_has_the_rows_and_the_times_of_the_zone(store: Store, name: str, changed: date, table: str) -> None:
    instants, info = instants_around(changed), ZoneInfo(name)
    fill(store, instants)
    expected = [at for ms in instants if (at := datetime.fromtimestamp(ms / 1000, info)).date() == changed]
    lines = export_rows(store, table, 1, changed, changed, "ndjson", Zone(name)).decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert [row["day"] for row in found] == [at.date().isoformat() for at in expected]
    times = [datetime.fromisoformat(row["time"]) for row in found]
    if name == "UTC":
        assert [at.replace(tzinfo=UTC) for at in times] == expected
    else:
        assert [at.timestamp() for at in times] == [at.timestamp() for at in expected]
        assert [at.utcoffset() for at in times] == [at.utcoffset() for at in expected]
        assert len(export_rows(store, table, 1, changed, changed, "csv", Zone(name)).splitlines()) in (
            0, len(expected) + 1,
        )  # fmt: skip


@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_the_first_and_the_last_day_that_can_be_asked_for(store: Store, name: str) -> None:
    fill(store, [1_790_000_000_000])
    assert sum(read_daily(store, SiteScope(1, FIRST, LAST, zone=Zone(name))).values()) == 1
    assert read_daily(store, SiteScope(1, FIRST, FIRST, zone=Zone(name))) == {}
    assert read_daily(store, SiteScope(1, LAST, LAST, zone=Zone(name))) == {}
    assert export_rows(store, "views", 1, FIRST, LAST, "ndjson", Zone(name)).count(b"\n") == 1


def test_today_of_a_site_ends_with_the_day_of_its_zone(store: Store) -> None:
    late = int(datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC).timestamp() * 1000)  # 23:59:59 in Paris, after the change
    fill(store, [late - 25 * 3_600_000, late - 25 * 3_600_000 + 1000, late, late + 1000])
    traffic = site_traffic(store, 1, date(2026, 10, 25), Zone("Europe/Paris"))
    assert (traffic.views_today, traffic.daily[-2]) == (2, 1)
    assert site_traffic(store, 1, date(2026, 10, 25)).daily[-2:] == [2, 2]


def test_visitors_whose_clocks_show_another_time_are_noticed(store: Store) -> None:
    """Before and after the change to winter time: 120 and 60 minutes are both right in Paris."""
    change = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp() * 1000)
    rows = [{"view": n + 6, "visitor": n + 6, "time": change + n * 3_600_000} for n in range(-5, 5)]
    insert(store, "views", [row | {"timezone": 60 if row["time"] >= change else 120} for row in rows])
    today = date(2026, 10, 25)
    assert other_clock(store, 1, today, Zone("Europe/Paris")) is None
    assert other_clock(store, 1, today, Zone("UTC")) is None, "neither offset is that of most"
    insert(store, "views", [{"view": 100 + n, "visitor": n, "time": change, "timezone": 330} for n in range(20)])
    assert other_clock(store, 1, today, Zone("Europe/Paris")) == 330
    assert other_clock(store, 1, today, Zone("Asia/Kolkata")) is None
    assert other_clock(store, 2, today, Zone("Asia/Kolkata")) is None


def test_a_journey_counts_the_visitors_of_the_zones_days(store: Store) -> None:
    """A visitor of 00:30 on 2 March in Kolkata came on 1 March by UTC."""
    early = int(datetime(2026, 3, 1, 19, tzinfo=UTC).timestamp() * 1000)
    fill(store, [early])
    look = Stage(key="look", name={"en": "Look"}, touchpoints=(Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),))
    journey = Journey(id="lamp", site="1", name="A lamp", stages=(look,), window_days=1)
    day, now = date(2026, 3, 2), datetime(2026, 3, 9, tzinfo=UTC)
    assert journey_map(store, journey, SiteScope(1, day, day, zone=Zone("Asia/Kolkata")), now).visitors == 1
    assert journey_map(store, journey, SiteScope(1, day, day), now).visitors == 0


@pytest.mark.parametrize("name", ["Europe/Paris", "Pacific/Apia", "Asia/Kathmandu", "America/New_York"])
def test_random_instants_of_ten_years_fall_on_the_days_of_zoneinfo(store: Store, name: str) -> None:
    chosen = np.random.default_rng(12).integers(1_420_000_000_000, 1_735_000_000_000, 3_000).tolist()
    fill(store, chosen)
    expected = Counter(datetime.fromtimestamp(ms / 1000, ZoneInfo(name)).date() for ms in chosen)
    found = read_daily(store, SiteScope(1, min(expected), max(expected), zone=Zone(name)))
    assert found == expected
