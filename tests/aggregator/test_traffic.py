"""Traffic of a site and its pages."""

from __future__ import annotations

from datetime import timedelta

from aggregator.answers.traffic import devices_of, pages_of, site_traffic
from aggregator.shapes.scope import SiteScope
from store.client import Store
from tests.aggregator.build import DAY, NOON, PAGE, insert

OTHER = "shop.example/help"
DAY_MS = 86_400_000


def fill(store: Store) -> None:
    insert(store, "views", [{"visitor": v, "view": v, "clicks": 1, "seq": 0} for v in range(1, 5)])
    insert(store, "views", [{"visitor": v, "view": v, "clicks": 3, "seq": 1} for v in range(1, 5)])
    insert(store, "views", [{"visitor": 5, "view": 5, "device": "phone", "time": NOON - DAY_MS}])
    insert(store, "views", [{"visitor": 1, "view": 6, "page": OTHER, "time": NOON - 27 * DAY_MS, "err": 3}])
    insert(store, "views", [{"visitor": 1, "view": 7, "page": OTHER, "time": NOON - 28 * DAY_MS, "err": 5}])
    insert(store, "views", [{"visitor": 8, "view": 8, "bot": "x", "time": NOON + 5}])
    insert(store, "views", [{"visitor": 9, "view": 9, "excluded": 1}])
    insert(store, "points", [{"visitor": 1, "view": 1, "effect": 0}, {"visitor": 2, "view": 2}])


def test_the_traffic_of_a_site(store: Store) -> None:
    assert site_traffic(store, 1, DAY).last_view_ms == 0
    fill(store)
    traffic = site_traffic(store, 1, DAY)
    assert (traffic.views_today, traffic.views_28, traffic.last_view_ms) == (4, 6, NOON + 5)
    assert traffic.tracker_errors == 3
    assert traffic.daily == [1] + [0] * 25 + [1, 4]


def test_the_traffic_of_its_pages(store: Store) -> None:
    assert pages_of(store, SiteScope(1, DAY, DAY)) == []
    fill(store)
    first, second = pages_of(store, SiteScope(1, DAY - timedelta(days=27), DAY))
    assert (first.page, first.visitors, first.views, first.clicks) == (PAGE, 5, 5, 12)
    assert first.frustrated_share == 0.2
    assert first.devices == {"desktop": 0.8, "phone": 0.2}
    assert first.daily == [0] * 26 + [1, 4]
    assert (second.page, second.visitors, second.frustrated_share, second.daily[0]) == (OTHER, 1, 0.0, 1)


def test_visitors_by_device(store: Store) -> None:
    fill(store)
    assert devices_of(store, SiteScope(1, DAY - timedelta(days=1), DAY), (PAGE,)) == {"desktop": 4, "phone": 1}
    assert devices_of(store, SiteScope(1, DAY, DAY), ("shop.example/none",)) == {}
