"""The elements of a heatmap: how they are shown, sorted and held."""

from __future__ import annotations

import json
import re
from csv import DictReader
from hashlib import sha256
from html import unescape
from io import BytesIO, StringIO

import pytest
from PIL import Image

from rules import segment as segments
from store.kinds import LAYERS
from store.layouts import path_key
from store.records import Site
from tests.aggregator.build import insert, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer

PAGE = "shop.example/seen"


@pytest.fixture
def seen(viewer: Viewer, shop: Site) -> str:
    """A page that 40 visitors saw: 30 had the button in view, and 24 of those clicked it; nobody used the link."""
    site, store = int(shop.id), viewer.store
    if not any(one.page == PAGE for one in viewer.snapshots.list(site)):
        viewer.snapshots.save(shops.snapshot(shop.id, page=PAGE), shops.page_layout(), shops.strips())
        who = [{"site": site, "page": PAGE, "view": 2000 + n, "visitor": 2000 + n} for n in range(40)]
        insert(store, "views", who)
        # "Buy" is in the seventh twentieth, "More" in the sixteenth.
        bands = [[500 * (n < 30) if band == 6 else 500 * (band == 15) for band in range(20)] for n in range(40)]
        insert(store, "scrolls", [one | {"bands": ms} for one, ms in zip(who, bands, strict=True)])
        on_buy = {"key": path_key(shops.BUY[0]), "record": record_id(*shops.BUY)}
        insert(store, "points", [one | on_buy | {"time": shops.NOON + 4000} for one in who[:24]])
        shops.insert_elements(store, [shops.BUY, shops.LINK], page=PAGE)
    return f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}"


def test_the_share_is_of_those_who_had_it_in_view(owner: Client, seen: str) -> None:
    page = words(owner.get(seen).text)
    assert "Buy 80.0% 62.7–90.5 30 0% 0%" in page
    assert "of: those who had it in view." in page
    assert "Buy 60.0% 44.6–73.7 40" in words(owner.get(f"{seen}&of=all").text)


def test_the_api_says_which_share_is_of_whom(owner: Client, shop: Site, seen: str) -> None:
    answer = owner.get(f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}&points=0").json()
    [row] = answer["elements"]
    assert (row["visitors"], row["of"], row["share"]) == (24, 40, 0.6)
    assert (row["in_view"]["visitors"], row["in_view"]["of"], row["in_view"]["share"]) == (24, 30, 0.8)
    assert answer["measured_visitors"] == 40


def test_boxes_have_their_step_of_the_scale_and_the_share_beside_them(owner: Client, seen: str) -> None:
    page = owner.get(seen).text
    assert 'data-c="6"' in page
    [label] = re.findall(r'<span class="lab [^"]*rkd"[^>]*>([^<]*)<', page)
    assert label == "80.0%"


def test_what_nobody_touched_is_a_layer(owner: Client, seen: str) -> None:
    page = words(owner.get(f"{seen}&layer=ignored").text)
    assert "More 100.0%" in page
    assert "Buy" not in page.partition("Elements")[2].partition("Account of this map")[0]


def test_columns_sort_by_their_links(owner: Client, seen: str) -> None:
    page = owner.get(f"{seen}&sort=name").text
    assert 'aria-sort="ascending"' in page
    [link] = re.findall(r'<th scope="col" aria-sort="ascending"><a href="([^"]+)"', page)
    assert "sort=-name" in link
    assert 'aria-sort="descending"' in owner.get(unescape(link)).text
    assert owner.get(f"{seen}&sort=nonsense").status_code == 400


def test_the_choices_of_page_and_strength_are_in_the_address(owner: Client, seen: str) -> None:
    page = owner.get(f"{seen}&backdrop=night&strength=40").text
    assert re.search(r'class="pic l-elements night"', page)
    assert "--o:0.4" in page
    assert "backdrop=night" in page.partition('aria-label="Layer"')[2].partition("</nav>")[0]
    assert owner.get(f"{seen}&strength=101").status_code == 400
    assert re.search(r'<details class="legend"[^>]* open>', page)
    assert not re.search(r'<details class="legend"[^>]* open>', owner.get(f"{seen}&legend=0").text)
    assert owner.get(f"{seen}&legend=half").status_code == 400


