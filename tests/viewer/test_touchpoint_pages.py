"""A touchpoint of several pages: its maps say which page they show, of how many visitors, and lead to the others."""

from __future__ import annotations

import re
from html import unescape

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    """60 visitors of /lamps, of whom 30 saw /basket too, and 10 of /basket alone; /help is another touchpoint's."""
    stages = (
        Stage("help", {"en": "Help"}, (Touchpoint("help", {"en": "Help"}, ("/help",)),)),
        Stage("buy", {"en": "Buy"}, (Touchpoint("shop", {"en": "Shop", "fr": "Boutique"}, ("/*",)),)),
    )
    viewer.definitions.put(Journey(id="wide", site=shop.id, name="Wide", stages=stages, window_days=7))
    seen = [("basket", n) for n in (*range(1, 31), *range(101, 111))] + [("help", n) for n in range(1, 6)]
    rows = [
        {"site": int(shop.id), "visitor": n, "view": 8_000_000 + i, "page": f"shop.example/{page}",
         "time": NOON + 400_000 + i}
        for i, (page, n) in enumerate(seen)
    ]  # fmt: skip
    insert(viewer.store, "views", rows)
    insert(viewer.store, "touches", rows)
    return f"/sites/{shop.id}"


def line(page: str) -> str:
    found = re.search(r'<div class="tpages sm"><span>(.*?)</span>', page)
    return unescape(found[1]) if found else ""


def test_a_map_says_which_page_of_its_touchpoint_it_shows_and_leads_to_the_others(owner: Client, at: str) -> None:
    of_map = owner.get(f"/api/v1{at}/journeys/wide/map?{DAYS}").json()["touchpoints"]["shop"]["visitors"]
    assert of_map == 70
    page = owner.get(f"{at}/heatmap?page=shop.example/lamps&journey=wide&{DAYS}").text
    assert line(page) == "Shop, page 1 of 2: 60 of 70 visitors on its pages"
    (other,) = [
        unescape(href) for href in re.findall(r'href="([^"]+page=shop.example/basket[^"]*journey=wide[^"]*)"', page)
    ]
    assert line(owner.get(other).text) == "Shop, page 2 of 2: 40 of 70 visitors on its pages"
    assert line(owner.get(f"{at}/heatmap?page=shop.example/lamps&{DAYS}").text) == ""
    assert line(owner.get(f"{at}/heatmap?page=shop.example/help&journey=wide&{DAYS}").text) == ""
    assert line(owner.get(f"{at}/heatmap?page=shop.example/lamps&journey=gone&{DAYS}").text) == ""


def test_the_card_leads_to_the_same_line(owner: Client, at: str) -> None:
    page = owner.get(f"{at}/heatmap?page=shop.example/lamps&journey=wide~shop&{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert line(page) == "Boutique, page 1 sur 2\u202f: 60 de ses 70 visiteurs"


def test_a_comparison_says_it_for_both_sets(owner: Client, at: str) -> None:
    page = owner.get(f"{at}/compare?page=shop.example/lamps&journey=wide&device=phone&with=device:desktop&{DAYS}")
    assert page.status_code == 200
    assert line(page.text) == "Shop, page 1 of 2: A 50 of 60 visitors on its pages, B 10 of 10"
    assert "with=device:desktop" in unescape(
        next(href for href in re.findall(r'href="([^"]+)"', page.text) if "page=shop.example/basket" in href)
    )
    assert "Shop, page 1 of 2" in words(page.text)
