"""The picture history of a page: every picture is listed; editors choose, retake and delete single ones."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from anyio.from_thread import BlockingPortal

from store.definitions import Missing
from store.records import Site
from tests.aggregator.build import NOON
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import DAYS, csrf, words
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


def test_the_api_chooses_a_picture_and_the_newest_again(viewer: Viewer, shop: Site, api: Client) -> None:
    page, root = "shop.example/api-choice", f"/api/v1/sites/{shop.id}/snapshots"
    old = shops.snapshot(shop.id, page=page)
    new = replace(shops.snapshot(shop.id, page=page), taken=NOON + 1000)
    for one in (old, new):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips())

    def chosen() -> dict[int, bool]:
        listed = api.get(root, params={"page": page}).json()["snapshots"]
        return {one["id"]: one["chosen"] for one in listed}

    assert chosen() == {new.id: False, old.id: False}
    answered = api.put(f"{root}/{old.id}/chosen", json={}).json()
    assert (answered["id"], answered["chosen"]) == (old.id, True)
    assert chosen() == {new.id: False, old.id: True}
    used = [one["id"] for one in api.get(root).json()["snapshots"] if one["page"] == page]
    assert used == [old.id]
    assert api.delete(f"{root}/{old.id}/chosen").json()["chosen"] is False
    assert chosen() == {new.id: False, old.id: False}
    assert api.put(f"{root}/7/chosen", json={}).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("PUT", "chosen"), ("DELETE", "chosen"), ("POST", "retake")])
def test_viewers_cannot_change_pictures_by_the_api(
    viewer: Viewer, shop: Site, api: Client, portal: BlockingPortal, method: str, path: str
) -> None:
    token = api.post("/api/v1/tokens", json={"name": f"{method} {path}", "role": "viewer"}).json()["token"]
    reader = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {token}"})
    picture = shops.snapshot(shop.id, page="shop.example/roles")
    viewer.snapshots.save(picture, shops.page_layout(), shops.strips())
    refused = reader.request(method, f"/api/v1/sites/{shop.id}/snapshots/{picture.id}/{path}")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "role"


def test_retaking_a_picture_by_the_api_takes_its_own_width(viewer: Viewer, shop: Site, api: Client) -> None:
    picture = shops.snapshot(shop.id, "button=a", page="shop.example/retake-one", width=820)
    viewer.snapshots.save(picture, shops.page_layout(), shops.strips(820))
    root = f"/api/v1/sites/{shop.id}/snapshots"
    asked = api.post(f"{root}/{picture.id}/retake", json={})
    assert asked.status_code == 202
    assert (asked.json()["url"], asked.json()["widths"]) == (picture.url, [820])
    viewer.jobs.wait(asked.json()["job"], 30)
    listed = api.get(root, params={"page": picture.page}).json()["snapshots"]
    assert [(one["width"], one["variant"]) for one in listed] == [(820, "button:a")] * 2
    assert api.post(f"{root}/7/retake", json={}).status_code == 404


def test_the_history_retakes_one_series_or_all_at_their_own_widths(
    viewer: Viewer, shop: Site, owner: Client, api: Client
) -> None:
    page = "shop.example/retake-all"
    path = f"/sites/{shop.id}/picture-history?page={page}"
    wide, narrow = (shops.snapshot(shop.id, page=page, width=width) for width in (1366, 390))
    for one in (wide, narrow):
        viewer.snapshots.save(one, shops.page_layout(), shops.strips(one.width))
    shown = owner.get(path).text
    assert "Retake all pictures" in words(shown)

    def retake(*pictures: int) -> list[int]:
        """The widths that the jobs take."""
        data = {"csrf": csrf(shown), "picture": [str(one) for one in pictures]}
        sent = owner.post(f"/sites/{shop.id}/picture-history/retake", data=data)
        assert sent.status_code == 303
        jobs = re.findall(r"[0-9a-f]{12}", sent.headers["location"])
        for job in jobs:
            viewer.jobs.wait(job, 30)
        return [width for job in jobs for width in api.get(f"/api/v1/jobs/{job}").json()["widths"]]

    assert retake(narrow.id) == [390]
    assert retake(wide.id, narrow.id) == [1366, 390]
    refused = owner.post(f"/sites/{shop.id}/picture-history/retake", data={"csrf": csrf(shown), "picture": "7"})
    assert refused.status_code == 404


def test_the_map_retakes_its_picture_at_its_own_width(viewer: Viewer, shop: Site, owner: Client) -> None:
    shown = owner.get(f"/sites/{shop.id}/heatmap?page=shop.example/lamps&width={shops.WIDTH}").text
    form = next(form for form in re.findall(r"<form.*?</form>", shown, re.S) if "Retake picture" in form)
    assert re.findall(r'name="width" value="(\d+)"', form) == [str(shops.WIDTH)]


@pytest.mark.parametrize("width", ["7", "wide", "-390"])
def test_a_width_that_cannot_be_photographed_is_rejected(shop: Site, owner: Client, width: str) -> None:
    token = csrf(owner.get(f"/sites/{shop.id}/pages").text)
    data = {"csrf": token, "url": "https://shop.example/lamps", "width": width}
    assert owner.post(f"/sites/{shop.id}/pictures", data=data).status_code == 400


def test_the_map_and_the_list_of_pages_link_to_the_history(shop: Site, owner: Client) -> None:
    link = f'href="/sites/{shop.id}/picture-history?page=shop.example/lamps"'
    drawn = owner.get(f"/sites/{shop.id}/heatmap?page=shop.example/lamps&width={shops.WIDTH}&{DAYS}").text
    assert re.search(r"Picture of [^<]+, <a " + re.escape(link), drawn)
    listed = owner.get(f"/sites/{shop.id}/pages?{DAYS}").text
    assert re.search(re.escape(link) + r">Picture of [^<]+</a>", listed)


def test_a_picture_whose_state_is_gone_cannot_be_retaken(
    viewer: Viewer, shop: Site, owner: Client, api: Client
) -> None:
    picture = shops.snapshot(shop.id, page="shop.example/no-state", state="gone")
    viewer.snapshots.save(picture, shops.page_layout(), shops.strips())
    refused = api.post(f"/api/v1/sites/{shop.id}/snapshots/{picture.id}/retake", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "no_state")
    assert "Retake picture" not in words(owner.get(f"/sites/{shop.id}/picture-history?page={picture.page}").text)
