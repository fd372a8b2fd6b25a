"""The gallery: groups, orders, filters, one scale; what its address keeps; suggested groups."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from rules.page_group import add
from store.page_groups import PageGroup
from store.records import Site
from tests.aggregator.build import PAGE, insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import post, words
from viewer.app import Viewer

LETTERS = 8


@pytest.fixture(scope="module")
def visited(viewer: Viewer, shop: Site) -> str:
    """Today: letters with 20 more visitors each, all on the phone; a page of dead clicks. One letter has a picture."""
    now = {"site": int(shop.id), "time": int(time.time() * 1000)}
    views = [now | {"page": f"shop.example/letters/{n}", "view": 10_000 * n + v, "visitor": v, "device": "phone"}
             for n in range(1, LETTERS + 1) for v in range(20 * n)]  # fmt: skip
    broken = [now | {"page": "shop.example/broken", "view": 900_000 + v, "visitor": v} for v in range(30)]
    insert(viewer.store, "views", views + broken)
    insert(viewer.store, "points", [click | {"effect": 0} for click in broken])
    viewer.snapshots.save(shops.snapshot(shop.id, page="shop.example/letters/7"), shops.page_layout(), shops.strips())
    return f"/sites/{shop.id}/pages"


@pytest.fixture
def groups(viewer: Viewer, shop: Site) -> Iterator[list[PageGroup]]:
    named: list[dict[str, Any]] = [
        {"name": "Letters", "pages": ["/letters/*"]},
        {"name": "Broken", "pages": ["/broken"]},
        {"name": "Nothing", "pages": ["/nothing/*"]},
    ]
    yield [add(viewer.definitions, shop.id, one) for one in named]
    for one in viewer.definitions.find(PageGroup, site=shop.id):
        viewer.definitions.delete(one)
    viewer.work.forget()


def names(page: str) -> list[str]:
    """The names of the cards, in order."""
    return [unescape(name) for name in re.findall(r"<h3><a [^>]+>([^<]+)</a>", page)]


def link(page: str, label: str) -> str:
    """The address of the first link with this label."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>\s*(?:<b>)?{re.escape(label)}\s*[<\n]', page)
    assert found, label
    return unescape(found[1])


def test_a_site_with_groups_shows_them_first(owner: Client, visited: str, groups: list[PageGroup]) -> None:
    page = owner.get(visited).text
    assert names(page) == ["Letters", "Broken", "Nothing"]
    shown = words(page)
    assert "3 groups, 9 of 9 addresses in a group" in shown
    assert "Letters /letters/* Visitors 160 " in shown
    assert "8 addresses · 8 new this week" in shown
    french = words(owner.get(visited, headers={"Accept-Language": "fr"}).text)
    assert "3 groupes, 9 adresses sur 9 dans un groupe" in french
    assert "Broken /broken Visitors 30" in shown
    assert page.count('class="many"') == 1
    assert '<input type="hidden" name="url" value="https://shop.example/broken">' in page  # the form that takes one
    assert "/thumb.webp?page=letters" in page
    thumb = re.search(r'src="([^"]+thumb.webp\?page=letters[^"]*)"', page)
    assert thumb
    assert owner.get(unescape(thumb[1])).status_code == 200
    assert "one scale for all pictures" in shown
    addresses = owner.get(link(page, "8 addresses")).text
    assert len(names(addresses)) == 8
    assert owner.get(link(page, "Letters")).status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Broken", "Letters", "Nothing"]),
        ("sort=frustrated", ["Broken", "Letters", "Nothing"]),
        ("sort=rising", ["Letters", "Broken", "Nothing"]),
        ("only=attention", ["Broken"]),
        ("only=unpictured", ["Broken", "Nothing"]),
        ("device=desktop", ["Broken", "Letters", "Nothing"]),
        ("show=groups&search=LETT", ["Letters"]),
        ("show=groups&search=/brok", ["Broken"]),
    ],
)
def test_groups_are_sorted_and_filtered(
    owner: Client, visited: str, groups: list[PageGroup], query: str, expected: list[str]
) -> None:
    assert names(owner.get(f"{visited}?{query}").text) == expected


