"""The device switch and the filters of a map: what they count, and where they lead."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from store.records import Site
from store.snapshots import Snapshots
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.api.entry import ROOT
from viewer.app import Viewer

MAIL = {"rules": [{"what": "channel", "values": ["mail"]}]}


@pytest.fixture(scope="module", autouse=True)
def phone_picture(viewer: Viewer, shop: Site) -> None:
    Snapshots(viewer.store).save(shops.snapshot(shop.id, width=390), shops.page_layout(), shops.strips(390))


def page(client: Client, shop: Site, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}{query}")
    assert answer.status_code == status, answer.text
    return answer.text


def links(html: str, label: str) -> list[str]:
    """The addresses of links whose first words are the label."""
    found = re.findall(r'<a[^>]*?href="([^"]*)"[^>]*>\s*(?:<b>)?([^<]*)', html)
    return [unescape(href) for href, text in found if text.strip() == label]


def test_the_device_switch_counts_the_device_and_brings_its_picture(owner: Client, shop: Site) -> None:
    everyone = page(owner, shop)
    (to_phone, *_) = links(everyone, "Phone")
    assert "device=phone" in to_phone
    assert "width=" not in to_phone
    html = owner.get(to_phone).text
    assert re.search(r'aria-current="page"[^>]*>\s*Phone', html)
    assert "390 px wide" in words(html)


def test_a_picture_can_be_changed_alone(owner: Client, shop: Site) -> None:
    html = page(owner, shop, "&device=desktop")
    (narrow,) = set(links(html, "Phone, 390 px"))
    assert "device=desktop" in narrow
    assert "width=390" in narrow
    (everybody,) = set(links(owner.get(narrow).text, "Draw all devices on this picture"))
    assert "width=390" in everybody
    assert "device=" not in everybody


def test_filters_show_the_visitors_of_each_choice_and_narrow_the_map(owner: Client, shop: Site) -> None:
    html = page(owner, shop)
    assert re.search(r"<b>60 visitors</b>", html)
    (direct, *_) = links(html, "Direct")
    narrowed = owner.get(direct).text
    assert re.search(r"<b>\d+</b> of 60 visitors", narrowed)
    again, *_ = links(narrowed, "Direct")
    assert "channel=" not in again, "a choice that is on leads back out"


def test_a_segment_has_a_chip_that_removes_it(owner: Client, api: Client, shop: Site) -> None:
    api.post(f"{ROOT}/sites/{shop.id}/segments", json={"name": "By mail", "tree": MAIL})
    saved = page(owner, shop, "&segment=by-mail")
    assert "Segment By mail" in words(saved)
    (remove,) = set(links(saved, "✕"))
    assert "segment" not in remove
    text = page(owner, shop, f"&segment={json.dumps(MAIL)}")
    assert "Segment Visits that came from email" in words(text)
    api.delete(f"{ROOT}/sites/{shop.id}/segments/by-mail")


@pytest.mark.parametrize(
    ("query", "status", "fault"),
    [
        ("&segment=gone", 404, "There is no segment “gone”."),
        ("&visitor=unknown", 400, "“unknown” cannot be chosen here."),
        ('&segment={"rules":[{"what":"sent"}]}', 400, "This rule needs a name."),
        ("&segment={", 400, "The rules cannot be read"),
    ],
)
def test_what_cannot_narrow_is_reported_with_a_link_that_repairs_it(
    owner: Client, shop: Site, query: str, status: int, fault: str
) -> None:
    html = page(owner, shop, query, status)
    assert fault in words(html)
    (repaired,) = set(links(html, "Show everybody"))
    assert owner.get(repaired).status_code == 200


PAGES = ("overview?", "events?", "forms?", "compare?page=/lamps&with=before&")


@pytest.mark.parametrize("path", PAGES)
def test_the_row_is_the_same_on_every_page_about_visitors(owner: Client, shop: Site, path: str) -> None:
    """Counts, chips, More, Clear all, Save; each count is under all filters but its own."""
    address = f"/sites/{shop.id}/{path}{DAYS}"
    everyone = owner.get(address).text
    assert "60 visitors" in words(everyone)
    assert links(everyone, "Save as segment") == []
    (phone, *_) = links(everyone, "Phone")
    narrowed = owner.get(phone).text
    assert "device=phone" in phone
    (direct, *_) = links(narrowed, "Direct")
    assert re.search(r"<b>Direct</b> <small>10</small>", narrowed), "the device narrows the counts of the channels"
    html = owner.get(f"{direct}&browser=Firefox").text
    assert links(html, "Clear all")
    assert links(html, "More filters")
    assert re.search(r"<small>Browser</small><span>Firefox</span>", html)
    (save, *_) = links(html, "Save as segment")
    builder = owner.get(save)
    assert builder.status_code == 200
    assert "typed address or a bookmark" in words(builder.text)


def test_a_saved_segment_is_not_saved_again(owner: Client, api: Client, shop: Site) -> None:
    api.post(f"{ROOT}/sites/{shop.id}/segments", json={"name": "By mail", "tree": MAIL})
    saved = page(owner, shop, "&segment=by-mail")
    assert not links(saved, "Save as segment")
    assert links(page(owner, shop, "&segment=by-mail&channel=direct"), "Save as segment")
    api.delete(f"{ROOT}/sites/{shop.id}/segments/by-mail")
