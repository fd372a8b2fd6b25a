"""Journeys: their form, their map and the tester of rules."""

from __future__ import annotations

import re
from html import unescape

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from store.segments import Action, Goal
from tests.aggregator.build import PAGE
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, csrf, post, words
from viewer import journey_maps
from viewer.app import Viewer


def test_a_journey_begins_with_nine_stages(owner: Client, viewer: Viewer, shop: Site) -> None:
    answer = post(owner, f"/sites/{shop.id}/journeys", name="First lamp")
    where = answer.headers["location"]  # type: ignore[attr-defined]
    assert where.endswith("/journeys/first-lamp?edit=1")
    assert len(viewer.definitions.get(Journey, "first-lamp").stages) == 9
    assert "No touchpoint on this map yet" in words(owner.get(where.partition("?")[0]).text)
    again = post(owner, f"/sites/{shop.id}/journeys", name="First lamp")
    assert again.headers["location"].endswith("/journeys/first-lamp-2?edit=1")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def journey(viewer: Viewer, shop: Site) -> Journey:
    stages = (
        Stage(
            "look",
            {"en": "Look", "fr": "Regarder"},
            (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),),
            {"en": "Find"},
        ),
        Stage("buy", {"en": "Buy"}, pains=("no prices",)),
    )
    return viewer.definitions.put(Journey(id="lamp", site=shop.id, name="A lamp", stages=stages, window_days=1))


def test_the_map_measures_its_touchpoints(owner: Client, shop: Site, journey: Journey) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/lamp?{DAYS}").text
    seen = words(page)
    assert "60 visitors in this period" in seen
    assert "Look Visitors 60" in seen
    assert "0.0% go on" in seen
    assert "Reached by 100.0%" in seen
    assert "no prices" in seen
    assert f"heatmap?page={PAGE}" in page
    french = owner.get(f"/sites/{shop.id}/journeys/lamp?{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert "Regarder" in french


def test_a_journey_is_narrowed_by_device_filter_and_step(owner: Client, shop: Site, journey: Journey) -> None:
    address = f"/sites/{shop.id}/journeys/{journey.id}?{DAYS}"
    page = owner.get(address).text
    assert re.search(r'aria-label="Devices counted".*?Desktop\s*<small>\d', page, re.S)
    found = re.search(r'href="([^"]*)">Only these visitors', page)
    assert found
    narrowed = words(owner.get(unescape(found[1])).text)
    assert "Segment Visitors who saw" in narrowed
    assert "60 visitors in this period" in narrowed
    nobody = owner.get(f"{address}&channel=paid")
    assert "0 visitors in this period" in words(nobody.text)


def test_a_stage_that_holds_the_goal_shows_the_goal(owner: Client, viewer: Viewer, shop: Site) -> None:
    """A purchase is not read as a loss: nothing goes on from there, and the stage says who reached the goal."""
    viewer.definitions.put(Goal(id="seen", site=shop.id, name="Lamps seen", action=Action(what="saw", page="/lamps")))
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),), completes="seen"),
        Stage("after", {"en": "After"}, (Touchpoint("help", {"en": "Help"}, ("/help",)),)),
    )
    viewer.definitions.put(Journey(id="with-goal", site=shop.id, name="With goal", stages=stages, window_days=1))
    seen = words(owner.get(f"/sites/{shop.id}/journeys/with-goal?{DAYS}").text)
    assert "100.0% reach the goal" in seen
    assert "the goal: Lamps seen" in seen
    assert "go on" not in seen.partition("Look Visitors")[2].partition("After")[0]
    found = owner.get(f"/api/v1/sites/{shop.id}/journeys/with-goal/figures?{DAYS}").json()
    assert found["holds"] == {"lamps": "seen"}
    assert found["stages"]["look"]["goals"]["seen"]["share"]["of"] == 60
    assert found["touchpoints"]["lamps"]["ends_well"]


