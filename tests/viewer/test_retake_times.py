from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.viewer import shop
from viewer.retake_times import DAY, HOUR, NIGHT, begins, may_begin, next_retake, quiet_hour, surplus

TAKEN = int(datetime(2026, 3, 2, 15, tzinfo=UTC).timestamp() * 1000)


def at(day: int, hour: int) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp() * 1000)


def test_the_quiet_hour_has_the_fewest_views_around_it() -> None:
    busy = [100] * 24
    assert quiet_hour([0] * 24) == NIGHT
    assert quiet_hour(busy) == NIGHT
    assert quiet_hour([*busy[:12], 0, *busy[13:]]) == 10
    night = [3, 1, 2, 90, 80, 70, *[100] * 17, 60]
    assert quiet_hour(night) == 0
    across = [5, 50, *[100] * 20, 4, 3]
    assert quiet_hour(across) == 22


@pytest.mark.parametrize(("schedule", "day"), [("daily", 3), ("changed", 3), ("weekly", 9), ("monthly", 32)])
def test_a_picture_is_due_in_the_quiet_hour_after_its_interval(schedule, day) -> None:
    assert next_retake(schedule, TAKEN, 0, 0, 2) == at(1, 2) + (day - 1) * DAY


def test_a_daily_retake_follows_each_night() -> None:
    taken = at(3, 2) + 40 * 60_000
    assert next_retake("daily", taken, at(3, 2), 0, 2) == at(4, 2)
    assert next_retake("daily", taken, at(3, 2), 0, 5) == at(4, 5)


def test_each_failure_doubles_the_wait() -> None:
    begun = at(20, 2)
    waits = [(next_retake("weekly", TAKEN, begun, n, 2) - begun) // DAY for n in range(1, 8)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert next_retake("weekly", TAKEN, begun, 0, 2) == begun + 7 * DAY  # done, but the page has no new picture


def test_a_retake_begins_in_the_quiet_hours_or_a_day_late() -> None:
    due = at(10, 2)
    assert not may_begin(due - 1, due, 2)
    assert may_begin(due, due, 2)
    assert may_begin(at(10, 4), due, 2)
    assert not may_begin(at(10, 5), due, 2)
    assert not may_begin(at(11, 1), due, 2)
    assert may_begin(at(11, 2), due, 2)
    assert may_begin(at(11, 14), due, 2)
    assert may_begin(at(11, 0), at(10, 23), 23)
    assert HOUR * 24 == DAY


def test_an_overdue_retake_begins_in_the_next_quiet_hours() -> None:
    due = at(10, 2)
    assert begins(at(9, 0), due, 2) == due
    assert begins(at(10, 3), due, 2) == at(10, 3)
    assert begins(at(10, 9), due, 2) == at(11, 2)
    assert begins(at(12, 9), due, 2) == at(12, 9)


def test_the_newest_of_each_series_and_the_chosen_one_are_kept() -> None:
    wide = [replace(shop.snapshot("1"), id=n, taken=100 - n) for n in range(5)]
    phone = [replace(shop.snapshot("1", width=390), id=10 + n, taken=100 - n) for n in range(2)]
    assert [one.id for one in surplus([*wide, *phone], 2, {3, 99})] == [2, 4]
    assert surplus([*wide, *phone], 5, ()) == []
