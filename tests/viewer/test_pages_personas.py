"""The personas of a journey's page: their visitors, who is counted, and how one differs from the others."""

from __future__ import annotations

import re

import pytest

from store.journeys import Journey, Persona, Stage, Touchpoint
from store.records import Site
from store.segments import Action, Goal, Group, Rule, Segment
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer

PHONE = "persona=phone&segment=on-a-phone"


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    """50 visitors at a desktop and 40 on a phone see the lamps; 30 of those on a phone come to the basket."""
    rows = [
        {"site": int(shop.id), "visitor": 5_000 + n, "view": 5_000 + n, "time": NOON, "device": "phone"}
        for n in range(30)
    ]
    later = [
        one | {"view": one["view"] + 1_000, "time": NOON + 60_000, "page": "shop.example/basket"}  # type: ignore[operator]
        for one in rows
    ]
    for table in ("views", "touches"):
        insert(viewer.store, table, [*rows, *later])
    tree = Group(rules=(Rule(what="device", values=("phone",)),))
    viewer.definitions.put(Segment(id="on-a-phone", site=shop.id, name="On a phone", tree=tree))
    viewer.definitions.put(Goal(id="basket", site=shop.id, name="Basket", action=Action(what="saw", page="/basket")))
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),
        Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),), completes="basket"),
    )
    personas = (
        Persona(key="phone", name="The commuter", segment="on-a-phone", quote="Between two trains."),
        Persona(key="none", name="Anybody"),
    )
    viewer.definitions.put(Journey(id="people", site=shop.id, name="People", stages=stages, personas=personas))
    return f"/sites/{shop.id}/journeys/people?{DAYS}"


def test_the_switch_counts_everyone_and_each_persona_with_a_segment(owner: Client, at: str) -> None:
    seen = words(owner.get(at).text)
    assert "Everyone 90 The commuter 40 Anybody" in seen
    assert "The others" not in seen
    assert "Everyone 90 The commuter 40 Anybody" in words(owner.get(f"{at}&{PHONE}").text)


def test_a_persona_stands_beside_the_others_and_each_stage_beside_everyone(owner: Client, at: str) -> None:
    seen = words(owner.get(f"{at}&{PHONE}").text)
    assert "Between two trains." in seen
    assert "Visitors of this map 90 Not: used a phone −50 55.6% The commuter 40 44.4%" in seen
    assert re.search(r"Reach “Basket”, of all 75\.0% 0\.0% \+75\.0 ", seen)
    assert "Look Visitors 40 of 90" in seen
    assert "everyone: 33.3% go on" in seen


def test_the_persona_stays_on_in_the_other_views_and_comes_back(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&segment=on-a-phone").text  # as the other views link to the map
    assert "The commuter persona 1 of 2" in words(page)


def test_a_persona_without_a_segment_counts_everyone_and_says_so(owner: Client, at: str) -> None:
    seen = words(owner.get(f"{at}&persona=none").text)
    assert "No segment yet, so everyone is counted." in seen
    assert "The others" not in seen


def test_the_api_has_the_figures_of_the_page(owner: Client, shop: Site, at: str) -> None:
    root = f"/api/v1/sites/{shop.id}/journeys/people/personas"
    listed = owner.get(f"{root}?{DAYS}").json()
    assert listed["visitors"] == 90
    assert [(one["key"], one["segment"], one["visitors"]) for one in listed["personas"]] == [
        ("phone", "on-a-phone", 40),
        ("none", "", None),
    ]
    found = owner.get(f"{root}/phone?{DAYS}").json()
    assert found["visitors"] == {"persona": 40, "others": 50, "everyone": 90}
    assert (found["account"]["total"]["visitors"], found["account"]["fits"]["visitors"]) == (90, 40)
    seen = words(owner.get(f"{at}&{PHONE}").text)
    assert {one["what"] for one in found["differences"]} == {"goal", "forward"}
    for one in found["differences"]:
        shares = f"{one['share_b']:.1%} {one['share_a']:.1%}"
        signed = "".join("−" if one["diff"] < 0 else "+" if one["diff"] > 0 else "")
        assert f"{shares} {signed}{abs(100 * one['diff']):.1f}" in seen, one
    goal = next(one for one in found["differences"] if one["what"] == "goal")
    assert (goal["b"], goal["nb"], goal["a"], goal["na"]) == (30, 40, 0, 50)


def test_a_persona_without_a_segment_is_compared_with_nobody(owner: Client, shop: Site, at: str) -> None:
    found = owner.get(f"/api/v1/sites/{shop.id}/journeys/people/personas/none?{DAYS}").json()
    assert found["visitors"] == {"persona": None, "others": None, "everyone": 90}
    assert (found["differences"], found["account"]) == ([], None)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("personas/nobody", 404, "no_persona"),
        ("personas/phone?days=0", 400, "bad_parameter"),
        ("personas/phone?segment=on-a-phone", 400, "unknown_parameter"),
        ("personas?device=watch", 400, "bad_parameter"),
    ],
)
def test_personas_that_cannot_be_compared(
    owner: Client, shop: Site, at: str, query: str, status: int, code: str
) -> None:
    answer = owner.get(f"/api/v1/sites/{shop.id}/journeys/people/{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
