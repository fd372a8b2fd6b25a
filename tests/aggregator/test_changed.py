"""Whether a page has changed since its picture was taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np
import pytest

from aggregator.answers.changed import changed_since
from aggregator.measures.changed import (
    BASELINE_DAYS,
    DayCounts,
    MissingPoints,
    NewElement,
    PageChange,
    on_picture,
    page_change,
)
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import record_places
from aggregator.shapes.columns import Int64, Mask, UInt64
from store.client import Store
from store.matches import Match, Matches
from store.snapshots import Snapshots
from tests.aggregator.build import DAY, NOON, fp, insert_elements, layout, record_id, records
from tests.aggregator.test_heatmap import ask, clicks, take_picture

BUY = ("main>button:1", fp(id="buy", text="Buy"))
AD = ("div#ad>a:1", fp(text="Advertisement"))
NEW = ("main>button:2", fp(id="offer", text="Offer"))
MENU = ("nav>a:1", fp(href="/lamps", text="Lamps"))
OF = [BUY, AD, NEW]
DAYS = 24 * 3600 * 1000
HOUR = 3600 * 1000
NONE = records(OF)


@dataclass(frozen=True)
class LookedUp:
    """N points looked up on a picture: `missing` where it lacks the element."""

    time: Int64
    visitor: UInt64
    record: UInt64
    missing: Mask

    def and_also(self, other: LookedUp) -> LookedUp:
        return LookedUp(*(np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(self)))

    def of_days(self) -> tuple[DayCounts, MissingPoints]:
        """The same counted by day, from BASELINE_DAYS before the picture."""
        rows = [row for row in zip(*(getattr(self, f.name).tolist() for f in fields(self)), strict=True)
                if row[0] > NOON - BASELINE_DAYS * DAYS]  # fmt: skip
        of: dict[int, list[tuple[int, int, bool]]] = {}
        for time, visitor, record, missing in rows:
            of.setdefault(time // DAYS * 2 + (time > NOON), []).append((visitor, record, missing))
        keys = sorted(of)
        counts = [
            (
                key,
                len({visitor for visitor, _, _ in of[key]}),
                len({visitor for visitor, _, missing in of[key] if missing}),
                len(of[key]),
                sum(missing for _, _, missing in of[key]),
            )
            for key in keys
        ]
        lost = Counter((key, record) for key in keys for _, record, missing in of[key] if missing)
        return (
            DayCounts(*np.array(counts, np.int64).reshape(-1, 5).T),
            MissingPoints(
                np.array([key for key, _ in lost], np.int64),
                np.array([record for _, record in lost], np.uint64),
                np.array(list(lost.values()), np.int64),
            ),
        )


def day(number: int, of_visitors: int, missing: int, on: tuple[str, str] = NEW) -> LookedUp:
    """Visitors of the day `number` after the picture, of whom `missing` clicked what it lacks; one click each."""
    who = np.arange(of_visitors, dtype=np.uint64) + np.uint64(1000 * (number + 100))
    record = np.array([record_id(*on)] * missing + [record_id(*BUY)] * (of_visitors - missing), np.uint64)
    time = np.full(of_visitors, NOON + number * DAYS + HOUR, np.int64)
    return LookedUp(time, who, record, np.arange(of_visitors) < missing)


def together(*days: LookedUp) -> LookedUp:
    found = days[0]
    for other in days[1:]:
        found = found.and_also(other)
    return found


def found(*days: LookedUp) -> PageChange | None:
    counts, missing = together(*days).of_days()
    return page_change(counts, lambda: missing, NONE)


def test_a_change_is_found_on_its_day_with_its_figures() -> None:
    quiet = [day(n, 50, 1) for n in range(5)]
    assert found(*quiet, *(day(n, 50, 19) for n in range(5, 9))) == PageChange(
        since="2026-03-07",
        share=0.38,
        points=200,
        visitors=200,
        share_before=0.02,
        points_before=250,
        visitors_before=250,
        new_elements=(NewElement(NEW[0], 76),),
    )


def test_a_page_with_elements_that_are_never_found_has_not_changed() -> None:
    assert found(*(day(n, 60, 24, AD) for n in range(-3, 12))) is None


def test_elements_missing_before_and_after_are_not_new() -> None:
    before = [together(day(n, 60, 12, AD)) for n in range(4)]
    after = [together(day(n, 40, 8, AD), day(n + 50, 20, 18)) for n in range(4, 8)]
    moved = [LookedUp(np.minimum(a.time, NOON + n * DAYS + HOUR), a.visitor, a.record, a.missing)
             for n, a in zip(range(4, 8), after, strict=True)]  # fmt: skip
    change = found(*before, *moved)
    assert change is not None
    assert (change.since, change.new_elements) == ("2026-03-06", (NewElement(NEW[0], 72),))


@pytest.mark.parametrize("visitors", [5, 9])
def test_few_visitors_prove_nothing(visitors: int) -> None:
    assert found(day(0, 50, 0), day(1, visitors, visitors), day(2, visitors, visitors)) is None
    assert found(day(0, 50, 0), day(1, 10, 10), day(2, 10, 10)) is not None
    assert found(day(0, visitors, 0), day(1, 60, 40)) is None


def test_the_clicks_of_one_visitor_prove_nothing() -> None:
    one = day(3, 1, 1)
    many = LookedUp(*(np.repeat(column, 500) for column in (one.time, one.visitor, one.record, one.missing)))
    assert found(*(day(n, 60, 0) for n in range(6)), many) is None


def test_a_small_or_uncertain_rise_is_no_change() -> None:
    assert found(*(day(n, 400, 8) for n in range(5)), *(day(n, 400, 20) for n in range(5, 9))) is None
    assert found(day(0, 30, 3), day(1, 30, 6)) is None


def test_a_page_that_changed_back_is_as_in_its_picture() -> None:
    back = [*(day(n, 50, 1) for n in range(5)), *(day(n, 50, 25) for n in range(5, 8))]
    assert found(*back) is not None
    assert found(*back, *(day(n, 50, 1) for n in range(8, 10))) is None


def test_what_was_missing_before_the_picture_was_an_earlier_version() -> None:
    earlier = [day(n, 60, 30, AD) for n in range(-5, -1)]
    assert found(*earlier, *(day(n, 60, 1) for n in range(6))) is None
    change = found(*earlier, *(day(n, 60, 1) for n in range(6)), *(day(n, 60, 30) for n in range(6, 9)))
    assert change is not None
    assert (change.since, change.points_before) == ("2026-03-08", 360)


def test_visits_before_the_picture_count_where_there_are_few_after_it() -> None:
    change = found(day(-2, 60, 1), day(-1, 60, 1), day(0, 40, 16), day(1, 40, 16))
    assert change is not None
    assert (change.since, change.visitors_before, change.visitors) == ("2026-03-02", 60, 80)


def test_a_picture_that_cannot_show_an_element_is_no_reason_to_take_another() -> None:
    """The element is as new as ever, but it was missing just before the picture too."""
    new = [day(n, 40, 16) for n in range(-3, 0)]
    assert found(*(day(n, 40, 0) for n in range(-7, -3)), *new, day(0, 40, 16), day(1, 40, 16)) is None
    assert found(*(day(n, 40, 0) for n in range(-7, -3)), *new, day(0, 10, 4), day(1, 40, 16)) is None


def test_nothing_at_all() -> None:
    empty = LookedUp(np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, bool))
    counts, missing = empty.of_days()
    assert page_change(counts, lambda: missing, NONE) is None
    assert found(day(3, 100, 100)) is None  # nothing to compare with


def test_hidden_and_matched_elements_are_on_the_picture() -> None:
    on = layout((*BUY, (0, 0, 100, 40)), (*MENU, (0, 100, 100, 40)), hidden=(MENU[0],))
    made_on = [BUY, MENU, AD, NEW]
    known = records(made_on)
    found, missing = on_picture(record_places(known, LayoutIndex(on), {record_id(*AD): 0}))
    at = known.locate(np.array([record_id(*element) for element in made_on], np.uint64))
    assert found[at].tolist() == [True, True, True, False]
    assert missing[at].tolist() == [False, False, False, True]


def visit(store: Store, number: int, of_visitors: int, missing: int, **columns: int) -> None:
    """The visitors of a day, as in `day`."""
    first = 1000 * (number + 100)
    time = NOON + number * DAYS + HOUR
    clicks(store, NEW, range(first, first + missing), time=time, **columns)
    clicks(store, BUY, range(first + missing, first + of_visitors), time=time, **columns)


ON = layout((*BUY, (0, 0, 100, 40)))


def test_a_map_says_what_its_picture_lacks(store: Store) -> None:
    take_picture(store, on=ON)
    insert_elements(store, [BUY, NEW])
    for number in range(4):
        visit(store, number, 30, 0)
    assert ask(store, until=DAY + timedelta(days=20)).changed is None
    for number in range(4, 8):
        visit(store, number, 30, 20)
    change = ask(store, until=DAY + timedelta(days=20)).changed
    assert change is not None
    assert (change.since, change.share, change.share_before) == ("2026-03-06", 0.6667, 0.0)
    assert change.new_elements == (NewElement(NEW[0], 80),)
    hover = ask(store, until=DAY + timedelta(days=20), kind="hover")
    assert hover.changed is None


def test_a_period_after_the_picture_is_compared_with_the_days_of_the_picture(store: Store) -> None:
    snapshot = take_picture(store, on=ON)
    insert_elements(store, [BUY, NEW])
    visit(store, -1, 30, 1)
    visit(store, 2, 30, 1)
    for number in range(40, 44):
        visit(store, number, 30, 12)
    late = {"since": DAY + timedelta(days=39), "until": DAY + timedelta(days=50)}
    change = ask(store, **late).changed
    assert change is not None
    assert (change.since, change.visitors, change.visitors_before) == ("2026-04-11", 120, 30)
    assert changed_since(store, Snapshots(store), snapshot, late["since"], late["until"]) == change


def test_the_matching_of_elements_settles_it(store: Store) -> None:
    snapshot = take_picture(store, on=ON)
    insert_elements(store, [BUY, NEW])
    visit(store, 1, 30, 0)
    visit(store, 2, 30, 20)
    until = DAY + timedelta(days=5)
    assert changed_since(store, Snapshots(store), snapshot, DAY, until) is not None
    matched = Match(np.array([record_id(*NEW)], np.uint64), np.array([0], np.int32), np.array([9.0], np.float32))
    Matches(store).save(1, snapshot.id, snapshot.page, matched)
    assert changed_since(store, Snapshots(store), snapshot, DAY, until) is None


def test_windows_of_other_devices_are_left_out(store: Store) -> None:
    snapshot = take_picture(store, on=ON)
    insert_elements(store, [BUY, NEW])
    visit(store, 1, 30, 0)
    visit(store, 2, 30, 20, viewport_w=390)
    until = DAY + timedelta(days=5)
    assert changed_since(store, Snapshots(store), snapshot, DAY, until) is None
    visit(store, 2, 30, 20, viewport_w=800)
    assert changed_since(store, Snapshots(store), snapshot, DAY, until) is not None
