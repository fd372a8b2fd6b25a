"""The page of a touchpoint's card: its figures, its ways in and out, its links, in both languages."""

from __future__ import annotations

import re
from html import unescape

import pytest

from store.journeys import Journey, KpiTarget, Stage, Touchpoint
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    target = KpiTarget("reach", 0.99)
    lamps = Touchpoint("lamps", {"en": "Lamps", "fr": "Lampes"}, ("/lamps",), targets=(target,))
    stages = (
        Stage("look", {"en": "Look", "fr": "Regarder"}, (lamps, Touchpoint("talk", {"en": "<b>Talk</b>"}, ()))),
        Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),)),
    )
    viewer.definitions.put(Journey(id="carded", site=shop.id, name="Carded", stages=stages, window_days=7))
    return f"/sites/{shop.id}/journeys/carded/touchpoints"


def test_a_card_shows_its_figures_and_leads_to_its_maps(owner: Client, at: str) -> None:
    page = owner.get(f"{at}/lamps?{DAYS}").text
    seen = words(page)
    assert "Lamps" in seen
    assert "Look, Carded" in seen
    assert "No survey runs here yet." in seen
    for heading in ("What is measured here", "Came from", "Went to", "What they clicked", "Devices and channels"):
        assert heading in seen
    assert "Nothing before: their first contact" in seen
    heatmap = re.search(r'href="([^"]+/heatmap\?[^"]+)"', page)
    assert heatmap
    back = owner.get(unescape(heatmap[1])).text
    assert re.search(r'href="[^"]+/journeys/carded/touchpoints/lamps[^"]*">← Back to the touchpoint', back)
    for name in ("card.csv", f"touchpoints/lamps?{DAYS.split('&')[0].split('=')[0]}"):
        assert name in unescape(page)


def test_a_chosen_figure_is_drawn_by_week(owner: Client, at: str) -> None:
    page = owner.get(f"{at}/lamps?{DAYS}&step=week&metric=reach").text
    assert "Reached by, week by week" in page
    assert re.search(r'metric=reach#over-time" aria-current="true"', unescape(page))
    assert all("step=week" in href for href in re.findall(r'href="([^"]+)#over-time"', page))


def test_the_card_is_in_french(owner: Client, at: str) -> None:
    seen = words(owner.get(f"{at}/lamps?{DAYS}", headers={"accept-language": "fr"}).text)
    for text in ("Lampes", "Ce qui est mesuré ici", "Viennent de", "Vont vers", "Aucun sondage"):
        assert text in seen


def test_what_is_typed_has_no_figures(owner: Client, at: str) -> None:
    page = owner.get(f"{at}/talk?{DAYS}").text
    assert "This touchpoint is typed by the team." in words(page)
    assert "<b>Talk</b>" not in page
    assert "Open heatmap" not in page


@pytest.mark.parametrize(("address", "status"), [("nothing", 404), ("lamps?step=month", 400), ("lamps?days=x", 400)])
def test_an_address_that_is_wrong_is_said_to_be(owner: Client, at: str, address: str, status: int) -> None:
    assert owner.get(f"{at}/{address}").status_code == status


def test_the_map_leads_to_the_card(owner: Client, at: str) -> None:
    page = owner.get(f"{at.removesuffix('/touchpoints')}?{DAYS}").text
    assert re.search(r'href="[^"]+/journeys/carded/touchpoints/lamps\?[^"]*"', page)
