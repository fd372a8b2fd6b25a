"""The page of a journey's paths: its picture, tables and faults, in both languages; it says what the API says."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.page_groups import PageGroup
from store.records import Site
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer import journey_maps
from viewer.api.entry import ROOT
from viewer.app import Viewer
from viewer.paths import place_of, usual_place

MINUTE = 60_000
BEGIN = 1_772_409_600_000  # 2 March 2026
WAYS = (
    (40, ("/begin", "/cart", "/paid")),
    (25, ("/cart",)),
    (25, ("/begin", "/cart", "/begin")),
    *((1, (f"/hint/{n}", "/cart")) for n in range(7)),
)


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    """Paths through /cart: 97 visits, of which 40 went the expected way."""
    cart = Touchpoint("cart", {"en": "Cart", "fr": "Panier"}, ("/cart",), expected_next=("paid",))
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("begin", {"en": "Begin"}, ("/begin",), expected_next=("cart",)),)),
        Stage("buy", {"en": "Buy"}, (cart,)),
        Stage("after", {"en": "After"}, (Touchpoint("paid", {"en": "Paid"}, ("/paid",)),)),
    )
    viewer.definitions.put(Journey(id="ways", site=shop.id, name="Ways", stages=stages, window_days=7))
    every = [way for times, way in WAYS for _ in range(times)]
    rows = [
        {"site": int(shop.id), "visitor": 9_000_000 + v, "view": 9_000_000_000 + 10 * v + n,
         "page": f"ways.example{page}", "time": BEGIN + n * MINUTE}
        for v, way in enumerate(every) for n, page in enumerate(way)
    ]  # fmt: skip
    insert(viewer.store, "views", rows)
    insert(viewer.store, "touches", rows)
    return f"/sites/{shop.id}/journeys/ways/paths?{DAYS}"


def test_the_picture_and_what_stands_beside_it(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&through=touchpoint:cart").text
    seen = words(page)
    assert "33.0% of visits that reach “Cart” end there. 41.2% go on to “Paid”." in seen
    assert "Cart, 97 visits" in seen
    assert "Other, 3 pages" in seen
    assert "Visits 97 Shown by name 96.9% As expected 41.2%" in seen
    assert "Begin Cart Paid left ✓ as expected 40 41.2%" in seen
    assert "Cart, then Begin: 25 (25.8%, 18.1–35.3)" in seen
    assert 'class="exp"' in page
    assert re.search(r'<a[^>]*aria-label="Cart, then Left the site: 32 visits, 33.0%"', page)


def test_leaving_is_red_unless_the_journey_is_over(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&through=touchpoint:cart").text
    styles = dict(
        re.findall(r'aria-label="(\w+), then Left the site[^"]*"[^>]*data-ends="[^"]+"><path class="(\w*)"', page)
    )
    assert styles == {"Cart": "out", "Begin": "out", "Paid": ""}


def test_the_page_says_what_the_api_says(owner: Client, api: Client, shop: Site, at: str) -> None:
    page = owner.get(f"{at}&through=touchpoint:cart&names=12").text
    query = {"through": "touchpoint:cart", "names": "12", **dict(parse_qsl(DAYS))}
    found = api.get(f"{ROOT}/sites/{shop.id}/journeys/ways/paths", params=query).json()
    tables = re.findall(r'<td class="num"><b>(\d+)</b></td><td class="num mut">', page.partition("The picture as a")[2])
    assert sorted(map(int, tables)) == sorted(band["visits"] for band in found["bands"])
    drawn = re.findall(r'data-ends="[^"]+"', page)
    assert len(drawn) == len(found["bands"])
    assert found["by_name"]["share"] == 1
    assert "Other" not in words(page.partition("data-paths")[2].partition("</svg>")[0])


def test_each_name_leads_on_and_keeps_who_is_counted(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&to=touchpoint:cart&device=desktop").text
    links = [unescape(href) for href in re.findall(r'<a class="nl[^>]*href="([^"]+)"', page)]
    assert links
    assert all("device=desktop" in href and "since=2026-03-01" in href for href in links)
    assert any("through=touchpoint:begin" in href for href in links)
    assert any("through=page:ways.example/hint/" in href for href in links)
    assert re.search(r'href="[^"]+/heatmap\?[^"]*page=ways.example/hint/', page)
    assert re.search(r'href="[^"]+/journeys/ways/funnel\?[^"]*steps=', page)
    here = owner.get(unescape(next(href for href in links if "hint" in href)).partition("#")[0])
    assert "0.0% of visits" not in words(here.text)
    assert here.status_code == 200


def test_a_first_answer_about_many_views_says_so_until_it_is_exact(
    owner: Client, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_maps, "MANY_TOUCHES", 0)
    address = f"{at.replace('03-03', '03-04')}&through=touchpoint:cart"
    first = owner.get(address).text
    assert "A first answer from one visitor in ten, 97 visits" in words(first)
    assert "data-first" in first
    assert "A first answer" not in words(owner.get(f"{address}&exact=1").text)
    assert "A first answer" not in words(owner.get(address).text)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("through=touchpoint:<i>x</i>", "“<i>x</i>” is not a touchpoint of this journey."),
        ("from=page:/nowhere", "“/nowhere” is a page that never had a view."),
        ("from=page:/nowhere/*", "“/nowhere/*” is a page that never had a view."),
        ("through=group:nowhere", "This site has no group of pages “nowhere”, or no longer."),
        ("to=event:nothing", "“nothing” is an event that was never sent."),
        ("from=cart&to=paid", "This address names more than one page: give only one of through, from, to."),
        ("names=13", "The number of names cannot be “13”."),
    ],
)
def test_faults_are_said_on_the_page(owner: Client, at: str, query: str, said: str) -> None:
    answer = owner.get(f"{at}&{query}")
    assert answer.status_code == (404 if "group" in query else 400)
    assert said in unescape(words(answer.text))
    assert "<i>x</i>" not in answer.text


def test_no_visit_in_these_days(owner: Client, at: str) -> None:
    path = at.partition("?")[0]
    page = owner.get(f"{path}?since=2026-03-05&until=2026-03-06&through=page:/hint/1")
    assert page.status_code == 200
    assert "No visit met this page in these days The last day with one was 2 March" in words(page.text)


def test_the_paths_in_french(owner: Client, at: str) -> None:
    french = words(owner.get(f"{at}&through=cart&lang=fr").text)
    owner.get("/sites?lang=en")
    assert "Chemins" in french
    assert "Panier, 97 visites" in french
    assert "A quitté le site" in french


def test_a_pattern_or_a_page_group_can_be_the_middle(
    owner: Client, api: Client, viewer: Viewer, shop: Site, at: str
) -> None:
    hints = PageGroup(id=f"{shop.id}.hints", site=shop.id, key="hints", name="The hints", pages=("/hint/*",))
    stored = viewer.definitions.put(hints)
    path = f"{ROOT}/sites/{shop.id}/journeys/ways/paths?{DAYS}"
    for place, key, name in (("page:/hint/*", "/hint/*", "/hint/*"), ("group:hints", "hints", "The hints")):
        found = api.get(f"{path}&from={place}").json()
        assert found["visits"] == 7
        assert [one["place"]["key"] for one in found["columns"][1]["names"]] == ["cart"]
        page = owner.get(f"{at}&from={place}")
        assert page.status_code == 200
        assert f"{name}, 7 visits" in words(page.text)
        assert found["columns"][0]["names"][0]["place"]["key"] == key
        assert api.get(f"{path.replace('paths?', 'paths.csv?')}&from={place}").status_code == 200
    assert "The hints" in words(owner.get(at).text)  # offered in the menu of places
    assert re.search(r'href="[^"]+/heatmap\?[^"]*page=hints', owner.get(f"{at}&from=group:hints").text)
    viewer.definitions.delete(stored)


def test_the_usual_place_is_before_the_goal() -> None:
    stages = (
        Stage("look", {}, (Touchpoint("lamps", {}, ("/lamps",)),)),
        Stage("choose", {}, (Touchpoint("talk", {}, ()), Touchpoint("basket", {}, ("/basket",)))),
        Stage("buy", {}, (Touchpoint("paid", {}, ("/paid",)),), completes="order"),
    )
    assert usual_place(Journey(id="j", site="1", name="J", stages=stages)) == "basket"
    assert usual_place(Journey(id="j", site="1", name="J", stages=stages[2:])) == "paid"
    assert usual_place(Journey(id="j", site="1", name="J", stages=(Stage("empty", {}),))) == ""


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("touchpoint:basket", "touchpoint", "basket"),
        ("basket", "touchpoint", "basket"),
        ("/help", "page", "/help"),
        ("page:localhost:8000/help", "page", "localhost:8000/help"),
        ("localhost:8000/help", "page", "localhost:8000/help"),
        ("page:/lamps/*", "page", "/lamps/*"),
        ("group:lamps", "group", "lamps"),
        ("event:code_refused", "event", "code_refused"),
    ],
)
def test_a_place_as_an_address_names_it(text: str, kind: str, key: str) -> None:
    assert place_of(text) == (kind, key)
