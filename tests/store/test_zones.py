"""The day of an instant and the instants of a day, in any zone, against Python's zoneinfo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import tzlocal
from hypothesis import given, settings
from hypothesis import strategies as st

from store import zones
from store.zone_names import UnknownZone, machine_zone, zone_named, zone_names
from store.zones import DAY_MS, UTC_ZONE, Zone

HOUR = 3_600_000
# Clock changes by an hour and by half an hour, at midnight and across it; offsets with halves and quarters of an hour;
# both sides of the date line, one of which a zone left for the other.
ZONES = [
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Apia",
    "Pacific/Kiritimati", "Etc/GMT+12", "America/St_Johns", "America/Havana", "Africa/Casablanca", "Asia/Tehran",
]  # fmt: skip
INSTANTS = st.integers(0, int(datetime(2149, 6, 5, tzinfo=UTC).timestamp()) * 1000)


def day_by_zoneinfo(ms: int, zone: str) -> date:
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)).date()


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.lists(INSTANTS, min_size=1, max_size=20))
def test_the_day_of_an_instant_is_that_of_zoneinfo(name: str, instants: list[int]) -> None:
    zone = Zone(name)
    expected = [day_by_zoneinfo(ms, name) for ms in instants]
    assert [zone.day(ms) for ms in instants] == expected
    assert [zones.day_numbered(int(n)) for n in zone.days(np.array(instants, np.int64))] == expected


@settings(deadline=None)
@given(st.sampled_from(ZONES), INSTANTS, st.integers(-3, 3), st.integers(0, 40))
def test_an_instant_is_in_the_span_of_its_day_and_of_no_other(name: str, ms: int, off: int, days: int) -> None:
    since = day_by_zoneinfo(ms, name) + timedelta(days=off)
    until = since + timedelta(days=days)
    inside = any(begin <= ms < end for begin, end in Zone(name).spans(since, until))
    assert inside == (since <= day_by_zoneinfo(ms, name) <= until)


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1970, 1, 3), date(2149, 5, 1)), st.integers(0, 60))
def test_the_days_of_a_period_make_up_the_whole_period(name: str, since: date, days: int) -> None:
    zone = Zone(name)
    whole = zone.spans(since, since + timedelta(days=days))
    each = [span for n in range(days + 1) for span in zone.spans(since + timedelta(days=n), since + timedelta(days=n))]
    assert sum(end - begin for begin, end in each) == sum(end - begin for begin, end in whole)
    in_order = sorted(each)
    assert all(first[1] <= second[0] for first, second in pairwise(in_order)), "no instant is in two days"


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Kolkata", date(2026, 10, 25), 24),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
        ("America/Havana", date(2026, 3, 8), 23),  # its midnight does not exist
        ("America/Havana", date(2026, 11, 1), 25),  # its midnight happens twice
    ],
)
def test_days_have_as_many_hours_as_the_clocks_say(name: str, day: date, hours: float) -> None:
    assert sum(end - begin for begin, end in Zone(name).spans(day, day)) == hours * HOUR


def test_clocks_set_back_across_midnight_cut_a_day_in_two() -> None:
    """In St John's, clocks went from 00:01 back to 23:01 until 2011: a minute of Sunday came before the last of
    Saturday."""
    (first, second), sunday = Zone("America/St_Johns").spans(date(2006, 10, 28), date(2006, 10, 28)), date(2006, 10, 29)
    assert second[0] - first[1] == 60_000
    assert Zone("America/St_Johns").spans(sunday, sunday)[0] == (first[1], second[0])


def test_a_day_begins_at_its_first_instant() -> None:
    paris = Zone("Europe/Paris")
    assert paris.midnight(date(2026, 3, 30)) == int(datetime(2026, 3, 29, 22, tzinfo=UTC).timestamp() * 1000)
    assert Zone("America/Havana").local(Zone("America/Havana").midnight(date(2026, 3, 8))).hour == 1
    apia = Zone("Pacific/Apia")
    assert apia.midnight(date(2011, 12, 30)) == apia.midnight(date(2011, 12, 31))


def test_an_hour_that_the_clocks_skip_begins_when_they_do() -> None:
    paris, night = Zone("Europe/Paris"), int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp() * 1000)
    assert paris.at_hour(2, night) == int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000)
    assert paris.local(paris.at_hour(5, night)).isoformat() == "2026-03-29T05:00:00+02:00"
    kolkata = Zone("Asia/Kolkata")
    assert kolkata.local(kolkata.at_hour(0, night)).isoformat() == "2026-03-29T00:00:00+05:30"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("europe/paris", "Europe/Paris"), ("Paris", "Europe/Paris"), ("new york", "America/New_York"),
     ("", "Europe/Paris"),
     ("Europe/Pariss", "Europe/Paris"), ("../etc/passwd", "Europe/Paris"), ("/etc/localtime", "Europe/Paris")],
)  # fmt: skip
def test_another_name_is_no_zone_and_one_that_may_be_meant_is_named(name: str, meant: str) -> None:
    with pytest.raises(UnknownZone) as error:
        zone_named(name)
    assert error.value.example in zone_names()
    if "etc" not in name:
        assert error.value.example == meant


def test_every_name_is_a_zone() -> None:
    assert {"UTC", "Europe/Paris", "Asia/Kolkata"} <= set(zone_names())
    assert zone_named("Asia/Kolkata") == Zone("Asia/Kolkata")


@pytest.mark.parametrize(
    ("found", "zone"),
    [("Europe/Paris", Zone("Europe/Paris")), ("Etc/UTC", UTC_ZONE), (None, UTC_ZONE), ("No/Where", UTC_ZONE)],
)
def test_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch, found: str | None, zone: Zone) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: found)
    assert machine_zone() == zone


def test_today_depends_on_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "now_ms", lambda: 20_000 * DAY_MS + 11 * HOUR)  # 4 October 2024, 11:00 UTC
    assert Zone("Pacific/Kiritimati").today() == date(2024, 10, 5)
    assert UTC_ZONE.today() == date(2024, 10, 4)
    assert Zone("Etc/GMT+12").today() == date(2024, 10, 3)