def test_a_first_answer_about_many_views_says_so_until_it_is_exact(
    owner: Client, shop: Site, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_maps, "MANY_TOUCHES", 0)
    address = f"/sites/{shop.id}/journeys/{journey.id}?since=2026-02-27&until=2026-03-31"
    page = owner.get(address).text
    assert "A first answer from one visitor in ten, 60 of them" in words(page)
    assert "data-first" in page
    assert "A first answer" not in words(owner.get(f"{address}&exact=1").text)
    assert "A first answer" not in words(owner.get(address).text)
    assert owner.get(f"/api/v1{address.replace('?', '/map?')}").json()["one_in"] == 1


def test_the_form_works_without_script(owner: Client, viewer: Viewer, shop: Site, journey: Journey) -> None:
    where = f"/sites/{shop.id}/journeys/lamp"
    form = [
        ("csrf", csrf(owner.get(f"{where}?edit=form").text)),
        ("version", "1"),
        ("name", "A lamp"),
        ("window_days", "2"),
    ]
    form += [
        ("stage", "look"),
        ("stage_name", "See"),
        ("touchpoint", "lamps"),
        ("tp_name", "All lamps"),
        ("tp_pages", "/l*"),
    ]
    form += [("stage", "buy"), ("stage_name", "Buy"), ("stage_pains", "no prices")]
    body = "&".join(f"{k}={v}" for k, v in [*form, ("do", "right:look")])
    head = {"content-type": "application/x-www-form-urlencoded"}
    moved = owner.post(where, content=body.replace("*", "%2A").encode(), headers=head).text
    assert moved.index('value="buy"') < moved.index('value="look"')
    assert "Matches 1 page: /lamps" in words(moved)
    assert viewer.definitions.get(Journey, "lamp").version == 1  # only shown, not saved
    body = "&".join(f"{k}={v}" for k, v in [*form, ("do", "save")])
    assert owner.post(where, content=body.encode(), headers=head).status_code == 303
    stored = viewer.definitions.get(Journey, "lamp")
    assert (stored.version, stored.stages[0].name["en"], stored.window_days) == (2, "See", 2)
    assert stored.stages[0].goal == {}
    late = owner.post(where, content=body.encode(), headers=head)
    assert late.status_code == 409
    assert "what you typed is still here" in words(late.text)
    assert "odile" in words(late.text)  # who was faster


def test_the_tester_names_the_pages(owner: Client, shop: Site) -> None:
    head = {"Accept": "application/json"}
    answer = owner.get(f"/sites/{shop.id}/matching", params={"patterns": "/lamps"}, headers=head).json()
    assert answer == {"words": "Matches 1 page: /lamps"}
    nothing = owner.get(f"/sites/{shop.id}/matching", params={"patterns": "/no"}, headers=head).json()
    assert nothing == {"words": "Matches no page visited so far."}


def test_an_edited_matcher_applies_to_the_past_and_frees_its_traffic(
    owner: Client, api: Client, shop: Site, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_maps, "MANY_TOUCHES", 0)  # figures of many views are kept for two minutes
    stages = (Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),)
    journey = viewer.definitions.put(Journey(id="edited", site=shop.id, name="Edited", stages=stages))
    address = f"/api/v1/sites/{shop.id}/journeys/{journey.id}"

    def visitors() -> tuple[int, list[str]]:
        found = api.get(f"{address}/figures?{DAYS}").json()["touchpoints"]["lamps"]["visitors"]
        return found, [one["page"] for one in api.get(f"{address}/unmapped?{DAYS}").json()["pages"]]

    before, unmapped = visitors()
    assert before == 60
    assert PAGE not in unmapped
    plain = api.get(address).json()
    plain["stages"][0]["touchpoints"][0]["pages"] = ["/nowhere"]
    fields = {name: plain[name] for name in ("name", "stages", "version")}
    assert api.put(address, json=fields).status_code == 200
    after, unmapped = visitors()
    assert after == 0
    assert PAGE in unmapped
    page = owner.get(f"/sites/{shop.id}/journeys/edited?{DAYS}").text
    assert "edit=1#make=page%3A%2F" in page