def test_a_held_element_has_seven_figures_and_two_groups(owner: Client, seen: str) -> None:
    key = f"{path_key(shops.BUY[0]):016x}"
    part = owner.get(seen.replace("/heatmap?", "/heatmap/element?") + f"&element={key}")
    shown = words("<main" + part.text)
    assert "Clicked, of those who had it in view" in shown
    assert "80.0% 62.7–90.5" in shown
    assert "60.0% 44.6–73.7" in shown
    assert "First click after, median 4.0 s" in shown
    assert "24 visitors who clicked this" in shown
    assert "6 visitors who saw it and did not" in shown
    links = [unescape(href) for href in re.findall(r'class="btn" href="([^"]+)"', part.text)]
    for link in links:
        assert owner.get(link).status_code == 200, link
    assert "24" in words(owner.get(links[0]).text)  # the map of those who clicked it


@pytest.mark.parametrize(("element", "status"), [("", 400), ("xyz", 400), ("0" * 16, 404)])
def test_an_element_that_is_not_there_is_an_error(owner: Client, seen: str, element: str, status: int) -> None:
    at = seen.replace("/heatmap?", "/heatmap/element?") + f"&element={element}"
    assert owner.get(at).status_code == status


@pytest.mark.parametrize("layer", ["rage", "dead", "clicks", "hover", "attention", "reach", "ignored", "confetti"])
def test_every_layer_has_a_page_a_picture_and_json(owner: Client, shop: Site, seen: str, layer: str) -> None:
    page = owner.get(f"{seen}&layer={layer}")
    assert page.status_code == 200
    assert 'aria-current="page"' in page.text
    image = owner.get(f"/sites/{shop.id}/heat.png?page={PAGE}&{DAYS}&layer={layer}&strip=0")
    assert image.status_code == 200
    answer = owner.get(f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}&layer={layer}&points=0").json()
    assert answer["query"]["layer"] == layer


def test_a_layer_that_contradicts_the_kind_is_a_fault(owner: Client, seen: str) -> None:
    assert owner.get(f"{seen}&kind=hover&layer=rage").status_code == 400
    assert owner.get(f"{seen}&layer=heat").status_code == 400


def test_a_reversed_and_an_empty_period_are_reported_once_and_in_place(owner: Client, shop: Site, seen: str) -> None:
    at = f"/sites/{shop.id}/heatmap?page={PAGE}"
    answer = owner.get(f"{at}&since=2026-03-09&until=2026-03-03")
    assert answer.status_code == 400
    assert words(answer.text).count("is after the end") == 1
    assert "Swap them" in words(answer.text)
    assert 'aria-label="Layer"' in answer.text  # the bar is still there
    empty = words(owner.get(f"{at}&since=2025-01-01&until=2025-01-02").text)
    assert empty.count("Nothing in this period") == 1


def test_exports_are_named_after_site_page_layer_and_days(owner: Client, shop: Site, seen: str) -> None:
    page = owner.get(seen).text
    links = [unescape(href) for href in re.findall(r'href="(/api/[^"]+)"', page)]
    png, csv, _, npy = (owner.get(link) for link in links)
    name = "lamp-shop-seen-elements-1000px-2026-03-01-2026-03-03"
    assert f'filename="{name}.csv"' in csv.headers["content-disposition"]
    rows = list(DictReader(StringIO(csv.text)))
    assert [(row["name"], row["visitors"], row["of"], row["in_view_of"]) for row in rows] == [("Buy", "24", "40", "30")]
    picture = Image.open(BytesIO(png.content))
    assert picture.height > shops.HEIGHT  # the page with a header and a footer
    assert picture.width == shops.WIDTH
    assert "2026-03-01 to 2026-03-03" in picture.info["Description"]
    assert "40 visitors" in picture.info["Description"]
    assert npy.headers["x-parcours-sha256"] == sha256(npy.content).hexdigest()
    assert json.loads(npy.headers["x-parcours-query"])["page"] == PAGE
    plain = owner.get(links[0].replace("&frame=1", ""))
    assert Image.open(BytesIO(plain.content)).size == (shops.WIDTH, shops.HEIGHT)


def test_without_a_picture_the_table_is_still_there(owner: Client, viewer: Viewer, shop: Site) -> None:
    page, store = "shop.example/unpictured", viewer.store
    who = [{"site": int(shop.id), "page": page, "view": 3000 + n, "visitor": 3000 + n} for n in range(25)]
    insert(store, "views", who)
    on_buy = {"key": path_key(shops.BUY[0]), "record": record_id(*shops.BUY)}
    insert(store, "points", [one | on_buy for one in (*who[:10], who[0])])
    shops.insert_elements(store, [shops.BUY], page=page)
    shown = words(owner.get(f"/sites/{shop.id}/heatmap?page={page}&{DAYS}").text)
    assert "No picture of /unpictured yet" in shown
    assert "button in main main>button:1 40.0% 23.4–59.3 25 11" in shown


