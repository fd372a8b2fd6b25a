"""The events of a site: the page, the API, and the goal that one click makes."""

from __future__ import annotations

import re
from html import unescape

import pytest

from store.records import Site
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, csrf, table, words
from viewer.app import Viewer


@pytest.fixture(scope="module")
def shop_with_events(viewer: Viewer, shop: Site) -> Site:
    """Thirty of sixty visitors ordered, two of them twice; one sent a name that looks alike."""
    insert(viewer.store, "events", [
        {"site": int(shop.id), "view": n, "visitor": n, "time": NOON + n * 1000, "kind": "custom",
         "name": "place_order", "value": 10.0 * n} for n in (*range(1, 31), 1, 2)
    ])  # fmt: skip
    insert(viewer.store, "events", [
        {"site": int(shop.id), "view": 40, "visitor": 40, "time": NOON, "kind": "custom", "name": "placeOrder"}
    ])  # fmt: skip
    return shop


def test_a_site_without_events_shows_how_to_send_one(owner: Client, api: Client, viewer: Viewer, shop: Site) -> None:
    made = api.post("/api/v1/sites", json={"name": "Without events", "domains": ["e.example"]}).json()
    page = owner.get(f"/sites/{made['id']}/events")
    assert page.status_code == 200
    assert "No event was sent" in words(page.text)


def test_the_api_has_the_figures_of_each_name(api: Client, shop_with_events: Site) -> None:
    found = api.get(f"/api/v1/sites/{shop_with_events.id}/events?{DAYS}").json()
    order = found["events"][0]
    assert (order["name"], order["times"], order["visitors"], order["share"]) == ("place_order", 32, 30, 0.5)
    assert (order["valued"], order["value"], order["before"], order["change"]) == (32, 4680.0, 0, None)
    assert order["daily"] == [0, 32, 0]
    assert order["pages"] == [
        {"name": "place_order", "page": "shop.example/lamps", "times": 32, "visitors": 30, "pages": 1}
    ]
    assert found["alike"] == [["placeOrder", "place_order"]]
    assert found["account"]["counted"] == 33
    detail = api.get(f"/api/v1/sites/{shop_with_events.id}/events?{DAYS}&event=place_order&by=device").json()
    assert [(row["value"], row["visitors"], row["of"]) for row in detail["rows"]] == [("desktop", 30, 50)]
    assert api.get(f"/api/v1/sites/{shop_with_events.id}/events?by=nothing").status_code == 400
    assert api.get(f"/api/v1/sites/{shop_with_events.id}/events?{DAYS}&event=never").json()["rows"] == []


def test_a_line_opens_in_place(owner: Client, shop_with_events: Site) -> None:
    path = f"/sites/{shop_with_events.id}/events?{DAYS}"
    page = owner.get(path).text
    assert "Two names look alike" in words(page)
    found = re.search(r'<a href="([^"]+)"\s+aria-expanded="false"><code>place_order', page)
    assert found
    opened = owner.get(unescape(found[1]).partition("#")[0]).text
    assert "Make of it" in words(opened)
    assert "Desktop" not in words(opened).partition("Make of it")[0].rpartition("Who sent it")[2]
    by_device = owner.get(f"{path}&event=place_order&by=device").text
    assert "Desktop 30 60.0%" in words(by_device)
    assert "30 fois" not in words(by_device)
    assert "Événements" in owner.get(path, headers={"Accept-Language": "fr"}).text
    assert "Make of it" not in words(owner.get(f"{path}&event=never").text)


def test_an_event_becomes_a_goal_in_one_click_and_back(owner: Client, api: Client, shop_with_events: Site) -> None:
    path = f"/sites/{shop_with_events.id}/events"
    page = owner.get(f"{path}?{DAYS}&event=place_order").text
    form = {"csrf": csrf(page), "event": "place_order", "query": f"{DAYS}&event=place_order"}
    answer = owner.post(path, data=form)
    assert answer.status_code == 303
    made = owner.get(answer.headers["location"].partition("#")[0]).text
    assert "“place_order” is a goal" in words(made)
    goals = api.get(f"/api/v1/sites/{shop_with_events.id}/goals").json()["goals"]
    assert [one["action"] for one in goals] == [{"what": "sent", "name": "place_order"}]
    figures = api.get(f"/api/v1/sites/{shop_with_events.id}/overview?{DAYS}").json()["figures"]
    assert figures[-1]["hits"] == 30
    undo = {"csrf": csrf(made), "undo": goals[0]["id"], "query": DAYS}
    assert owner.post(path, data=undo).status_code == 303
    assert api.get(f"/api/v1/sites/{shop_with_events.id}/goals").json()["goals"] == []
    assert owner.post(path, data=undo).status_code == 303


def test_an_event_becomes_a_segment_in_one_click(owner: Client, shop_with_events: Site) -> None:
    page = owner.get(f"/sites/{shop_with_events.id}/events?{DAYS}&event=place_order").text
    found = re.search(r'<a class="btn" href="([^"]+)">A segment', page)
    assert found
    assert "Counted 30" in words(owner.get(unescape(found[1])).text)


def test_the_events_and_those_who_sent_one_are_files(owner: Client, api: Client, shop_with_events: Site) -> None:
    site = shop_with_events.id
    assert f"/api/v1/sites/{site}/events?" in unescape(owner.get(f"/sites/{site}/events?{DAYS}").text)
    path = f"/api/v1/sites/{site}/events?{DAYS}"
    rows = table(api.get(f"{path}&format=csv"), "lamp-shop-events-2026-03-01-2026-03-03")
    names = ("name", "times", "visitors", "share", "value", "median")
    assert [tuple(row[name] for name in names) for row in rows] == [
        tuple(str(one[name]) for name in names) for one in api.get(path).json()["events"]
    ]
    path += "&event=place_order&by=device"
    rows = table(api.get(f"{path}&format=csv"), "lamp-shop-events-place-order-2026-03-01-2026-03-03")
    assert [(row["split"], row["value"], int(row["visitors"])) for row in rows] == [
        ("device", one["value"], one["visitors"]) for one in api.get(path).json()["rows"]
    ]
