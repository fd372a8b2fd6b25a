"""Two sets of visitors of a page, compared on a page."""

from __future__ import annotations

import pytest

from store.layouts import path_key
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUY, VISITORS


def test_a_page_is_compared_with_the_period_before(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/compare?page=/lamps&{DAYS}")
    assert page.status_code == 200
    seen = words(page.text)
    assert "There is nobody in one of the sets." in seen
    assert f"{VISITORS} visitors" in seen
    assert "with=device:phone" in page.text


def test_sets_of_one_period(owner: Client, shop: Site) -> None:
    variants = f"/sites/{shop.id}/compare?page=/lamps&{DAYS}&variant=button:b&with=variant:button:a"
    seen = words(owner.get(variants).text)
    assert "A, a 15 visitors" in seen
    assert "B, b 45 visitors" in seen
    accounts = seen[seen.index("Account of the two maps") :]
    assert "Outside: a" in accounts
    assert "Outside: b" in accounts
    assert "Not chosen at random" not in seen  # visitors see a variant by chance
    rest = '{"rules":[{"what":"device","values":["phone"]}]}'
    response = owner.get(f"/sites/{shop.id}/compare", params={"page": "/lamps", "segment": rest, "with": "rest"})
    assert response.status_code == 200
    assert "Everybody else" in words(response.text)


def test_the_goal_that_makes_the_sets_is_no_finding(api: Client, shop: Site) -> None:
    root = f"/api/v1/sites/{shop.id}"
    for name, action in (
        ("Bought", {"what": "clicked", "element": f"{path_key(BUY[0]):016x}"}),
        ("Came", {"what": "saw", "page": "/lamps"}),
    ):
        assert api.post(f"{root}/goals", json={"name": name, "action": action}).status_code == 201
    found = api.get(f"{root}/compare?page=/lamps&{DAYS}&with=left:bought").json()
    (buy,) = (row for row in found["rows"] if row["key"] == f"{path_key(BUY[0]):016x}")
    assert buy["verdict"] == "step"
    assert [goal["id"] for goal in found["goals"]] == ["came"]


@pytest.mark.parametrize("view", ["", "&view=swipe"])
def test_both_views_show_both_maps(owner: Client, shop: Site, view: str) -> None:
    page = owner.get(f"/sites/{shop.id}/compare?page=/lamps&{DAYS}&with=device:phone{view}").text
    assert page.count("heat.png") >= 2
    assert ("data-edge" in page) == bool(view)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("with=yesterday", 400, "cannot be"),
        ("with=rest", 400, "There is no rest"),
        ("with=segment:gone", 404, "There is no segment"),
        ("since=2026-03-03&until=2026-03-01", 400, "is after the end"),
    ],
)
def test_a_bad_comparison_says_what_is_wrong(owner: Client, shop: Site, query: str, status: int, message: str) -> None:
    response = owner.get(f"/sites/{shop.id}/compare?page=/lamps&{query}")
    assert response.status_code == status
    assert message in words(response.text)
