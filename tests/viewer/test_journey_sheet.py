"""A journey's sheet: its options on the page, and its picture by a real browser."""

from __future__ import annotations

import io
import re
import shutil

import pytest
from PIL import Image

from store.journeys import Journey, Lane, LaneCell, Stage, Touchpoint
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.api.entry import ROOT
from viewer.app import Viewer
from viewer.sheet_pictures import SheetPictures

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


@pytest.fixture(scope="module")
def journey(viewer: Viewer, shop: Site) -> str:
    stages = (Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps", "fr": "Lampes"}, ("/lamps",)),)),)
    lanes = (Lane("touchpoints", "touchpoints"), Lane("thoughts", "text", {"en": "Thoughts"}))
    cells = (LaneCell(lane="thoughts", stage="look", text={"en": "<b>Which one?</b>"}),)
    journey = Journey(id="sheet", site=shop.id, name="First lamp", stages=stages, lanes=lanes, cells=cells)
    viewer.definitions.put(journey)
    return f"sites/{shop.id}/journeys/sheet"


def test_lanes_can_be_left_out_and_the_file_has_a_name(owner: Client, journey: str) -> None:
    page = owner.get(f"/{journey}?{DAYS}").text
    assert "Which one?" in page
    assert re.search(r'data-file="[a-z-]+-first-lamp-20\d\d-\d\d-\d\d"', page)
    without = owner.get(f"/{journey}?{DAYS}&lane=touchpoints&paper=a3&print=1").text
    assert "Which one?" not in without
    assert 'data-paper="a3"' in without
    assert "Lanes on the sheet Touchpoints Thoughts" in words(without)
    assert 'value="thoughts">' in without
    assert "map.png" in without
    assert owner.get(f"/{journey}?{DAYS}&language=fr").status_code == 200  # a filter, not the language of the files


def test_a_picture_needs_a_browser(viewer: Viewer, api: Client, journey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SheetPictures, "of", SheetPictures("no-such-browser").of)
    answer = api.get(f"{ROOT}/{journey}/map.png?{DAYS}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "browser"


def test_the_parameters_of_a_picture_are_checked(api: Client, journey: str) -> None:
    assert api.get(f"{ROOT}/{journey}/map.png?paper=a5").status_code == 400
    assert api.get(f"{ROOT}/{journey}nowhere/map.png").status_code == 404


@pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")
def test_the_sheet_as_a_picture(api: Client, journey: str) -> None:
    answer = api.get(f"{ROOT}/{journey}/map.png?{DAYS}&names=fr&paper=a3")
    assert answer.status_code == 200, answer.text
    assert re.search(r'filename="[a-z-]+-first-lamp-20[0-9-]+\.png"', answer.headers["content-disposition"])
    image = Image.open(io.BytesIO(answer.content))
    assert image.width == pytest.approx(2 * 400 / 25.4 * 96, abs=4)  # 400 mm, two pixels for each CSS px
    assert image.height > 200
    assert max(image.convert("L").getextrema()) == 255  # on white paper
