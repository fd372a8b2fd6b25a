"""The table `refusals`: what collectors saved, read back for a site's page."""

from __future__ import annotations

import time

from store.client import Store
from store.tallies import Tally, read_tallies, save_tallies


def test_tallies_of_several_collectors_add_up(store: Store) -> None:
    now = int(time.time() * 1000)
    save_tallies(store, {(1, "origin"): Tally(3, now - 60_000, "old"), (1, "accepted"): Tally(40, now)})
    save_tallies(store, {(1, "origin"): Tally(2, now, "new"), (2, "shape"): Tally(9, now, "$.seq")})
    assert read_tallies(store, 1) == {"accepted": Tally(40, now), "origin": Tally(5, now, "new")}
    assert read_tallies(store, 3) == {}


def test_only_the_last_day_is_read(store: Store) -> None:
    now = int(time.time() * 1000)
    save_tallies(store, {(1, "shape"): Tally(7, now - 25 * 3_600_000, "yesterday")})
    save_tallies(store, {(1, "shape"): Tally(1, now - 23 * 3_600_000, "today")})
    assert read_tallies(store, 1)["shape"].count == 1
    assert read_tallies(store, 1, seconds=26 * 3_600)["shape"].count == 8


def test_two_tallies_add_up() -> None:
    assert Tally(1, 5, "a") + Tally(2, 9, "b") == Tally(2, 9, "b") + Tally(1, 5, "a") == Tally(3, 9, "b")
    assert Tally(1, 9) + Tally(2, 5, "b") == Tally(3, 9, "b")
