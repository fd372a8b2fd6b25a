"""The page by which visitors oppose being counted."""

from __future__ import annotations

import re

import pytest

from rules.site import add
from store.records import Site
from store.sites import rotate_key
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.app import Viewer
from viewer.pages.privacy.opposition import FRAGMENT, origins

HOSTILE = '"><script>alert(1)</script>'


def _links(html: str) -> list[str]:
    return re.findall(r'<a class="btn main" href="([^"]+)"', html)


def test_a_visitor_gets_a_link_to_each_named_host_of_the_site(anyone: Client, shop: Site) -> None:
    answer = anyone.get(f"/oppose/{shop.key}")
    assert answer.status_code == 200
    assert _links(answer.text) == [f"https://shop.example/{FRAGMENT}"]
    assert "Each address below shop.example keeps its own choice" in words(answer.text)


@pytest.mark.parametrize(
    ("referer", "first"),
    [
        ("https://de.shop.example/privacy", ["https://de.shop.example"]),
        ("http://DE.shop.example:8080/", ["http://de.shop.example:8080"]),
        ("https://shop.example/", []),
        ("https://evil.example/shop.example", []),
        ("https://user@shop.example.evil.example/", []),
        ("javascript://shop.example/%0aalert(1)", []),
        ("https://shop.example@evil.example/", []),
        ("https://shop.example:99999/", []),
        ("https://[::1/", []),
    ],
)
def test_where_the_visitor_comes_from_is_linked_only_if_it_is_of_the_site(referer: str, first: list[str]) -> None:
    assert origins(["shop.example", "*.shop.example"], referer) == [*first, "https://shop.example"]


def test_the_page_has_no_script_no_cookie_and_a_policy_of_its_own(anyone: Client, shop: Site) -> None:
    answer = anyone.get(f"/oppose/{shop.key}?lang=fr&done=1", headers={"Referer": f"https://shop.example/{HOSTILE}"})
    assert "script" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<html lang="fr">' in answer.text


@pytest.mark.parametrize(("done", "said"), [("1", "Done: your visits"), ("undefined", "This did not work")])
def test_the_page_reports_what_the_tracker_says(anyone: Client, shop: Site, done: str, said: str) -> None:
    assert said in words(anyone.get(f"/oppose/{shop.key}?done={done}").text)
    assert said not in words(anyone.get(f"/oppose/{shop.key}").text)


def test_an_earlier_key_still_leads_to_the_page_and_an_unknown_one_does_not(anyone: Client, viewer: Viewer) -> None:
    site = add(viewer.definitions, {"name": HOSTILE, "domains": ["localhost"]}, "")
    rotate_key(viewer.definitions, site)
    answer = anyone.get(f"/oppose/{site.key}")
    assert _links(answer.text) == [f"http://localhost/{FRAGMENT}"]
    assert "<script" not in answer.text
    assert anyone.get("/oppose/nobody").status_code == 404
