"""Heatmaps, comparisons and pictures over a small shop counted by hand (tests/viewer/shop.py)."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import numpy as np
import pytest
from PIL import Image

from tests.aggregator.build import PAGE
from tests.viewer.shop import BUY, BUY_BOX, BUYERS, HEIGHT, PERIOD, VISITORS, WIDTH
from viewer.api.entry import ROOT

QUERY = {"page": "/lamps", "width": str(WIDTH), **PERIOD}
COLUMNS = "view,visitor,time,kind,key,path,rung,x,y,fx,fy,weight,viewport_width,page_x,page_y"  # a public contract


@pytest.fixture(scope="module")
def maps(shop):
    """Address of the site's part of the API."""
    return f"{ROOT}/sites/{shop.id}"


def error(response) -> dict[str, str]:
    return response.json()["error"]


def test_account_adds_up_and_elements_are_counted_by_visitor(api, maps):
    found = api.get(f"{maps}/heatmap", params=QUERY).json()
    account = found["account"]
    assert (account["received"], account["bots"], account["excluded"]) == (BUYERS + 5 + 2, 1, 1)
    assert (account["drawn"], account["not_placed"], account["own"]) == (BUYERS, 5, BUYERS)
    assert (account["bots_by_reason"], account["bots_taken_in"]) == ({"crawler": 1}, {})
    assert found["visitors"] == VISITORS
    (buy,) = found["elements"]
    assert (buy["name"], buy["visitors"], buy["of"], buy["path"]) == ("Buy", BUYERS, VISITORS, BUY[0])
    assert buy["low"] < buy["share"] < buy["high"]
    assert found["query"]["page"] == PAGE
    assert found["snapshot"]["height"] == HEIGHT
    assert "many_not_placed" in {w["code"] for w in found["warnings"]}
    assert all(w["message"] for w in found["warnings"])


def test_points_are_inside_the_box_of_their_element(api, maps):
    points = api.get(f"{maps}/heatmap", params=QUERY).json()["points"]
    assert len(points) == BUYERS + 5
    assert ",".join(points[0]) == COLUMNS
    placed = [p for p in points if p["rung"] == "own"]
    x, y, w, h = BUY_BOX
    assert {(p["x"], p["y"]) for p in placed} == {(x + w / 2, y + h / 2)}
    lost = [p for p in points if p["rung"] == "none"]
    assert {(p["x"], p["y"], p["path"]) for p in lost} == {(None, None, "footer>a:9")}
    assert "points" not in api.get(f"{maps}/heatmap", params=QUERY | {"points": "0"}).json()


