"""A page that has changed since its picture: on its map, in its history and in the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from store.records import Site
from tests.aggregator.build import NOON, insert, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer import page_changes
from viewer.app import Viewer

PAGE = "shop.example/changed"
NEW = ("main>section:2>button:1", "")
DAY = 24 * 3600 * 1000
PERIOD = "since=2026-03-01&until=2026-03-10"


def visit(viewer: Viewer, site: Site, number: int, visitors: int, missing: int) -> None:
    """Visitors of the day `number` after the picture, of whom `missing` click what it does not have."""
    rows = []
    for n in range(visitors):
        who = 10_000 + number * 1000 + n
        element = NEW if n < missing else shops.BUY
        rows.append(
            {"site": int(site.id), "page": PAGE, "view": who, "visitor": who, "time": NOON + number * DAY + 1000 + n}
            | shops._on(element)
        )
    insert(viewer.store, "points", rows)
    insert(viewer.store, "views", [{name: row[name] for name in row if name not in ("key", "record")} for row in rows])


@pytest.fixture(scope="module", autouse=True)
def _changed(viewer: Viewer, shop: Site) -> None:
    viewer.snapshots.save(shops.snapshot(shop.id, page=PAGE), shops.page_layout(), shops.strips())
    insert(
        viewer.store,
        "elements",
        [
            {"site": int(shop.id), "page": PAGE, "path": path, "fp": fp, "record": record_id(path, fp)}
            | {"key": shops._on((path, fp))["key"]}
            for path, fp in (NEW, shops.BUY)
        ],
    )
    for number in range(3):
        visit(viewer, shop, number, 40, 1)
    for number in range(3, 6):
        visit(viewer, shop, number, 40, 16)


@pytest.fixture
def as_of_march(monkeypatch: pytest.MonkeyPatch, viewer: Viewer) -> None:
    """Today is the 10th of March."""
    monkeypatch.setattr(page_changes, "today", lambda zone: date(2026, 3, 10))
    viewer.work.forget()


def test_the_map_says_since_when_and_offers_a_new_picture(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{PERIOD}").text
    shown = words(page)
    assert "Since 5 March" in shown
    assert "40% of the clicks (120 in all) are on elements that it does not have; before, 2%." in shown
    assert "button in main, 48 clicks main>section:2>button:1" in shown
    assert shown.count("Retake picture") == 2
    assert "no longer find their element" not in shown
    french = words(owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{PERIOD}", headers={"Accept-Language": "fr"}).text)
    assert "La page a changé depuis que cette image a été prise. Depuis le 5 mars" in french


def test_the_api_has_the_same_finding(api: Client, shop: Site) -> None:
    path = f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&points=0&{PERIOD}"
    assert api.get(path).json()["changed"] == {
        "since": "2026-03-05",
        "share": 0.4,
        "points": 120,
        "visitors": 120,
        "share_before": 0.025,
        "points_before": 120,
        "visitors_before": 120,
        "new_elements": [{"path": NEW[0], "points": 48}],
    }
    assert api.get(path.replace("until=2026-03-10", "until=2026-03-04")).json()["changed"] is None


def test_a_new_picture_settles_it(api: Client, viewer: Viewer, shop: Site) -> None:
    new = replace(shops.snapshot(shop.id, page=PAGE), taken=NOON + 9 * DAY)
    viewer.snapshots.save(new, shops.page_layout(), shops.strips())
    path = f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&points=0&{PERIOD}"
    assert api.get(path).json()["changed"] is None
    viewer.snapshots.delete(new)


def test_the_history_shows_it_under_the_picture(owner: Client, viewer: Viewer, shop: Site, as_of_march: None) -> None:
    shown = words(owner.get(f"/sites/{shop.id}/picture-history?page={PAGE}").text)
    assert "The page has changed since this picture was taken" in shown
    assert "button in main, 48 clicks" in shown


def test_the_api_lists_it_for_each_picture(api: Client, shop: Site, as_of_march: None) -> None:
    found = api.get(f"/api/v1/sites/{shop.id}/changes", params={"page": PAGE}).json()
    (picture,) = found["pictures"]
    assert (picture["snapshot"]["page"], picture["changed"]["since"]) == (PAGE, "2026-03-05")
    assert api.get(f"/api/v1/sites/{shop.id}/changes", params={"page": "shop.example/none"}).json()["pictures"] == []


def test_the_overview_says_that_the_picture_is_outdated(owner: Client, shop: Site, as_of_march: None) -> None:
    page = owner.get(f"/sites/{shop.id}/overview?{PERIOD}").text
    shown = words(page)
    assert shown.count("Lamps: The page has changed since its picture was taken. Since 5 March, 40%") == 1
    assert "40% of the clicks are on elements that the picture does not have; before, 2%" in shown
    assert "Not on the picture 40%" in shown
    assert f"/sites/{shop.id}/picture-history?page=" in page
