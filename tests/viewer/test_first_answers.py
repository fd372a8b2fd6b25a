"""Of a map that covers many points of some visitors, the page shows a first answer from one visitor in ten."""

from __future__ import annotations

from typing import Any

import pytest

import viewer.maps as maps
from store.records import Site
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
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


def test_a_program_gets_the_exact_answer(viewer: Viewer, api: Client, shop: Site) -> None:
    visit(viewer, shop, [5, TENTH + 5])
    query: dict[str, Any] = {"page": shops.PAGE, "width": shops.WIDTH, "device": "phone", **shops.PERIOD}
    found = api.get(f"/api/v1/sites/{shop.id}/heatmap", params=query).json()
    assert "one_in_ten" not in {one["code"] for one in found["warnings"]}
