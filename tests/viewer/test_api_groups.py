"""Page groups over the API: defined, rejected with a message, asked wherever a page can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rules.site import add_site
from store.layouts import path_key
from store.records import Site
from store.snapshots import new_id
from tests.aggregator.build import NOON, PAGE, insert, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUY, PERIOD
from viewer.api.entry import ROOT
from viewer.app import Viewer

LAMPS = {"name": "All lamps", "pages": ["/lamps", "/lamps/*"], "without": ["**/compare"]}


def error(response: Any) -> dict[str, str]:
    found: dict[str, str] = response.json()["error"]
    return found


@pytest.fixture(scope="module")
def site(viewer: Viewer, shop: Site) -> str:
    """The shop with seven visitors of two more lamps and four of a page that compares lamps; each clicked "Buy"."""
    number = int(shop.id)
    visits = {"shop.example/lamps/red": range(1, 4), "shop.example/lamps/blue": range(100, 104),
              "shop.example/lamps/compare": range(200, 204)}  # fmt: skip
    rows = [{"site": number, "page": page, "view": 1000 + v, "visitor": v, "time": NOON + v}
            for page, visitors in visits.items() for v in visitors]  # fmt: skip
    insert(viewer.store, "views", rows)
    insert(viewer.store, "points", [row | {"key": path_key(BUY[0]), "record": record_id(*BUY)} for row in rows])
    return f"{ROOT}/sites/{shop.id}"


@pytest.fixture
def group(api: Client, site: str) -> Iterator[dict[str, Any]]:
    made = api.post(f"{site}/groups", json=LAMPS)
    assert made.status_code == 201, made.text
    yield made.json()
    api.delete(f"{site}/groups/all-lamps")


def figures(api: Client, site: str, page: str) -> dict[str, Any]:
    response = api.get(f"{site}/heatmap", params=PERIOD | {"page": page, "format": "json"})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_group_can_be_created_changed_and_deleted(api: Client, site: str) -> None:
    made = api.post(f"{site}/groups", json=LAMPS).json()
    assert made == {**LAMPS, "key": "all-lamps", "site": made["site"], "version": 1, "picture_of": ""}
    assert api.get(f"{site}/groups").json()["groups"] == [made]
    assert api.get(f"{site}/groups/All lamps").json() == made
    changed = api.put(f"{site}/groups/all-lamps", json=LAMPS | {"pages": ["/lamps/*"], "version": 1}).json()
    assert (changed["version"], changed["pages"]) == (2, ["/lamps/*"])
    assert api.put(f"{site}/groups/all-lamps", json=LAMPS | {"version": 1}).status_code == 409
    assert error(api.put(f"{site}/groups/all-lamps", json=LAMPS | {"key": "other"}))["code"] == "key"
    taken = api.post(f"{site}/groups", json=LAMPS)
    assert (taken.status_code, error(taken)["code"]) == (409, "name_taken")
    assert api.delete(f"{site}/groups/all-lamps").json() == {"deleted": "all-lamps"}
    gone = api.get(f"{site}/groups/all-lamps")
    assert (gone.status_code, error(gone)["code"]) == (404, "no_group")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pages": []}, "pages"),
        ({"pages": ["lamps"]}, "is no pattern of addresses"),
        ({"without": ["/" + "*a" * 21]}, "has 21 wildcards: at most 20"),
        ({"name": "shop.example/lamps"}, "would be read as an address"),
        ({"picture_of": "shop.example/help"}, "not a page of this group"),
        ({"colour": "red"}, "is not a field here"),
    ],
)
def test_a_bad_group_is_rejected_with_a_message(api: Client, site: str, fields: dict[str, Any], words: str) -> None:
    response = api.post(f"{site}/groups", json=LAMPS | fields)
    assert (response.status_code, error(response)["code"]) == (422, "bad_field")
    assert words in error(response)["message"]


def test_a_map_of_a_group_counts_all_its_pages(api: Client, site: str, group: dict[str, Any]) -> None:
    """60 visitors of the list, and 3 of them and 4 others on two lamps; those who compare do not belong."""
    for name in ("all-lamps", "All lamps"):
        found = figures(api, site, name)
        assert found["account"]["drawn"] == 40 + 3 + 4
        assert found["visitors"] == 60 + 4
    assert figures(api, site, "/lamps**")["visitors"] == 60 + 4 + 4  # a pattern is no group


def test_a_change_of_a_group_changes_past_figures_at_once(api: Client, site: str, group: dict[str, Any]) -> None:
    assert figures(api, site, "all-lamps")["visitors"] == 64
    changed = api.put(f"{site}/groups/all-lamps", json=LAMPS | {"without": ["**/blue"]})
    assert changed.status_code == 200
    found = figures(api, site, "all-lamps")
    assert (found["visitors"], found["account"]["drawn"]) == (60 + 4, 40 + 3 + 4)  # comparers instead of blue


def test_a_group_is_drawn_on_the_picture_that_was_chosen(
    api: Client, viewer: Viewer, shop: Site, site: str, group: dict[str, Any]
) -> None:
    blue = replace(shops.snapshot(shop.id, page="shop.example/lamps/blue"), id=new_id())
    viewer.snapshots.save(blue, shops.page_layout(), shops.strips())
    viewer.work.forget()
    try:
        assert figures(api, site, "all-lamps")["snapshot"]["page"] == PAGE
        api.put(f"{site}/groups/all-lamps", json=LAMPS | {"picture_of": blue.page})
        found = figures(api, site, "all-lamps")
        assert (found["snapshot"]["page"], found["visitors"]) == (blue.page, 64)
    finally:
        viewer.snapshots.delete(blue)
        viewer.work.forget()


def test_the_page_of_a_map_shows_a_group(owner: Client, site: str, group: dict[str, Any], shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=all-lamps&{DAYS}")
    assert page.status_code == 200
    assert "All lamps" in words(page.text)
    assert "/lamps, /lamps/*, !**/compare" in words(page.text)
    heat = owner.get(f"/sites/{shop.id}/heat.png?page=all-lamps&strip=0&width=1000&{DAYS}")
    assert heat.status_code == 200


def test_a_group_that_was_deleted_or_is_another_sites_is_reported(
    api: Client, owner: Client, viewer: Viewer, shop: Site, site: str
) -> None:
    api.post(f"{site}/groups", json=LAMPS | {"name": "Gone"})
    api.delete(f"{site}/groups/gone")
    other = add_site(viewer.definitions, "Other", ["other.example"])
    api.post(f"{ROOT}/sites/{other.id}/groups", json=LAMPS | {"name": "Elsewhere"})
    for name in ("gone", "elsewhere", "Elsewhere"):
        answered = api.get(f"{site}/heatmap", params=PERIOD | {"page": name})
        assert (answered.status_code, error(answered)["code"]) == (404, "no_group")
        assert f"no group of pages '{name}'" in error(answered)["message"]
        page = owner.get(f"/sites/{shop.id}/heatmap?page={name}&{DAYS}")
        assert page.status_code == 404
        assert f"no group of pages “{name}”" in words(page.text)
    unknown = api.get(f"{site}/heatmap", params=PERIOD | {"page": "nonsense"})
    assert (unknown.status_code, error(unknown)["code"]) == (400, "bad_parameter")


def test_a_pattern_that_would_take_long_is_rejected(api: Client, site: str) -> None:
    answered = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/" + "*a" * 21})
    assert answered.status_code == 400
    assert "21 wildcards" in error(answered)["message"]
    nothing = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/nothing/*"})
    assert (nothing.status_code, error(nothing)["code"]) == (404, "no_snapshot")
    assert "No page of this site matches /nothing/*" in error(nothing)["message"]


def test_the_figures_of_groups_and_of_their_pages(api: Client, site: str, group: dict[str, Any]) -> None:
    found = api.get(f"{site}/group-figures", params=PERIOD).json()
    (row,) = found["groups"]
    assert (row["key"], row["name"], row["addresses"], row["visitors"], row["busiest"]) == (
        "all-lamps", "All lamps", 3, 64, PAGE,
    )  # fmt: skip
    assert (found["addresses"], found["grouped"]) == (4, 3)
    phones = api.get(f"{site}/group-figures", params=PERIOD | {"device": "phone"}).json()["groups"][0]
    assert phones["visitors"] == 10
    pages = api.get(f"{site}/pages", params=PERIOD | {"page": "all-lamps", "sort": "name"}).json()
    assert [one["path"] for one in pages["pages"]] == ["/lamps", "/lamps/blue", "/lamps/red"]
    left = api.get(f"{site}/pages", params=PERIOD | {"ungrouped": 1}).json()
    assert [one["path"] for one in left["pages"]] == ["/lamps/compare"]
    assert api.get(f"{site}/pages", params=PERIOD | {"sort": "x"}).status_code == 400


def test_a_group_is_tested_without_being_stored(api: Client, site: str, group: dict[str, Any]) -> None:
    tested = api.post(f"{site}/group-test", json={"pages": ["/lamps"], "key": "all-lamps"})
    assert tested.status_code == 200
    assert tested.json()["totals"].keys() == {"fits", "after", "new", "out", "clash", "ungrouped", "every"}
    assert api.get(f"{site}/groups/all-lamps").json() == group
    bad = api.post(f"{site}/group-test", json={"pages": ["nonsense"]})
    assert (bad.status_code, error(bad)["code"]) == (422, "bad_field")


def test_suggestions_are_declined_over_the_api(api: Client, site: str) -> None:
    assert api.get(f"{site}/suggested-groups").json() == {"suggested": [], "declined": []}
    assert api.post(f"{site}/suggested-groups", json={"pattern": "/a/*"}).status_code == 200
    assert api.get(f"{site}/suggested-groups").json()["declined"] == ["/a/*"]
    assert api.post(f"{site}/suggested-groups", json={"pattern": "nonsense"}).status_code == 422
    assert api.delete(f"{site}/suggested-groups").json() == {"declined": []}


def test_two_sets_of_visitors_of_a_group_are_compared(
    api: Client, owner: Client, shop: Site, site: str, group: dict[str, Any]
) -> None:
    asked = PERIOD | {"page": "all-lamps", "device": "phone", "with": "device:desktop"}
    compared = api.get(f"{site}/compare", params=asked)
    assert compared.status_code == 200, compared.text
    assert sorted(one["visitors"] for one in compared.json()["sets"]) == [10, 54]
    page = owner.get(f"/sites/{shop.id}/compare?page=all-lamps&device=phone&with=device:desktop&{DAYS}")
    assert page.status_code == 200
    assert "All lamps" in words(page.text)


def test_a_segment_names_a_group(api: Client, site: str, group: dict[str, Any]) -> None:
    """Visitors who saw a page of the group: those of the shop, without the four who only compared."""
    saw = figures(api, site, "/lamps**")["visitors"]
    assert saw == 68
    narrowed = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/lamps**", "saw": "all-lamps"}).json()
    assert narrowed["visitors"] == 64
