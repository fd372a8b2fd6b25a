"""The days of a question."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.period import FIRST, LAST, LONGEST, Period, parse, swapped

TODAY = date(2026, 11, 23)
DATES = st.dates(FIRST, LAST)
PERIODS = st.one_of(
    st.builds(Period, days=st.integers(1, LONGEST), until=st.none() | DATES),
    st.builds(lambda a, b: Period(since=min(a, b), until=max(a, b)), DATES, DATES),
    st.builds(Period, since=st.dates(FIRST, TODAY)),
)


@given(PERIODS)
def test_a_period_comes_back_from_its_address(period):
    found = parse(period.query(), TODAY)
    assert (found.period, found.faults) == (period, ())


@given(PERIODS)
def test_fixed_days_are_the_same_days(period):
    since, until = period.span(TODAY)
    assert FIRST <= since <= until <= LAST
    assert period.fixed(TODAY).span(TODAY + timedelta(days=400)) == (since, until)


@given(st.dictionaries(st.sampled_from(["days", "since", "until"]), st.text(max_size=12)))
def test_anything_gives_a_period_that_can_be_shown(query):
    found = parse(query, TODAY)
    assert parse(found.period.query(), TODAY).period == found.period
    assert {fault.field for fault in found.faults} <= {"days", "since", "until"}
    if not found.faults:
        since, until = found.period.span(TODAY)
        assert since <= until


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 10, 27), TODAY),
        ({"days": "7"}, date(2026, 11, 17), TODAY),
        ({"days": "7", "until": "2026-03-07"}, date(2026, 3, 1), date(2026, 3, 7)),
        ({"since": "2026-03-01", "until": "2026-03-01"}, date(2026, 3, 1), date(2026, 3, 1)),
        ({"since": "2026-11-01", "until": "2026-11-03", "days": "7"}, date(2026, 11, 1), date(2026, 11, 3)),
        ({"since": "2026-11-01"}, date(2026, 11, 1), TODAY),
    ],
)
def test_the_days_that_are_meant(query, first, last):
    found = parse(query, TODAY)
    assert (found.period.span(TODAY), found.faults) == ((first, last), ())


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ({"days": "0"}, ["days whole_number"]),
        ({"days": "99999"}, ["days whole_number"]),
        ({"days": "-1"}, ["days whole_number"]),
        ({"days": "x"}, ["days whole_number"]),
        ({"days": "٣"}, ["days whole_number"]),
        ({"since": "2026-13-01"}, ["since day"]),
        ({"until": "2026-02-30"}, ["until day"]),
        ({"since": "20260301"}, ["since day"]),
        ({"since": "1969-12-31"}, ["since day_range"]),
        ({"until": "9999-12-31"}, ["until day_range"]),
        ({"since": "2026-06-15", "until": "2026-05-20"}, ["since swapped"]),
        ({"since": "2026-11-24"}, ["since after_today"]),
        ({"days": "x", "since": "y", "until": "z"}, ["days whole_number", "since day", "until day"]),
    ],
)
def test_what_cannot_be_read_is_a_fault(query, faults):
    assert [f"{fault.field} {fault.code}" for fault in parse(query, TODAY).faults] == faults


def test_swapped_days_are_kept_so_that_they_can_be_swapped_back():
    found = parse({"since": "2026-06-15", "until": "2026-05-20"}, TODAY)
    assert found.period.since == date(2026, 6, 15)
    assert parse(swapped(found.period).query(), TODAY).faults == ()


def test_only_an_address_without_days_gets_the_default():
    default = Period(since=date(2026, 1, 1), until=date(2026, 1, 31))
    assert parse({"page": "/x"}, TODAY, default).period == default
    assert parse({"days": "28"}, TODAY, default).period == Period()
