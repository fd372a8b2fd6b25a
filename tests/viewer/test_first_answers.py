"""A map of many points of some visitors, and the overview of many views, are first answered from one visitor in ten."""

from __future__ import annotations

from typing import Any

import pytest

import viewer.maps as maps
import viewer.overviews as overviews
from store.records import Site
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.waiting import until
from viewer.app import Viewer

TENTH = 2**64 // 10


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "MANY", 3)


def visit(viewer: Viewer, site: Site, visitors: list[int]) -> None:
    """A view on a phone of each visitor, with a click."""
    who = shops._who(int(site.id), 1) | {"device": "phone"}
    of = [who | {"visitor": v, "view": 1000 + n} for n, v in enumerate(visitors)]
    insert(viewer.store, "views", of)
    insert(viewer.store, "points", [one | shops._on(shops.BUY) for one in of])


def test_a_first_answer_is_replaced_by_the_exact_one(viewer: Viewer, api: Client, shop: Site) -> None:
    visit(viewer, shop, [5, 6, TENTH + 5, TENTH + 6, TENTH + 7])
    query: dict[str, Any] = {"page": shops.PAGE, "width": shops.WIDTH, "device": "phone", **shops.PERIOD}
    page = api.get(f"/sites/{shop.id}/heatmap", params=query).text
    assert "data-first" in page
    assert "A first answer from one visitor in ten" in page
    assert api.get(f"/sites/{shop.id}/heat.png", params=query | {"exact": "1"}).status_code == 200
    again = api.get(f"/sites/{shop.id}/heatmap", params=query).text
    assert "data-first" not in again
    assert "one visitor in ten" not in again


def test_a_change_of_filter_reads_the_same_kept_rows(
    viewer: Viewer, api: Client, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> set[str]:
        sql = "SELECT name FROM system.tables WHERE database = {own:String} AND match(name, '^chosen_.*_points$')"
        return {row["name"] for row in viewer.store.rows(sql, own=viewer.store.database)} - earlier

    earlier: set[str] = set()
    earlier = kept()  # of a viewer that another test ended
    visit(viewer, shop, [5, 6, TENTH + 5, TENTH + 6])
    query: dict[str, Any] = {"page": shops.PAGE, "width": shops.WIDTH, **shops.PERIOD, "since": "2026-02-01"}
    assert "data-first" in api.get(f"/sites/{shop.id}/heatmap", params=query | {"device": "phone"}).text
    tables = kept()
    assert len(tables) == 1
    assert "data-first" in api.get(f"/sites/{shop.id}/heatmap", params=query | {"device": "desktop"}).text
    assert kept() == tables
    monkeypatch.setattr(maps, "KEPT_SECONDS", 0.0)
    other_days = {"since": "2026-01-01", "device": "phone"}
    assert api.get(f"/sites/{shop.id}/heatmap", params=query | other_days).status_code == 200
    until(lambda: not kept(), 60)  # exact answers may still be on their way


def test_a_program_gets_the_exact_answer(viewer: Viewer, api: Client, shop: Site) -> None:
    visit(viewer, shop, [5, TENTH + 5])
    query: dict[str, Any] = {"page": shops.PAGE, "width": shops.WIDTH, "device": "phone", **shops.PERIOD}
    found = api.get(f"/api/v1/sites/{shop.id}/heatmap", params=query).json()
    assert "one_in_ten" not in {one["code"] for one in found["warnings"]}


def test_the_overview_of_many_views_begins_with_one_visitor_in_ten(
    viewer: Viewer, api: Client, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "MANY_VIEWS", 3)
    visit(viewer, shop, [5, 6, TENTH + 5, TENTH + 6])
    query = shops.PERIOD | {"country": "(none)"}
    page = api.get(f"/sites/{shop.id}/overview", params=query).text
    assert "data-first" in page
    assert "A first answer from one visitor in ten" in page
    assert "Show the exact figures" in page
    assert "data-first" not in api.get(f"/sites/{shop.id}/overview", params=query | {"exact": "1"}).text
    assert "data-first" not in api.get(f"/sites/{shop.id}/overview", params=query).text
    exact = api.get(f"/api/v1/sites/{shop.id}/overview", params=query).json()
    assert exact["one_in"] == 1
    assert api.get(f"/sites/{shop.id}/overview", params=query | {"exact": "2"}).status_code == 400
