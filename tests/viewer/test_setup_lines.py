"""The line to paste, for what a site is made with: on the page, in the documentation, and in a browser."""

from __future__ import annotations

from html import unescape

import pytest

from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.app import Viewer
from viewer.pages.frame.languages import language
from viewer.pages.sites import platform_docs
from viewer.pages.sites.platforms import platforms

KEYS = ("html", "gtm", "wordpress", "react", "vue", "next", "shopify")


def test_the_documentation_shows_the_same_lines() -> None:
    text = platform_docs.PAGE.read_text(encoding="utf-8")
    assert platform_docs.written(text) == text, "run `python -m viewer.pages.sites.platform_docs`"


@pytest.mark.parametrize("key", KEYS)
def test_every_platform_has_the_address_and_the_key(owner: Client, viewer: Viewer, shop: Site, key: str) -> None:
    page = unescape(owner.get(f"/sites/{shop.id}?with={key}").text)
    [platform] = [one for one in platforms(language("en"), viewer.urls.base, shop) if one.key == key]
    for n, place in enumerate(platform.places, 1):
        assert f'<pre id="line{n}">{place.code}</pre>' in page
        assert f'data-copy="#line{n}"' in page
    code = "\n".join(place.code for place in platform.places)
    assert f"{viewer.urls.base}/parcours.js" in code
    assert shop.key in code


def test_there_are_no_other_platforms(shop: Site) -> None:
    assert tuple(one.key for one in platforms(language("fr"), "https://stats.example", shop)) == KEYS


def test_the_choice_is_remembered_for_this_site(owner: Client, shop: Site, site: Site) -> None:
    owner.get(f"/sites/{shop.id}?with=wordpress")
    assert "functions.php" in words(owner.get(f"/sites/{shop.id}").text)
    assert "functions.php" not in words(owner.get(f"/sites/{site.id}").text)
    assert "Before </head>" in words(owner.get(f"/sites/{shop.id}?with=unknown").text)
