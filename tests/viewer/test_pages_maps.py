"""Maps: what they show of visits that were counted by hand."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from store.flags import DRAGGED
from store.layouts import path_key
from store.records import Site
from tests.aggregator.build import NOON, insert, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, post, words
from viewer.app import Viewer


def test_the_gallery_counts_visitors(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/pages?{DAYS}").text
    assert "1 page" in words(page)
    assert f"Visitors {shops.VISITORS}" in words(page)
    assert "thumb.webp?page=shop.example/lamps" in page


def test_the_heatmap_shows_what_was_counted(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}").text
    seen = words(page)
    assert "Visitors 60" in seen
    assert "Buy 66.7% 54.1–77.3 60" in seen  # 40 of 60 and its Wilson interval
    assert "Received 47" in seen
    assert "Bots −1" in seen
    assert "Excluded visitors −1" in seen
    assert "Not placed −5" in seen
    assert "Drawn 40" in seen
    assert "footer&gt;a:9" in page  # listed among the not placed
    assert page.count('class="el"') == 1
    assert "left:40%;top:30%;width:20%;height:4%" in page


def test_every_strip_has_its_heat(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&layer=clicks&{DAYS}").text
    pictures = [unescape(src) for src in re.findall(r'<img src="([^"]+)"', page)]
    assert len(pictures) == 6  # two strips, each with a light and a dark layer
    for src in pictures:
        answer = owner.get(src)
        assert answer.status_code == 200, src
        assert answer.headers["content-type"].startswith("image/")


def test_the_exports_of_a_map_have_the_same_figures(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}").text
    links = [unescape(href) for href in re.findall(r'href="(/api/[^"]+)"', page)]
    assert [href.rpartition("=")[2] for href in links] == ["png", "csv", "json", "npy"]
    answer = owner.get(links[2], headers={"Accept": "application/json"}).json()
    assert answer["account"]["drawn"] == 40


@pytest.mark.parametrize("kind", ["click", "scroll"])
def test_robots_are_listed_by_reason_and_can_be_included(owner: Client, shop: Site, viewer: Viewer, kind: str) -> None:
    insert(viewer.store, "views", [{"site": int(shop.id), "view": 900, "visitor": 900, "bot": "headless"}])
    at = f"/sites/{shop.id}/heatmap?page=/lamps&kind={kind}&{DAYS}"
    page = owner.get(at).text
    reason = {"click": "crawler 1", "scroll": "headless browser 1"}[kind]
    assert reason in words(page)
    assert "Bots are included" not in page
    [link] = re.findall(r'<a href="([^"]+)">Show bots on the map<', page)
    page = owner.get(unescape(link)).text
    assert f"Bots are included: {reason}." in words(page)
    heat = [unescape(src) for src in re.findall(r'<img src="([^"]+heat[^"]+)"', page)]
    assert all("bots=1" in src for src in heat)
    back = re.findall(r'<a href="([^"]+)">Leave out bots<', page)
    assert {"bots" in href for href in back} == {False}


def test_reach_has_its_lines_and_its_curve(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}").text
    seen = words(page)
    assert "25% of views got this far, 2,000 px" in seen  # 15 of 60 came to the foot
    assert "1,000 px" in seen
    assert "linear-gradient(" in page
    assert "<polyline" in page


def test_french_numbers_on_the_map(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert "25\u202f% des vues sont allées jusqu’ici, 2\u202f000 px" in unescape(page)


def test_a_page_without_picture_says_what_to_do(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=shop.example/elsewhere&{DAYS}").text
    assert "No picture of /elsewhere yet" in words(page)
    assert 'name="url" value="https://shop.example/elsewhere"' in page


def test_an_empty_map_says_why(owner: Client, shop: Site) -> None:
    seen = words(owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&since=2026-02-01&until=2026-02-02").text)
    assert "Nothing is left to draw" in seen
    assert "there is data from 2 March to 2 March" in seen
    narrowed = words(owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&device=tablet&{DAYS}").text)
    assert "Nothing matches the selection" in narrowed
    assert "Show everyone" in narrowed


def test_a_bad_address_is_reported_on_a_page(owner: Client, shop: Site) -> None:
    answer = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=rage")
    assert answer.status_code == 400
    assert "This address is not valid" in words(answer.text)


def test_a_picture_is_taken_and_followed(owner: Client, viewer: Viewer, shop: Site) -> None:
    goal = f"/sites/{shop.id}/pages"
    answer = post(owner, f"/sites/{shop.id}/pictures", url="https://shop.example/new", variant="", next=goal)
    where = answer.headers["location"]  # type: ignore[attr-defined]
    job = where.partition("?")[0].rpartition("/")[2]
    assert viewer.jobs.wait(job, 20)
    assert "The picture has been taken" in words(owner.get(where).text)
    assert f'href="{goal}"' in owner.get(where).text


def test_a_picture_that_fails_says_why(owner: Client, viewer: Viewer, shop: Site) -> None:
    answer = post(
        owner, f"/sites/{shop.id}/pictures", url="https://shop.example/away", variant="", next="//evil.example"
    )
    where = answer.headers["location"]  # type: ignore[attr-defined]
    assert viewer.jobs.wait(where.partition("?")[0].rpartition("/")[2], 20)
    page = owner.get(where).text
    assert "Nothing answers at shop.example." in words(page)
    assert "evil" not in page
    french = words(owner.get(f"{where}&lang=fr").text)
    owner.get("/sites?lang=en")
    assert "La page ne répond pas." in french
    assert "Nothing answers at shop.example." in french


def test_a_map_with_only_robots_links_to_their_map(owner: Client, viewer: Viewer, shop: Site) -> None:
    page = "shop.example/only-robots"
    robot = {"site": int(shop.id), "page": page, "view": 950, "visitor": 950, "bot": "no_pointer"}
    insert(viewer.store, "points", [robot])
    viewer.snapshots.save(shops.snapshot(shop.id, page=page), shops.page_layout(), shops.strips())
    at = f"/sites/{shop.id}/heatmap?page={page}&{DAYS}"
    seen = words(owner.get(at).text)
    assert "All 1 came from bots." in seen
    assert "pointer never paused 1" in seen
    assert "Show bots on the map" in seen
    assert "Bots are included: pointer never paused 1." in words(owner.get(at + "&bots=1").text)
    before = f"/sites/{shop.id}/heatmap?page={page}&since=2026-01-01&until=2026-01-01&bots=1"
    assert "Bots are included, but there are none." in words(owner.get(before).text)


def test_drags_are_counted_among_the_clicks(owner: Client, viewer: Viewer, shop: Site) -> None:
    page, store = "shop.example/map", viewer.store
    viewer.snapshots.save(shops.snapshot(shop.id, page=page), shops.page_layout(), shops.strips())
    who = {"site": int(shop.id), "page": page, "view": 960, "visitor": 960}
    insert(store, "views", [who])
    clicked = who | {"key": path_key(shops.BUY[0]), "record": record_id(*shops.BUY), "effect": 0}
    moments = [NOON + n * 150 for n in range(5)]
    insert(store, "points", [clicked | {"time": time, "flags": DRAGGED if n else 0} for n, time in enumerate(moments)])
    at = f"/sites/{shop.id}/heatmap?page={page}&{DAYS}"
    [detail] = re.findall(r'data-detail="([^"]+)"', owner.get(at).text)
    figures = [(label, value) for label, value, *_ in json.loads(unescape(detail))]
    assert figures[2:] == [
        ("Clicks", "5"),
        ("Of these, drags", "4"),
        ("Nothing happened (dead)", "few"),
        ("Pressed again and again (rage)", "few"),
    ]
    [json_link] = [unescape(href) for href in re.findall(r'href="(/api/[^"]+json)"', owner.get(at).text)]
    [row] = owner.get(json_link, headers={"Accept": "application/json"}).json()["elements"]
    assert (row["clicks"], row["dragged"], row["dead"], row["rage"]) == (5, 4, 1, 0)


def test_taking_a_picture_from_a_map_stays_on_the_map(owner: Client, viewer: Viewer, shop: Site) -> None:
    goal = f"/sites/{shop.id}/heatmap?page=/away"
    answer = post(owner, f"/sites/{shop.id}/pictures", url="https://shop.example/away", variant="", next=goal)
    assert answer.headers["location"] == goal  # type: ignore[attr-defined]
    job = viewer.jobs.of(shop.id)[0]
    assert viewer.jobs.wait(job.id, 20)
    assert "Nothing answers at shop.example." in words(owner.get(goal).text)


def test_progress_is_json_and_an_ended_job_is_not_cancelled(owner: Client, viewer: Viewer, shop: Site) -> None:
    answer = post(owner, f"/sites/{shop.id}/pictures", url="https://shop.example/new", variant="", next="/sites")
    where = answer.headers["location"].partition("?")[0]  # type: ignore[attr-defined]
    assert viewer.jobs.wait(where.rpartition("/")[2], 20)
    seen = owner.get(f"{where}/progress").json()
    assert seen == {"words": "The picture has been taken.", "percent": 100, "ended": True, "failed": False}
    assert post(owner, f"{where}/cancel", next="/sites").headers["location"] == "/sites"  # type: ignore[attr-defined]
    assert viewer.jobs.get(where.rpartition("/")[2]).state == "done"  # type: ignore[union-attr]
