"""The forms of a site: the list, the fields of a page, and the same from the API."""

from __future__ import annotations

import re
from html import unescape

import pytest

from rules import goal as goals
from store.layouts import path_key
from store.records import Site
from tests.aggregator.build import NOON, fp, insert, insert_elements, record_id
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, table, words
from tests.viewer.shop import BUY
from viewer.app import Viewer

SENT = {"name": "Sent", "action": {"what": "submitted", "page": "/lamps"}}
MAIL = ("form#letter>input:1", fp(name="mail"))


@pytest.fixture(scope="module")
def shop_with_forms(viewer: Viewer, shop: Site) -> Site:
    """Forty began in the field "Buy", which is on the picture; thirty went on to the other; twenty submitted."""
    insert_elements(viewer.store, [MAIL])
    field = {"site": int(shop.id), "kind": "input", "value": 2000.0}
    rows = [
        field | _of(BUY) | {"view": n, "visitor": n, "time": NOON + n * 1000, "flags": 2 if n <= 10 else 0}
        for n in range(1, 41)
    ]
    rows += [
        field | _of(MAIL) | {"view": n, "visitor": n, "time": NOON + n * 1000 + 500, "flags": 1 if n <= 3 else 0}
        for n in range(1, 31)
    ]
    rows += [
        {"site": int(shop.id), "kind": "submit", "view": n, "visitor": n, "time": NOON + n * 1000 + 900}
        for n in range(1, 21)
    ]
    insert(viewer.store, "events", rows)
    return shop


def _of(element: tuple[str, str]) -> dict[str, int]:
    return {"key": path_key(element[0]), "record": record_id(*element)}


def test_the_api_lists_forms_and_their_fields(api: Client, shop_with_forms: Site) -> None:
    path = f"/api/v1/sites/{shop_with_forms.id}/forms?{DAYS}"
    listed = api.get(path).json()["forms"]
    assert [(one["page"], one["began"], one["submitted"], one["left"]) for one in listed] == [
        ("shop.example/lamps", 40, 20, 20)
    ]
    assert listed[0]["completion"]["share"] == 0.5
    form = api.get(f"{path}&page=/lamps&width=1000").json()
    fields = {one["name"]: one for one in form["fields"]}
    assert set(fields) == {"Buy", MAIL[0]}
    buy, mail = fields["Buy"], fields[MAIL[0]]
    assert (buy["reached"], buy["corrected"]["n"], buy["last"]["n"], buy["median_ms"]) == (40, 10, 10, 2000.0)
    assert (mail["reached"], mail["blank"]["n"], mail["last"]["n"], mail["last"]["of"]) == (30, 3, 10, 20)
    assert (form["median_ms"], form["visitors"]) == (4000.0, 60)
    phones = api.get(f"{path}&page=/lamps&device=phone").json()
    assert (phones["visitors"], phones["began"], phones["fields"]) == (10, 0, [])


def test_the_pages_show_the_list_and_the_fields_on_the_picture(owner: Client, shop_with_forms: Site) -> None:
    path = f"/sites/{shop_with_forms.id}/forms?{DAYS}"
    listed = owner.get(path).text
    assert "Lamps 60 40 50.0%" in words(listed)
    page = owner.get(f"{path}&page=/lamps").text
    assert 'class="el" data-c="6"' in page
    assert "Buy 40 2.0 s 2.0 s 25.0% 0.0% 50.0%" in words(page)
    assert "Never a value" in words(page)
    for measure in ("time", "corrected", "blank"):
        assert owner.get(f"{path}&page=/lamps&measure={measure}").status_code == 200
    assert owner.get(f"{path}&measure=nothing").status_code == 400
    french = words(owner.get(f"{path}&page=/lamps", headers={"Accept-Language": "fr"}).text)
    assert "Jamais une valeur" in french


