"""The site of `bench scale`: its numbers of points, and that its visits are of one piece."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aggregator.answers.heatmap import heatmap
from aggregator.shapes.scope import Scope
from bench.scale_pages import CARDS, HOT, OTHER, SITE, PageSize, page_layout, save_page
from bench.scale_posthog import fill_posthog, posthog_map
from bench.scale_visits import SINCE, UNTIL, Traffic, fill
from store.client import Store
from store.migrations import migrate
from store.snapshots import Snapshots

TRAFFIC, SIZE = Traffic(144_000), PageSize(3)


@pytest.fixture
def store(fresh_store: Callable[[], Store]) -> Store:
    store = fresh_store()
    migrate(store)
    for page in (HOT, OTHER):
        save_page(Snapshots(store), page, SIZE)
    fill(store, TRAFFIC, {width: page_layout(SIZE, width) for width in CARDS})
    fill_posthog(store, [HOT, OTHER])
    return store


def test_the_hottest_page_has_ten_times_the_points_and_every_map_is_whole(store: Store) -> None:
    rows = store.rows("SELECT page, count() AS n FROM points GROUP BY page ORDER BY n DESC, page")
    assert rows[0] == {"page": HOT, "n": TRAFFIC.hot}
    assert rows[1] == {"page": OTHER, "n": TRAFFIC.per_page(1)}
    assert {row["n"] for row in rows[2:]} == {TRAFFIC.per_page(2)}
    assert sum(row["n"] for row in rows) == pytest.approx(TRAFFIC.total, rel=0.01)
    for page in (HOT, OTHER):
        account = heatmap(store, Snapshots(store), Scope(SITE, (page,), "click", SINCE, UNTIL), 1366).account
        assert account.received == account.bots + account.excluded + account.own
        assert account.own > 0.9 * account.received
        assert posthog_map(store, page, SINCE, UNTIL)["cnt"].sum() == account.received


def test_views_points_and_scrolls_agree(store: Store) -> None:
    found = store.rows(
        "SELECT count() AS n, countIf(p.clicks != v.clicks OR p.device != v.device OR p.who != v.visitor) AS wrong, "
        "countIf(s.view = 0) AS without_scroll FROM views AS v LEFT JOIN (SELECT view, count() AS clicks, "
        "any(device) AS device, any(visitor) AS who FROM points WHERE page = {page:String} GROUP BY view) AS p "
        "ON p.view = v.view LEFT JOIN scrolls AS s ON s.view = v.view WHERE v.page = {page:String} AND v.clicks > 0",
        page=HOT,
    )[0]
    assert found["n"] > 0
    assert found["wrong"] == 0
    assert found["without_scroll"] == 0