LETTER = [f"/letters/{n}" for n in range(LETTERS, 0, -1)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [*LETTER[:7], "/broken", *LETTER[7:]]),
        ("sort=name", ["/broken", *reversed(LETTER)]),
        ("sort=frustrated&search=/b", ["/broken"]),
        ("only=attention", ["/broken"]),
        ("only=unpictured&search=letters/", [one for one in LETTER if not one.endswith("7")]),
        ("device=desktop", ["/broken"]),
        ("page=/letters/*", LETTER),
        ("page=/letters/*&sort=frustrated", LETTER),
        ("only=attention&search=letters", []),
    ],
)
def test_addresses_are_sorted_and_filtered(owner: Client, visited: str, query: str, expected: list[str]) -> None:
    shown = names(owner.get(f"{visited}?show=pages&{query}").text)
    assert ["/letters/7" if name == "Lamps" else name for name in shown] == expected


def test_addresses_without_a_group_are_listed(owner: Client, viewer: Viewer, shop: Site, visited: str) -> None:
    group = add(viewer.definitions, shop.id, {"name": "Letters", "pages": ["/letters/*"], "without": ["**/1"]})
    try:
        assert names(owner.get(f"{visited}?show=ungrouped").text) == ["/broken", "/letters/1"]
        assert names(owner.get(f"{visited}?show=ungrouped&device=phone").text) == ["/letters/1"]
    finally:
        viewer.definitions.delete(group)
        viewer.work.forget()


def test_visitors_are_counted_by_device_whatever_device_is_chosen(owner: Client, visited: str) -> None:
    for query in ("", "?device=phone"):
        shown = words(owner.get(visited + query).text)
        assert "All 160 Desktop 30 Tablet 0 Phone 160" in shown


def test_the_bar_keeps_what_is_chosen(owner: Client, visited: str, groups: list[PageGroup]) -> None:
    page = owner.get(f"{visited}?show=pages&search=letters&sort=name&as=table&days=7").text
    assert "<table" in page
    for label in ("Last 90 days", "Phone", "Frustrated first", "Without a picture", "Pictures"):
        address = link(page, label)
        assert "search=letters" in address, label
        assert ("sort=name" in address) is (label != "Frustrated first"), label
        assert owner.get(address).status_code == 200
    form = page.partition('class="days"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="search" value="letters">' in form
    assert '<input type="hidden" name="sort" value="name">' in form


def test_a_search_of_groups_looks_at_addresses(owner: Client, visited: str, groups: list[PageGroup]) -> None:
    form = owner.get(visited).text.partition('class="search"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="show" value="pages">' in form
    assert names(owner.get(f"{visited}?search=letters/7").text) == ["Lamps"]


@pytest.mark.parametrize("query", ["show=x", "sort=x", "only=x", "as=x", "offset=x", "days=0", "page=??"])
def test_an_address_with_a_wrong_choice_is_answered_with_400(owner: Client, visited: str, query: str) -> None:
    assert owner.get(f"{visited}?{query}").status_code == 400


def test_the_addresses_of_a_deleted_group_are_reported(owner: Client, viewer: Viewer, shop: Site, visited: str) -> None:
    group = add(viewer.definitions, shop.id, {"name": "Gone", "pages": ["/letters/*"]})
    viewer.definitions.delete(group)
    viewer.work.forget()
    page = owner.get(f"{visited}?page=gone")
    assert page.status_code == 404
    assert "no group of pages “gone”" in words(page.text)


def test_groups_are_suggested_until_they_are_declined(owner: Client, viewer: Viewer, visited: str) -> None:
    page = owner.get(visited).text
    assert "8 addresses look alike: /letters/8 , /letters/7 and 6 more, 160 visitors." in words(page)
    assert len(names(owner.get(link(page, "See the 8")).text)) == 8
    form = owner.get(link(page, "Make a group")).text
    assert 'value="Letters"' in form
    assert ">/letters/*</textarea>" in form
    post(owner, visited.replace("/pages", "/groups/declined"), pattern="/letters/*")
    page = owner.get(visited).text
    assert "look alike" not in words(page)
    assert "1 suggestion was declined." in words(page)
    post(owner, visited.replace("/pages", "/groups/declined"), do="again")
    assert "look alike" in words(owner.get(visited).text)


def test_a_page_of_the_shop_is_still_found_by_its_title(owner: Client, visited: str) -> None:
    page = owner.get(f"{visited}?since=2026-03-01&until=2026-03-03").text
    assert names(page) == ["Lamps"]
    assert PAGE.partition("/")[2] in page