def test_the_map_of_a_page_has_its_fields_as_a_layer(owner: Client, viewer: Viewer, shop_with_forms: Site) -> None:
    saved = goals.add(viewer.definitions, shop_with_forms.id, SENT)
    path = f"/sites/{shop_with_forms.id}/heatmap?{DAYS}&page=/lamps&layer=forms"
    page = owner.get(f"{path}&goal={saved.id}").text
    shown = words(page)
    assert "Buy 40 2.0 s 25.0% 0.0% 50.0%" in shown
    assert 'data-c="6"' in page
    assert '<span class="lab' in page  # the figure is written on the box
    assert "50.0%" in page.partition('<span class="lab')[2][:200]
    account = shown[shown.index("Viewed the page") :]
    for row in ("Viewed the page 60", "Used no field −20", "Began 40", "Left without submitting −20", "Submitted 20"):
        assert row in account
    assert "Did not reach “Sent” 0" in account
    # Ranked by what is shown: ten corrected "Buy", three left the other blank.
    for measure, first in (("corrected", "Buy"), ("blank", MAIL[0]), ("time", "Buy")):
        html = words(owner.get(f"{path}&measure={measure}").text)
        rows = html[html.index("Corrected Left blank Last") :]
        assert min((rows.index(name), name) for name in ("Buy", MAIL[0]))[1] == first, measure
    assert owner.get(f"{path}&measure=nothing").status_code == 400
    by_name = words(owner.get(f"{path}&sort=name").text)
    assert by_name.rindex("Buy 40") < by_name.rindex(f"{MAIL[0]} 30")
    viewer.definitions.delete(saved)


def test_the_layer_and_the_page_of_a_form_lead_to_each_other(owner: Client, shop_with_forms: Site) -> None:
    path = f"/sites/{shop_with_forms.id}/heatmap?{DAYS}&page=shop.example/lamps&layer=forms&measure=blank"
    [own] = re.findall(r'href="([^"]*/forms\?[^"]*page=[^"]*)"', owner.get(path).text)
    assert "measure=blank" in own
    page = owner.get(unescape(own))
    assert page.status_code == 200
    [back] = re.findall(r'href="([^"]*/heatmap\?[^"]*layer=forms[^"]*)"', page.text)
    assert "measure=blank" in back
    assert owner.get(unescape(back)).status_code == 200


def test_a_map_without_forms_says_so(owner: Client, shop_with_forms: Site) -> None:
    path = f"/sites/{shop_with_forms.id}/heatmap?since=2025-03-01&until=2025-03-03&page=/lamps&layer=forms"
    assert "Nobody used a field of this page" in words(owner.get(path).text)


def test_a_page_without_forms_says_so(owner: Client, shop_with_forms: Site) -> None:
    path = f"/sites/{shop_with_forms.id}/forms?since=2025-03-01&until=2025-03-03"
    assert "No form was used" in words(owner.get(path).text)
    assert "Nobody used a field of this page" in words(owner.get(f"{path}&page=/lamps").text)


def test_the_forms_and_the_fields_of_one_are_files(owner: Client, api: Client, shop_with_forms: Site) -> None:
    site = shop_with_forms.id
    assert f"/api/v1/sites/{site}/forms?" in unescape(owner.get(f"/sites/{site}/forms?{DAYS}").text)
    path = f"/api/v1/sites/{site}/forms?{DAYS}"
    rows = table(api.get(f"{path}&format=csv"), "lamp-shop-forms-2026-03-01-2026-03-03")
    (form,) = api.get(path).json()["forms"]
    assert [(row["page"], row["began"], row["completion"]) for row in rows] == [
        (form["page"], str(form["began"]), str(form["completion"]["share"]))
    ]
    path += "&page=shop.example/lamps"
    rows = table(api.get(f"{path}&format=csv"), "lamp-shop-fields-lamps-2026-03-01-2026-03-03")
    assert [(row["name"], row["reached"], row["blank"], row["blank_of"], row["last_share"]) for row in rows] == [
        (one["name"], str(one["reached"]), str(one["blank"]["n"]), str(one["blank"]["of"]), str(one["last"]["share"]))
        for one in api.get(path).json()["fields"]
    ]
