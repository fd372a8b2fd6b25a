"""Matching runs in the background: maps never wait for it, and read what it found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import viewer.record_matcher as record_matcher
from store.matches import Matches
from store.records import Site
from store.snapshots import Snapshots
from tests.aggregator.build import fp, insert, insert_elements, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from viewer.app import Viewer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_matcher, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def running(viewer: Viewer) -> Iterator[record_matcher.RecordMatcher]:
    viewer.record_matcher.start()
    yield viewer.record_matcher
    viewer.record_matcher.stop()


def matched(viewer: Viewer, site: Site) -> dict[int, int]:
    newest = Snapshots(viewer.store).latest(int(site.id), shops.PAGE)
    assert newest
    return Matches(viewer.store).of(int(site.id), newest.id, shops.PAGE)


def ask_for_the_map(api: Client, site: Site) -> Any:
    return api.get(
        f"/api/v1/sites/{site.id}/heatmap", params={"page": shops.PAGE, "width": shops.WIDTH, **shops.PERIOD}
    )


def test_a_new_picture_is_matched(viewer: Viewer, shop: Site, running: record_matcher.RecordMatcher) -> None:
    running.wait()
    found = matched(viewer, shop)
    assert found[record_id(*shops.BUY)] == 0
    assert found[record_id(*shops.GONE)] == -1
    assert running.progress == record_matcher.Progress("", 0)


def test_a_map_does_not_wait_for_matching_and_the_next_one_shows_the_matches(
    viewer: Viewer, shop: Site, api: Client, running: record_matcher.RecordMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.wait()
    new = [(f"main>em:{n}", fp(text=f"new {n}")) for n in range(20)]
    insert_elements(viewer.store, new)
    who = {"site": int(shop.id), "visitor": 1, "view": 1}
    insert(viewer.store, "points", [who | {"record": record_id(*one)} for one in new])
    begun, go_on = threading.Event(), threading.Event()
    real: Callable[..., int] = record_matcher.make_twins

    def slowly(*given: Any) -> int:
        begun.set()
        assert go_on.wait(60)
        return real(*given)

    monkeypatch.setattr(record_matcher, "make_twins", slowly)
    assert ask_for_the_map(api, shop).status_code == 200
    assert begun.wait(60)
    assert "matching" in running.progress.words
    assert ask_for_the_map(api, shop).status_code == 200  # while it runs
    assert record_id(*new[0]) not in matched(viewer, shop)
    go_on.set()
    running.wait()
    assert record_id(*new[0]) in matched(viewer, shop)


def test_a_failure_stops_nothing(
    viewer: Viewer, shop: Site, running: record_matcher.RecordMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.wait()

    def fails(*_: Any) -> int:
        raise RuntimeError("no")

    monkeypatch.setattr(record_matcher, "make_twins", fails)
    Snapshots(viewer.store).save(shops.snapshot(shop.id, width=390), shops.page_layout(), shops.strips())
    running.match_new()
    running.wait()
    monkeypatch.undo()
    running.match_new()
    running.wait()
    assert matched(viewer, shop)
