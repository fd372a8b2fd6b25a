"""The picture history of a page: every picture is listed, and editors delete single ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.definitions import Missing
from store.records import Site
from tests.aggregator.build import NOON
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer


def test_deleting_the_newest_picture_leaves_the_one_before(viewer: Viewer, shop: Site, owner: Client) -> None:
    page = "shop.example/history"
    path = f"/sites/{shop.id}/picture-history?page={page}"
    old = replace(shops.snapshot(shop.id, page=page), warnings=("an old note",))
    new = replace(shops.snapshot(shop.id, page=page), taken=NOON + 1000)
    phone = shops.snapshot(shop.id, page=page, width=390)
    for one in (old, new, phone):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips())
    shown = owner.get(path).text
    assert [shown.count(f"/snapshots/{one.id}/0.webp") for one in (old, new, phone)] == [2, 2, 2]
    assert "an old note" in words(shown)
    assert "390 px" in words(shown)
    token = csrf(shown)
    assert owner.post(path, data={"csrf": token, "do": "delete", "picture": str(new.id)}).status_code == 303
    assert viewer.snapshots.latest(int(shop.id), page, shops.WIDTH) == old
    assert str(new.id) not in owner.get(path).text
    with pytest.raises(Missing):
        viewer.snapshots.strip(new.id, 0)
    assert viewer.snapshots.strip(old.id, 0)
    assert owner.post(path, data={"csrf": token, "do": "delete", "picture": str(new.id)}).status_code == 404
    for nonsense in ("", "x", "9" * 30):
        assert owner.post(path, data={"csrf": token, "do": "delete", "picture": nonsense}).status_code == 404


def test_a_picture_of_another_site_cannot_be_deleted(viewer: Viewer, shop: Site, owner: Client) -> None:
    other = shops.snapshot("999", page="other.example/page")
    viewer.snapshots.save(other, shops.page_layout(), shops.strips())
    path = f"/sites/{shop.id}/picture-history?page=other.example/page"
    shown = owner.get(path).text
    assert str(other.id) not in shown
    assert owner.post(path, data={"csrf": csrf(shown), "do": "delete", "picture": str(other.id)}).status_code == 404
    assert viewer.snapshots.get(other.id) == other


def test_the_api_lists_and_deletes_the_pictures_of_a_page(viewer: Viewer, shop: Site, api: Client) -> None:
    page, root = "shop.example/api-history", f"/api/v1/sites/{shop.id}/snapshots"
    old = shops.snapshot(shop.id, page=page)
    new = replace(shops.snapshot(shop.id, page=page), taken=NOON + 1000)
    for one in (old, new):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips())

    def listed() -> list[int]:
        return [one["id"] for one in api.get(root, params={"page": page}).json()["snapshots"]]

    assert listed() == [new.id, old.id]
    assert api.delete(f"{root}/{new.id}").json()["id"] == new.id
    assert listed() == [old.id]
    assert api.delete(f"{root}/{new.id}").status_code == 404


def test_maps_use_the_chosen_picture_until_it_is_reset(viewer: Viewer, shop: Site, owner: Client, api: Client) -> None:
    page, number = "shop.example/choice", int(shop.id)
    path = f"/sites/{shop.id}/picture-history?page={page}"
    old = shops.snapshot(shop.id, page=page)
    new = replace(shops.snapshot(shop.id, page=page), taken=NOON + 1000)
    for one in (old, new):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips())

    def used() -> set[int]:
        listed = api.get(f"/api/v1/sites/{shop.id}/snapshots").json()["snapshots"]
        latest = viewer.snapshots.latest(number, page, shops.WIDTH)
        of_page = viewer.snapshots.of_page(number, page, shops.WIDTH)
        return {one["id"] for one in listed if one["page"] == page} | {one.id for one in (latest, *of_page) if one}

    def send(do: str, picture: int) -> int:
        token = csrf(owner.get(path).text)
        return owner.post(path, data={"csrf": token, "do": do, "picture": str(picture)}).status_code

    assert used() == {new.id}
    assert send("choose", old.id) == 303
    assert used() == {old.id}
    assert "chosen for maps" in words(owner.get(path).text)
    drawn = owner.get(f"/sites/{shop.id}/heatmap?page={page}&width={shops.WIDTH}").text
    assert f"/snapshots/{old.id}/0.webp" in drawn
    assert "chosen for maps Use the newest again" in words(drawn)
    assert send("newest", old.id) == 303
    assert used() == {new.id}
    assert send("choose", old.id) == send("delete", old.id) == 303
    assert used() == {new.id}
    assert send("nonsense", new.id) == 400