def test_confetti_is_a_dot_for_each_click_coloured_by_what_is_chosen(owner: Client, seen: str) -> None:
    page = owner.get(f"{seen}&layer=confetti&by=device").text
    assert page.count("M500 640h0") == 24
    assert "All 24 clicks" in words(page)
    assert "Desktop 24" in words(page)
    assert owner.get(f"{seen}&layer=confetti&by=shoe-size").status_code == 400
    assert owner.get(f"{seen}&layer=confetti&by=segment:nobody").status_code == 404


def test_confetti_is_coloured_by_a_saved_segment(owner: Client, viewer: Viewer, shop: Site, seen: str) -> None:
    tree = {"rules": [{"what": "device", "values": ["phone"]}]}
    saved = segments.add(viewer.definitions, shop.id, {"name": "By phone", "tree": tree})
    page = owner.get(f"{seen}&layer=confetti&by=segment:{saved.id}").text
    assert "Not in it 24" in words(page)
    assert "In the segment" not in words(page)
    assert "Segment: By phone" in words(page)
    viewer.definitions.delete(saved)


def test_a_report_has_a_sheet_for_each_page(owner: Client, shop: Site, seen: str) -> None:
    at = f"/sites/{shop.id}/report?page={PAGE}&page=/lamps&{DAYS}"
    answer = owner.get(at)
    assert answer.status_code == 200
    assert answer.text.count('class="sheetpage"') == 2
    shown = words(answer.text)
    assert "Buy 80.0% 62.7–90.5 30" in shown
    assert "Buy 66.7% 54.1–77.3 60" in shown
    assert "Received 47" in shown
    assert owner.get(f"/sites/{shop.id}/report").status_code == 200  # a choice of pages
    dots = owner.get(f"{at}&layer=confetti&by=device").text
    assert dots.count('<svg class="dots"') == 2
    assert "All 24 clicks" in words(dots)
    assert "Nobody" not in words(owner.get(f"{at}&layer=forms").text)
    many = "&".join(f"page=/lamps-{n}" for n in range(9))
    assert owner.get(f"/sites/{shop.id}/report?{many}").status_code == 400
    assert owner.get(f"{at}&since=2026-03-09&until=2026-03-01").status_code == 400


@pytest.mark.parametrize("layer", LAYERS)
def test_the_exported_picture_is_that_of_its_layer(owner: Client, shop: Site, seen: str, layer: str) -> None:
    """In the words of the page: French here."""
    at = seen.replace("/heatmap?", "/heatmap/picture.png?") + f"&layer={layer}"
    answer = owner.get(at, headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    assert f'lamp-shop-seen-{layer}-1000px-2026-03-01-2026-03-03.png"' in answer.headers["content-disposition"]
    picture = Image.open(BytesIO(answer.content))
    assert picture.height > shops.HEIGHT
    assert "1 mars 2026" in picture.info["Description"]
    assert answer.headers["content-type"] == "image/png"


def test_a_page_in_french_exports_a_picture_in_french(owner: Client, seen: str) -> None:
    page = owner.get(seen, headers={"Accept-Language": "fr"}).text
    [link] = re.findall(r'href="([^"]+/picture[.]png[^"]+)"', page)
    picture = Image.open(BytesIO(owner.get(unescape(link), headers={"Accept-Language": "fr"}).content))
    assert "du 1 mars 2026 au 3 mars 2026" in picture.info["Description"].replace("1er", "1")
    assert "Visiteurs" in picture.info["Description"]


def test_each_layer_has_an_exported_picture_of_its_own(owner: Client, shop: Site, seen: str) -> None:
    api = f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}&format=png"
    names = ("elements", "clicks", "attention", "reach", "ignored", "confetti")
    drawn = {name: Image.open(BytesIO(owner.get(f"{api}&layer={name}").content)).convert("RGB") for name in names}
    assert {image.size for image in drawn.values()} == {(shops.WIDTH, shops.HEIGHT)}
    assert len({image.tobytes() for image in drawn.values()}) == len(names)
    # "More" is marked as ignored, and the dots of "Buy" lie on it.
    assert drawn["ignored"].getpixel((500, 640)) != drawn["confetti"].getpixel((500, 640))
    assert drawn["confetti"].getpixel((500, 640)) == (0, 114, 178)
