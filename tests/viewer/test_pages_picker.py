"""Steps of a state are picked on a picture of the page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from aggregator.shapes.paths import css_selector
from rules.recipe import read_step
from store.records import Site
from store.snapshots import new_id
from tests.aggregator.build import fp, layout
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.app import Viewer
from viewer.pages.frame.languages import language
from viewer.pages.map.elements import BOXES
from viewer.pages.states.picker import elements_to_pick, pictures_to_pick


@pytest.mark.parametrize(
    ("path", "selector"),
    [
        ("main", "main"),
        ("main>button:1", "main > button:nth-of-type(1)"),
        ("div#menu>a:2", "#menu > a:nth-of-type(2)"),
        ("button!buy", 'button[data-testid="buy"]'),
        ("button@buy%20%22now%22", 'button[data-parcours="buy \\"now\\""]'),
        ("div#a.b>p:1", 'div[id="a.b"] > p:nth-of-type(1)'),
        ("p#%u3042", 'p[id="あ"]'),
        ("html>x-card:3>a:1", "html > x-card:nth-of-type(3) > a:nth-of-type(1)"),
        ("x-card:1>>p:1", ""),  # in a shadow root
        ("main>div:1…>a:1", ""),  # cut
        ("main>div", ""),
        ("", ""),
    ],
)
def test_a_path_is_a_css_selector(path: str, selector: str) -> None:
    assert css_selector(path) == selector
    if selector:
        assert read_step(f"click {selector}").selector == selector


def test_the_elements_that_can_be_picked_are_visible_and_of_a_size_that_can_be_hit() -> None:
    shown = layout(
        ("main", fp(), (0, 0, 1000, 2000)),
        ("main>div:1", fp(), (10, 500, 300, 200)),
        ("main>button:1", fp(), (20, 100, 80, 30)),
        ("main>button:2", fp(), (20, 300, 4, 30)),
        ("main>button:3", fp(), (20, 400, 80, 30)),
        ("x-card:1>>button:1", fp(), (20, 600, 80, 30)),
        hidden=("main>button:3",),
        names={"main>button:1": "Menu"},
    )
    found = elements_to_pick(language("en"), shown, 2000)
    assert [(one.number, one.selector) for one in found] == [
        (0, "main > button:nth-of-type(1)"),
        (1, "main > div:nth-of-type(1)"),
    ]
    assert found[0].name == "Menu"
    assert (found[0].box.left, found[0].box.top) == ("2%", "5%")
    assert found[0].box.z > found[1].box.z  # a small box is above a large one


def test_a_page_with_thousands_of_elements_offers_its_controls() -> None:
    many = [(f"main>p:{n}", fp(), (0.0, float(n), 10.0, 10.0)) for n in range(1, 2000)]
    shown = layout(*many, ("main>a:1", fp(), (0, 1990, 400, 100)))
    found = elements_to_pick(language("en"), shown, 2000)
    assert len(found) == BOXES
    assert "main > a:nth-of-type(1)" in [one.selector for one in found]


def test_the_pictures_are_those_of_the_first_page_that_has_one() -> None:
    lamps, help_page = shops.snapshot("1"), shops.snapshot("1", page="shop.example/help")
    small, menu = replace(lamps, id=new_id(), width=390), replace(lamps, id=new_id(), state="menu")
    other, variant = replace(lamps, id=new_id(), state="x"), replace(lamps, id=new_id(), variant="a=b")
    known = [help_page, small, lamps, menu, other, variant]
    assert pictures_to_pick(("/nothing", "/lamps"), "menu", known) == [lamps, small, menu]
    assert pictures_to_pick(("/**",), "", known) == [help_page]
    assert pictures_to_pick(("/nothing",), "", known) == []


def test_the_form_of_a_state_offers_the_elements_of_its_page(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/states/new?page=/lamps").text
    assert "Pick on the picture" in words(page)
    found = [unescape(one) for one in re.findall(r'data-selector="([^"]+)"', page)]
    assert found == ["main > button:nth-of-type(1)", "main > a:nth-of-type(1)"]
    assert "Buy" in words(page)
    assert page.count('class="el"') == 2
    assert re.search(r"<section[^>]*data-picker hidden", page)  # only with the script: without it the steps are typed


def test_a_new_state_without_a_page_offers_pages_with_a_picture(owner: Client, shop: Site, viewer: Viewer) -> None:
    page = owner.get(f"/sites/{shop.id}/states/new").text
    assert "First choose a page that has a picture" in words(page)
    [link] = re.findall(r'<li><a href="([^"]+)">Lamps</a></li>', page)
    assert "data-selector" in owner.get(unescape(link)).text
    nothing = owner.get(f"/sites/{shop.id}/states/new?page=/nothing").text
    assert "data-picker" not in nothing
