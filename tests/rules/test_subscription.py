"""When a digest is due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rules.faults import InvalidDefinition
from rules.subscription import DigestWeek, due_week, parse
from store.subscriptions import Subscription
from store.zones import Zone

PARIS = Zone("Europe/Paris")
MONDAY_SEVEN = Subscription(id="1/ada", site="1", user="ada", weekly=True, weekday=0, hour=7)
LAST = DigestWeek("2026-W48", date(2026, 11, 16), date(2026, 11, 22))


def at(text: str) -> int:
    """The ms since 1970 of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_it_is_due_from_its_hour_in_the_zone_of_the_site() -> None:
    before = due_week(MONDAY_SEVEN, PARIS, at("2026-11-23T05:59"))
    assert before
    assert before.key == "2026-W47"
    assert due_week(MONDAY_SEVEN, PARIS, at("2026-11-23T06:00")) == LAST


def test_a_missed_hour_is_made_up_for_and_only_the_last_of_several_weeks() -> None:
    assert due_week(MONDAY_SEVEN, PARIS, at("2026-11-29T22:00")) == LAST
    three_weeks_later = due_week(MONDAY_SEVEN, PARIS, at("2026-12-14T12:00"))
    assert three_weeks_later
    assert three_weeks_later.key == "2026-W51"


def test_another_weekday_does_not_send_the_week_again() -> None:
    friday = due_week(
        Subscription(id="", site="1", user="ada", weekly=True, weekday=4, hour=0), PARIS, at("2026-11-27T12:00")
    )
    assert friday
    assert friday.key == LAST.key


def test_nothing_is_due_before_it_was_turned_on_or_after_it_was_turned_off() -> None:
    tuesday = at("2026-11-24T12:00")
    new = Subscription(id="", site="1", user="ada", weekly=True, since=at("2026-11-24T09:00"))
    assert due_week(new, PARIS, tuesday) is None
    assert due_week(new, PARIS, at("2026-11-30T06:00")) is not None
    assert due_week(Subscription(id="", site="1", user="ada"), PARIS, tuesday) is None


def test_an_hour_that_the_clocks_skip_is_made_up_for() -> None:
    skipped = Subscription(id="", site="1", user="ada", weekly=True, weekday=6, hour=2)
    assert due_week(skipped, PARIS, at("2026-03-29T00:59")).key == "2026-W12"  # type: ignore[union-attr]
    assert due_week(skipped, PARIS, at("2026-03-29T01:00")).key == "2026-W13"  # type: ignore[union-attr]


@pytest.mark.parametrize("fields", [{"weekday": 7}, {"hour": 24}, {"language": "de"}, {"wekly": True}])
def test_what_cannot_be_asked_for_is_rejected(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidDefinition):
        parse(fields)
