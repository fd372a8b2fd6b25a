"""Links for pictures in one's own browser. tests/parcours/test_own_browser.py has the whole way."""

from __future__ import annotations

import json

import pytest

from rules.recipe import Recipe
from store.records import Site
from tests.viewer.client import Client
from viewer import own_browser
from viewer.app import Viewer
from viewer.http.errors import Problem
from viewer.own_browser import FRAGMENT, OwnBrowser, invite
from viewer.snapshot.request import PictureRequest

PAGE = "https://shop.example/lamps"


@pytest.fixture
def links(viewer: Viewer) -> OwnBrowser:
    return OwnBrowser(b"a secret of the tests", viewer.definitions, viewer.snapshots, lambda: None)


def test_a_link_carries_what_the_picture_is_of(links: OwnBrowser, shop: Site) -> None:
    wanted = PictureRequest(shop, f"{PAGE}?a=1#/cart", (390,), "button=a", Recipe("menu"))
    invitation = invite(wanted, "fr")
    link = links.link(invitation)
    assert link.startswith(f"{PAGE}?a=1#/cart{FRAGMENT}")
    assert links.read(link.partition(FRAGMENT)[2]) == invitation


def test_a_link_expires(links: OwnBrowser, shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    token = links.link(invite(PictureRequest(shop, PAGE, (390,)), "en")).partition(FRAGMENT)[2]
    monkeypatch.setattr(own_browser, "LINK_SECONDS", -1)
    with pytest.raises(Problem) as raised:
        links.read(token)
    assert (raised.value.status, raised.value.code) == (410, "link_expired")


def test_a_link_of_another_parcours_is_refused(links: OwnBrowser, shop: Site, viewer: Viewer) -> None:
    other = OwnBrowser(b"another secret", viewer.definitions, viewer.snapshots, lambda: None)
    with pytest.raises(Problem) as raised:
        links.read(other.link(invite(PictureRequest(shop, PAGE, (390,)), "en")).partition(FRAGMENT)[2])
    assert (raised.value.status, raised.value.code) == (403, "link_forged")


def test_the_api_makes_links_for_pages_of_the_site_only(api: Client, shop: Site) -> None:
    root = f"/api/v1/sites/{shop.id}/own-browser"
    made = api.post(root, json={"url": PAGE, "width": 390})
    assert made.status_code == 201
    assert made.json()["link"].startswith(f"{PAGE}{FRAGMENT}")
    assert api.get(f"{root}/{made.json()['snapshot']}").json() == {"arrived": False}
    for body, status in (
        ({"url": "https://evil.example/"}, 422),
        ({"url": "nonsense"}, 400),
        ({"url": PAGE, "width": 7}, 422),
        ({"url": PAGE, "state": "no such state"}, 422),
        ({"url": PAGE, "variant": "nonsense"}, 400),
    ):
        assert api.post(root, json=body).status_code == status, body
    assert api.get(f"{root}/x").status_code == 404
    assert json.loads(api.get(f"{root}/7").text) == {"arrived": False}
