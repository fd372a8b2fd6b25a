"""The comparison of two pictures of a page: what differs, in words, as an image and as JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from store.records import Site
from store.snapshots import Snapshot
from tests.aggregator.build import NOON, fp, layout
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.app import Viewer

SALE = ("main>p:1", fp(text="Sale until Sunday"), (100.0, 1800.0, 300.0, 20.0))


@pytest.fixture(scope="module")
def pair(viewer: Viewer, shop: Site) -> tuple[Snapshot, Snapshot]:
    """An old and a new picture: 100 px taller, the button 40 px lower, the link gone, and a line more."""
    page = "shop.example/compared"
    old = shops.snapshot(shop.id, page=page)
    new = replace(shops.snapshot(shop.id, page=page), taken=NOON + 60_000, height=2100)
    x, y, w, h = shops.BUY_BOX
    after = layout((*shops.BUY, (x, y + 40, w, h)), SALE, names={shops.BUY[0]: "Buy", SALE[0]: "Sale until Sunday"})
    viewer.snapshots.save(old, shops.page_layout(), shops.strips())
    viewer.snapshots.save(new, after, shops.strips(heights=(1024, 1076)))
    return old, new


def address(shop: Site, old: Snapshot, new: Snapshot, **more: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/sites/{shop.id}/picture-history/compare?old={old.id}&new={new.id}{query}"


def test_the_history_links_each_old_picture_to_the_comparison(
    shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot]
) -> None:
    shown = owner.get(f"/sites/{shop.id}/picture-history?page={pair[0].page}").text
    links = [unescape(href) for href in re.findall(r'href="([^"]+/compare\?[^"]+)"', shown)]
    assert links == [address(shop, *pair)]
    assert owner.get(links[0]).status_code == 200


@pytest.mark.parametrize("view", ["side", "swipe"])
def test_the_page_says_what_differs(shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot], view: str) -> None:
    text = owner.get(address(shop, *pair, view=view)).text
    shown = words(text)
    assert "4.9% of the picture's area differs." in shown  # the 13 lowest of 263 rows of cells
    assert "1,000 × 2,000 px" in shown
    assert "1,000 × 2,100 px" in shown
    assert "the new one is 100 px taller" in shown
    assert "1 added, 1 removed, 1 moved" in shown
    assert "Buy moved 40 px down" in shown
    assert "More removed, was at 1,500 px" in shown
    assert "Sale until Sunday added at 1,800 px" in shown
    assert all(f"/snapshots/{one.id}/0.webp" in text for one in pair)
    assert ("data-edge" in text) == (view == "swipe")
    assert (text.count("data-together") == 2) == (view == "side")


def test_the_order_of_the_pictures_does_not_matter(shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot]) -> None:
    old, new = pair
    assert words(owner.get(address(shop, new, old)).text) == words(owner.get(address(shop, old, new)).text)


def test_a_picture_compared_with_itself_looks_the_same(
    shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot]
) -> None:
    shown = words(owner.get(address(shop, pair[0], pair[0])).text)
    assert "The two pictures look the same." in shown
    assert "none changed" in shown


def test_the_highlight_covers_both_pictures(shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot]) -> None:
    answered = owner.get(f"/sites/{shop.id}/snapshots/{pair[0].id}/difference/{pair[1].id}.png")
    assert answered.headers["content-type"] == "image/png"
    with Image.open(BytesIO(answered.content)) as image:
        assert image.size == (125, 263)  # cells of 8 px of 1000 × 2100


def test_the_api_compares_two_pictures(shop: Site, api: Client, pair: tuple[Snapshot, Snapshot]) -> None:
    old, new = pair
    found = api.get(f"/api/v1/sites/{shop.id}/snapshots/{new.id}/compare/{old.id}").json()
    assert (found["old"]["id"], found["new"]["id"]) == (old.id, new.id)
    assert found["differs"] == pytest.approx(13 / 263)
    assert [(one["change"], one["name"], one["down"]) for one in found["elements"]] == [
        ("moved", "Buy", 40),
        ("removed", "More", 0),
        ("added", "Sale until Sunday", 0),
    ]


def test_pictures_of_different_series_are_not_compared(
    viewer: Viewer, shop: Site, owner: Client, pair: tuple[Snapshot, Snapshot]
) -> None:
    phone = shops.snapshot(shop.id, page=pair[0].page, width=390)
    other = shops.snapshot("999", page=pair[0].page)
    for one in (phone, other):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips(one.width))
    assert owner.get(address(shop, pair[0], phone)).status_code == 422
    assert owner.get(address(shop, pair[0], other)).status_code == 404
    assert owner.get(address(shop, *pair, view="nonsense")).status_code == 400
    assert owner.get(f"/sites/{shop.id}/picture-history/compare").status_code == 404