def test_csv_has_the_same_points(api, maps):
    response = api.get(f"{maps}/heatmap", params=QUERY | {"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(StringIO(response.text)))
    assert len(rows) == BUYERS + 5
    assert sum(row["x"] == "" for row in rows) == 5
    assert all(row["time"].endswith("Z") and len(row["visitor"]) == 16 for row in rows)


def test_npy_is_the_grid_with_its_maximum_on_the_button(api, maps):
    grid = np.load(BytesIO(api.get(f"{maps}/heatmap", params=QUERY | {"format": "npy"}).content))
    assert grid.shape == (HEIGHT // 4, WIDTH // 4)
    assert grid.dtype == np.float32
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    assert abs(column * 4 - 500) <= 8
    assert abs(row * 4 - 640) <= 8
    assert grid.max() == pytest.approx(1000 * BUYERS / VISITORS, rel=0.02)


def test_png_is_the_whole_page_with_the_map(api, maps):
    response = api.get(f"{maps}/heatmap", params=QUERY | {"format": "png"})
    assert response.headers["content-type"] == "image/png"
    image = Image.open(BytesIO(response.content))
    assert image.size == (WIDTH, HEIGHT)
    assert "within 20 px" in image.info["Unit"]
    pixels = np.asarray(image.convert("RGB"))
    assert pixels[640, 500].min() < 100
    assert tuple(pixels[1800, 500]) == (255, 255, 255)


@pytest.mark.parametrize("page", [f"https://www.{PAGE}?utm_source=x#top", f"http://{PAGE}", PAGE, "/lamps", "/lamp*"])
def test_a_page_may_be_named_in_many_ways(api, maps, page):
    found = api.get(f"{maps}/heatmap", params=QUERY | {"page": page, "points": "0"}).json()
    assert found["account"]["drawn"] == BUYERS


def test_device_and_variant_are_filters(api, maps):
    phone = api.get(f"{maps}/heatmap", params=QUERY | {"device": "phone"}).json()
    assert (phone["account"]["drawn"], phone["account"]["outside"], phone["visitors"]) == (0, 45, 10)
    everyone = api.get(f"{maps}/heatmap", params=QUERY | {"device": "all"}).json()
    assert everyone["account"]["drawn"] == BUYERS
    of_b = api.get(f"{maps}/heatmap", params=QUERY | {"variant": "button:b"}).json()
    assert (of_b["account"]["drawn"], of_b["visitors"]) == (30, 45)
    with_bots = api.get(f"{maps}/heatmap", params=QUERY | {"bots": "1"}).json()["account"]
    assert (with_bots["received"], with_bots["bots"], with_bots["drawn"]) == (BUYERS + 5 + 2, 0, BUYERS + 1)
    assert (with_bots["bots_by_reason"], with_bots["bots_taken_in"]) == ({}, {"crawler": 1})


def test_without_width_the_widest_picture_is_taken(api, maps):
    query = {k: v for k, v in QUERY.items() if k != "width"}
    assert api.get(f"{maps}/heatmap", params=query).json()["snapshot"]["width"] == WIDTH


def test_reach(api, maps):
    found = api.get(f"{maps}/heatmap", params=QUERY | {"kind": "scroll"}).json()
    assert found["views"] == VISITORS
    at = dict(zip(found["depth"], found["share"], strict=True))
    assert at[0] == 1
    assert at[1500] == pytest.approx(15 / VISITORS)
    elements = found["elements"]
    assert [e["reached"] for e in elements] == sorted((e["reached"] for e in elements), reverse=True)
    assert {"key", "path", "name", "seconds", "second_share"} <= set(elements[0])
    png = api.get(f"{maps}/heatmap", params=QUERY | {"kind": "scroll", "format": "png"})
    pixels = np.asarray(Image.open(BytesIO(png.content)).convert("L"))
    assert pixels[500, 500] > pixels[1900, 500]
    assert api.get(f"{maps}/heatmap", params=QUERY | {"kind": "scroll", "format": "csv"}).text.startswith("depth,share")
    npy = api.get(f"{maps}/heatmap", params=QUERY | {"kind": "scroll", "format": "npy"})
    assert np.load(BytesIO(npy.content)).shape == (HEIGHT // 4,)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"kind": "tap"}, 400, "click, hover, scroll"),
        ({"width": "wide"}, 400, "200 to 10000"),
        ({"since": "yesterday"}, 400, "2026-11-21"),
        ({"since": "2026-03-09"}, 400, "since"),
        ({"device": "watch"}, 400, "phone, tablet, desktop"),
        ({"days": "0"}, 400, "days"),
        ({"format": "gif"}, 400, "json, png, npy, csv"),
        ({"variant": "b"}, 400, "EXPERIMENT:VARIANT"),
        ({"bots": "maybe"}, 400, "bots"),
        ({"cap": "-1"}, 400, "cap"),
        ({"page": ""}, 400, "page"),
        ({"page": "ftp://x/"}, 400, "http"),
        ({"page": "??"}, 400, "page"),
        ({"widht": "9"}, 400, "widht"),
        ({"width": "320"}, 404, "320"),
        ({"page": "/nowhere"}, 404, "/nowhere"),
    ],
)
def test_bad_parameters_are_rejected_with_a_message(api, maps, change, status, words):
    response = api.get(f"{maps}/heatmap", params=QUERY | change)
    assert response.status_code == status, response.text
    assert words in error(response)["message"] + error(response)["hint"]


def test_an_unknown_site_is_reported_by_name(api, shop):
    response = api.get(f"{ROOT}/sites/Nowhere/heatmap", params=QUERY)
    assert response.status_code == 404
    assert error(response)["code"] == "no_site"
    assert "Nowhere" in error(response)["message"]


def test_a_site_may_be_named(api, shop):
    assert api.get(f"{ROOT}/sites/Lamp shop/heatmap", params=QUERY).status_code == 200


def test_an_answer_includes_everything_stored_before_the_question(api, maps, viewer, shop):
    from tests.aggregator.build import insert
    from tests.viewer.shop import _on, _who

    before = api.get(f"{maps}/heatmap", params=QUERY | {"kind": "hover"}).json()["account"]["drawn"]
    insert(viewer.store, "points", [_who(int(shop.id), 1) | _on(BUY) | {"kind": "hover", "weight": 900.0}])
    assert api.get(f"{maps}/heatmap", params=QUERY | {"kind": "hover"}).json()["account"]["drawn"] == before + 1


def test_compare_an_experiment_that_pages_report(api, maps):
    found = api.get(f"{maps}/compare", params=QUERY | {"experiment": "button"}).json()
    assert [arm["variant"] for arm in found["arms"]] == ["a", "b"]
    assert found["exposed"] == {"a": 15, "b": 45}
    (buy,) = found["rows"]
    assert (buy["a"], buy["na"], buy["b"], buy["nb"]) == (10, 15, 30, 45)
    assert found["verdict"] in ("few", "none")
    unknown = api.get(f"{maps}/compare", params=QUERY | {"experiment": "colour"})
    assert unknown.status_code == 404
    assert "colour" in error(unknown)["message"]
    assert api.get(f"{maps}/compare", params=QUERY).status_code == 400


def test_compare_as_files(api, maps):
    def as_file(kind: str):
        return api.get(f"{maps}/compare", params=QUERY | {"experiment": "button", "format": kind})

    assert np.load(BytesIO(as_file("npy").content)).shape == (2, HEIGHT // 4, WIDTH // 4)
    assert Image.open(BytesIO(as_file("png").content)).width > 2 * WIDTH
    rows = list(csv.DictReader(StringIO(as_file("csv").text)))
    assert {row["variant"] for row in rows} == {"a", "b"}


def test_pictures_of_the_pages(api, shop, viewer):
    snapshot = viewer.snapshots.latest(int(shop.id), PAGE, WIDTH)
    strip = api.get(viewer.urls.strip(shop.id, snapshot.id, 1))
    assert strip.headers["content-type"] == "image/webp"
    assert "immutable" in strip.headers["cache-control"]
    assert Image.open(BytesIO(strip.content)).size == (WIDTH, 976)
    assert api.get(viewer.urls.strip(shop.id, snapshot.id, 7)).status_code == 404

    heat = api.get(viewer.urls.heat(shop.id, **QUERY, strip=0))
    image = Image.open(BytesIO(heat.content))
    assert (image.mode, image.size) == ("P", (WIDTH // 4, 256))
    assert image.convert("RGBA").getpixel((125, 160))[3] > 150
    again = api.get(viewer.urls.heat(shop.id, **QUERY, strip=0), headers={"If-None-Match": heat.headers["etag"]})
    assert again.status_code == 304
    dark = api.get(viewer.urls.heat(shop.id, **QUERY, strip=0, palette="dark"))
    assert dark.content != heat.content
    capped = api.get(viewer.urls.heat(shop.id, **QUERY, strip=0, cap=100_000))
    assert Image.open(BytesIO(capped.content)).convert("RGBA").getpixel((125, 160))[3] < 100
    whole = api.get(viewer.urls.heat(shop.id, **QUERY))
    assert Image.open(BytesIO(whole.content)).size == (WIDTH // 4, HEIGHT // 4)

    veil = api.get(viewer.urls.heat(shop.id, **(QUERY | {"kind": "scroll"}), strip=1))
    alpha = np.asarray(Image.open(BytesIO(veil.content)).convert("RGBA"))[:, 0, 3]
    assert alpha[-1] > 100

    thumb = api.get(viewer.urls.thumb(shop.id, PAGE, **PERIOD))
    assert Image.open(BytesIO(thumb.content)).size == (560, 350)


def test_pictures_need_a_sign_in(anyone, viewer, shop):
    assert anyone.get(viewer.urls.heat(shop.id, **QUERY)).status_code == 303


def test_pages_of_the_site(api, maps):
    (page,) = api.get(f"{maps}/pages", params=PERIOD).json()["pages"]
    assert (page["page"], page["path"], page["visitors"], page["views"]) == (PAGE, "/lamps", VISITORS, VISITORS)
    assert sum(page["daily"]) == VISITORS


def test_a_page_is_compared_with_another_set_of_visitors(api, maps):
    found = api.get(f"{maps}/compare", params=QUERY | {"with": "before"}).json()
    assert [one["set"] for one in found["sets"]] == ["a", "b"]
    assert found["sets"][1]["visitors"] == VISITORS
    assert (found["verdict"], found["query"]["with"]) == ("nobody", "before")
    assert found["sets"][0]["until"] < found["sets"][1]["since"]
    for form in ("csv", "npy", "png"):
        assert api.get(f"{maps}/compare", params=QUERY | {"with": "before", "format": form}).status_code == 200


@pytest.mark.parametrize(("text", "status"), [("rest", 400), ("segment:none", 404), ("yesterday", 400)])
def test_a_bad_set_is_rejected_with_a_message(api, maps, text, status):
    response = api.get(f"{maps}/compare", params=QUERY | {"with": text})
    assert response.status_code == status
    assert error(response)["message"]
