"""The layer of zones, its table, and the form of a zone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest

from store.layouts import path_key
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import words
from tests.viewer.shop import BUY, BUYERS, LINK, PERIOD
from viewer.api.entry import ROOT
from viewer.pages.heatmap.zone_layer import zone_key

BUY_KEY, LINK_KEY = f"{path_key(BUY[0]):016x}", f"{path_key(LINK[0]):016x}"
HERE = PERIOD | {"page": "/lamps", "layer": "zones"}


@pytest.fixture(scope="module")
def site(shop: Site) -> str:
    return f"/sites/{shop.id}"


@pytest.fixture
def zones(api: Client, shop: Site) -> Iterator[str]:
    """The API of zones; those that a test left are deleted afterwards."""
    root = f"{ROOT}/sites/{shop.id}/zones"
    yield root
    for zone in api.get(root).json()["zones"]:
        api.delete(f"{root}/{zone['id']}")


@pytest.fixture
def actions(api: Client, zones: str) -> dict[str, Any]:
    made = api.post(zones, json={"name": "Actions", "page": "/lamps", "elements": [BUY_KEY, LINK_KEY]})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def posted(owner: Client, path: str, form: str, **fields: Any) -> Any:
    """POST of a form: its token and the fields."""
    token = re.findall(r'name="csrf" value="([^"]+)"', form)[0]
    return owner.post(path, data={"csrf": token, **fields})


def test_the_layer_draws_each_zone_with_its_share(owner: Client, site: str, actions: dict[str, Any]) -> None:
    page = owner.get(f"{site}/heatmap", params=HERE).text
    key = zone_key("actions")
    assert f'data-el="z{key}"' in page
    assert 'aria-label="Actions: 66.7%"' in page
    assert re.search(r'class="pic l-zones l-elements', page)
    assert f"Actions Edit 66.7% 54.1–77.3 {BUYERS} {BUYERS} 0% 0%" in words(page)
    assert "This page has no zones yet." not in page
    [edit] = re.findall(rf'href="({site}/zones/actions/edit[^"]*)"', page)
    here = f"{site}/heatmap?page=shop.example/lamps&layer=zones&since=2026-03-01&until=2026-03-03"
    assert f'name="next" value="{here.replace("&", "&amp;")}"' in page
    form = owner.get(edit.replace("&amp;", "&")).text
    fields = {"page": "shop.example/lamps", "version": str(actions["version"]), "element": [BUY_KEY]}
    saved = posted(owner, f"{site}/zones/actions/edit", form, name="Actions", next=here, **fields)
    assert saved.headers["location"] == here  # back to the same map
    again = fields | {"version": str(actions["version"] + 1), "next": "https://elsewhere.example/"}
    saved = posted(owner, f"{site}/zones/actions/edit", form, name="Actions", **again)
    assert "elsewhere" not in saved.headers["location"]


def test_a_page_without_zones_says_how_to_make_one(owner: Client, site: str, zones: str) -> None:
    page = owner.get(f"{site}/heatmap", params=HERE).text
    assert "This page has no zones yet." in page
    assert "Draw a zone" in page
    assert f'href="{site}/zones/new?page=shop.example/lamps' in page
    french = owner.get(f"{site}/heatmap", params=HERE | {"lang": "fr"}).text
    assert "Cette page n’a pas encore de zone." in french
    owner.get(f"{site}/heatmap", params=HERE | {"lang": "en"})


def test_the_columns_sort_and_the_base_can_be_chosen(
    owner: Client, api: Client, site: str, zones: str, actions: dict[str, Any]
) -> None:
    api.post(zones, json={"name": "Buy", "page": "/lamps", "elements": [BUY_KEY]})
    api.post(zones, json={"name": "More", "page": "/lamps", "elements": [LINK_KEY]})

    def names(**look: str) -> list[str]:
        page = owner.get(f"{site}/heatmap", params=HERE | look).text
        return re.findall(r'<tr id="z.*?<a href="[^"]+">([^<]+)</a>', page, re.DOTALL)

    assert names() == ["Actions", "Buy", "More"]
    assert names(sort="-share") == ["More", "Buy", "Actions"]
    assert names(sort="-name") == ["More", "Buy", "Actions"]
    for sort in ("visitors", "clicks", "rage", "dead"):
        assert len(names(sort=sort, of="all")) == 3


def test_a_held_zone_has_its_figures_and_makes_segments(owner: Client, site: str, actions: dict[str, Any]) -> None:
    part = owner.get(f"{site}/heatmap/zone", params=HERE | {"element": zone_key("actions")})
    assert part.status_code == 200
    assert f"{BUYERS} visitors who clicked in it" in part.text
    [href, *_] = re.findall(r'href="([^"]*segment=[^"]*)"', part.text)
    assert "zone" in href
    narrowed = owner.get(href.replace("&amp;", "&"))
    assert "clicked the zone “Actions”" in words(narrowed.text)
    assert owner.get(f"{site}/heatmap/zone", params=HERE | {"element": "0" * 16}).status_code == 404
    assert owner.get(f"{site}/heatmap/zone", params=HERE | {"element": "x"}).status_code == 400


def test_a_zone_is_made_from_elements_that_are_picked(owner: Client, api: Client, site: str, zones: str) -> None:
    form = owner.get(f"{site}/zones/new", params={"page": "/lamps"}).text
    assert form.count('name="element"') == 2
    made = posted(owner, f"{site}/zones/new", form, name="Picked", page="/lamps", on="/lamps", element=[LINK_KEY])
    assert made.status_code == 303
    assert made.headers["location"] == f"{site}/heatmap?page=shop.example/lamps&layer=zones"
    [zone] = api.get(zones).json()["zones"]
    assert (zone["name"], zone["page"], zone["elements"]) == ("Picked", "shop.example/lamps", [LINK_KEY])


def test_a_zone_is_drawn_on_the_picture(owner: Client, api: Client, site: str, zones: str) -> None:
    form = owner.get(f"{site}/heatmap", params=HERE).text
    fields = {"page": "/lamps", "on": "/lamps", "width": "1000"}
    made = posted(owner, f"{site}/zones/new", form, name="Drawn", drawn="390,590,220,100", **fields)
    assert made.status_code == 303
    assert api.get(f"{zones}/drawn").json()["elements"] == [BUY_KEY]
    for drawn, code in (("0,0,10,10", "empty_rectangle"), ("1,2,3", "no_rectangle"), ("nan,1,1,1", "no_rectangle")):
        answer = posted(owner, f"{site}/zones/new", form, name="Other", drawn=drawn, **fields)
        assert answer.status_code == 422
        assert f'data-code="{code}"' in answer.text


def test_a_zone_is_renamed_changed_and_deleted(
    owner: Client, api: Client, site: str, zones: str, actions: dict[str, Any]
) -> None:
    path = f"{site}/zones/actions/edit"
    form = owner.get(path).text
    assert form.count("checked") == 2
    fields = {"page": "shop.example/lamps", "on": "shop.example/lamps", "version": str(actions["version"])}
    changed = posted(owner, path, form, name="Buttons", element=[BUY_KEY], **fields)
    assert changed.status_code == 303
    zone = api.get(f"{zones}/actions").json()
    assert (zone["name"], zone["elements"], zone["version"]) == ("Buttons", [BUY_KEY], actions["version"] + 1)
    late = posted(owner, path, form, name="Late", element=[BUY_KEY], **fields)
    assert late.status_code == 409
    assert "what you typed is still here" in late.text
    empty = posted(owner, path, form, name="", **(fields | {"version": str(zone["version"])}))
    assert empty.status_code == 422
    assert "A zone needs a name." in empty.text
    assert "A zone needs at least one element." in empty.text
    assert posted(owner, path, form, do="delete", **fields).status_code == 303
    assert api.get(zones).json()["zones"] == []
    assert owner.get(path).status_code == 404


def test_a_hostile_name_is_text_on_the_page(owner: Client, api: Client, site: str, zones: str) -> None:
    api.post(zones, json={"name": "<img src=x onerror=alert(1)>", "page": "/lamps", "elements": [BUY_KEY]})
    page = owner.get(f"{site}/heatmap", params=HERE).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_zone_can_belong_to_a_group_of_the_page(
    owner: Client, api: Client, site: str, shop: Site, zones: str
) -> None:
    groups = f"{ROOT}/sites/{shop.id}/groups"
    api.post(groups, json={"name": "Every lamp", "pages": ["/lamps", "/lamps/*"]})
    form = owner.get(f"{site}/zones/new", params={"page": "/lamps"}).text
    assert '<option value="every-lamp">all of “Every lamp”</option>' in form
    made = posted(owner, f"{site}/zones/new", form, name="Buy", page="every-lamp", on="/lamps", element=[BUY_KEY])
    assert made.status_code == 303
    assert api.get(f"{zones}/buy").json()["page"] == "every-lamp"
    assert "Buy" in words(owner.get(f"{site}/heatmap", params=HERE | {"page": "every-lamp"}).text)
    api.delete(f"{groups}/every-lamp")
    assert owner.get(f"{site}/zones/buy/edit").status_code == 200


def test_only_editors_make_zones(viewer: Any, owner: Client, site: str, zones: str) -> None:
    assert owner.get(f"{site}/zones/new", params={"page": "/nowhere"}).status_code == 200
    assert owner.get(f"{site}/zones/new").status_code == 400


def test_the_report_and_the_exports_know_the_layer(
    owner: Client, api: Client, site: str, actions: dict[str, Any]
) -> None:
    sheet = owner.get(f"{site}/report", params=HERE)
    assert sheet.status_code == 200
    assert "Actions" in words(sheet.text)
    image = api.get(f"{ROOT}{site}/heatmap", params=HERE | {"format": "png"})
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    framed = owner.get(f"{site}/heatmap/picture.png", params=HERE)
    assert (framed.status_code, framed.headers["content-type"]) == (200, "image/png")
    table = api.get(f"{ROOT}{site}/heatmap", params=HERE | {"format": "csv", "table": "elements"}).text
    [row] = csv.DictReader(table.lstrip("\ufeff").splitlines())
    assert (row["name"], row["visitors"], row["of"], row["clicks"]) == ("Actions", "40", "60", "40")


def test_the_builder_offers_the_zones_of_the_site(owner: Client, site: str, actions: dict[str, Any]) -> None:
    tree = '{"rules":[{"what":"clicked","zone":"actions"}]}'
    page = owner.get(f"{site}/segments/new", params=PERIOD | {"segment": tree}).text
    assert "clicked the zone “Actions”" in words(page)
    assert re.search(
        r'<select name="rules\.0\.zone".*?<option value="actions" selected>\s*Actions</option>', page, re.S
    )
    saw = '{"rules":[{"what":"saw","zone":"actions"}]}'
    page = owner.get(f"{site}/segments/new", params=PERIOD | {"segment": saw}).text
    assert "saw the zone “Actions”" in words(page)
    gone = '{"rules":[{"what":"clicked","zone":"deleted"}]}'
    page = owner.get(f"{site}/segments/new", params=PERIOD | {"segment": gone})
    assert "There is no zone “deleted”" in page.text


def test_a_zone_of_the_other_action_is_kept_while_a_rule_is_edited(
    owner: Client, site: str, actions: dict[str, Any]
) -> None:
    tree = '{"rules":[{"what":"clicked","order":"before","other":{"what":"clicked","zone":"actions"}}]}'
    page = owner.get(f"{site}/segments/new", params=PERIOD | {"segment": tree}).text
    assert "before clicking the zone “Actions”" in words(page)
    assert '<input type="hidden" name="rules.0.other_zone" value="actions">' in page


def test_a_rule_whose_action_is_changed_to_one_without_zones_loses_its_zone(
    owner: Client, site: str, actions: dict[str, Any]
) -> None:
    page = owner.get(f"{site}/segments/new", params=PERIOD).text
    fields = {"rules.0.what": "stayed", "rules.0.zone": "actions", "rules.0.least": "1", "do": "count"}
    changed = posted(owner, f"{site}/segments/new?since=2026-03-01&until=2026-03-03", page, **fields)
    assert changed.status_code == 200
    assert "rules.0.zone" not in changed.text
    assert "stayed for at least" in words(changed.text)
