"""A journey of nobody, and one of exactly one visitor: each page and each answer of the API is right and readable."""

from __future__ import annotations

import re

import pytest

from store.journeys import Journey, KpiTarget, Opportunity, Persona, Stage, Touchpoint
from store.records import Site
from store.segments import Action, Goal, Group, Rule, Segment
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer

PAGES = (
    "", "?persona=phone&segment={id}-tablet", "?with=before", "?edit=1", "?paper=a4", "/funnel",
    "/funnel?split=device", "/paths",
    "/paths?from=touchpoint:begin", "/walk", "/opportunities", "/touchpoints/begin", "/touchpoints/end", "/revisions",
)  # fmt: skip
ANSWERS = (
    "map", "map?with=before", "figures", "unmapped", "funnel", "funnel?split=device", "funnel.csv", "paths",
    "paths.csv",
    "walk", "opportunities", "opportunities.csv", "personas", "personas/phone", "touchpoints/begin", "touchpoints/end",
    "touchpoints/end/card.csv", "map.csv",
)  # fmt: skip


@pytest.fixture(scope="module", params=["nobody", "one"])
def tiny(request: pytest.FixtureRequest, viewer: Viewer, shop: Site) -> tuple[str, int]:
    """(id of the journey, how many visitors came)."""
    id, came = f"tiny-{request.param}", int(request.param == "one")
    pages = [f"/{id}/{key}" for key in ("begin", "end")]
    put = viewer.definitions.put
    put(Goal(id=f"{id}-goal", site=shop.id, name="End", action=Action(what="saw", page=pages[1])))
    tablets = Group(rules=(Rule(what="device", values=("tablet",)),))
    put(Segment(id=f"{id}-tablet", site=shop.id, name=f"Tablet {came}", tree=tablets))
    target = KpiTarget("forward", 0.7)
    begin = Touchpoint("begin", {"en": "Begin"}, (pages[0],), expected_next=("end",), targets=(target,))
    stages = (
        Stage("first", {"en": "First"}, (begin,)),
        Stage("last", {"en": "Last"}, (Touchpoint("end", {"en": "End"}, (pages[1],)),), completes=f"{id}-goal"),
    )
    put(Journey(
        id=id, site=shop.id, name=id.title(), stages=stages,
        personas=(Persona(key="phone", name="Phone", segment=f"{id}-tablet"),),
        opportunities=(Opportunity(key="o", title="Do it", stage="first", touchpoint="begin"),),
    ))  # fmt: skip
    put(Journey(id=f"{id}-next", site=shop.id, name="Next", stages=stages, kind="future", based_on=id))
    if came:
        views = [
            {"site": int(shop.id), "visitor": 5_500_001, "view": 5_500_001 + n, "page": f"tiny.example{page}",
             "time": NOON + n * 60_000, "device": "tablet", "consent": 1}
            for n, page in enumerate(pages)
        ]  # fmt: skip
        insert(viewer.store, "views", views)
        insert(viewer.store, "touches", [{k: v for k, v in one.items() if k != "consent"} for one in views])
    return id, came


def asked(at: str) -> str:
    """The address in these days, of tablets: none of the shop's other visitors has one."""
    return f"{at}{'&' if '?' in at else '?'}{DAYS}&device=tablet"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_readable(owner: Client, shop: Site, tiny: tuple[str, int], page: str) -> None:
    answer = owner.get(asked(f"/sites/{shop.id}/journeys/{tiny[0]}{page.format(id=tiny[0])}"))
    assert answer.status_code == 200, answer.text[:400]
    assert_readable(words(answer.text))


def test_the_gap_and_the_list_are_readable(owner: Client, shop: Site, tiny: tuple[str, int]) -> None:
    for at in (f"/journeys/{tiny[0]}-next/gap", "/journeys"):
        answer = owner.get(asked(f"/sites/{shop.id}{at}"))
        assert answer.status_code == 200, at
        assert_readable(words(answer.text))


def assert_readable(text: str) -> None:
    assert not re.search(r"\b(nan|inf|Infinity)\b|NaN|∞", text), text
    assert not re.search(r"\b1 (visitors|visits|ways|views)\b", text), text
    for share in re.findall(r"(-?\d+(?:\.\d+)?)%", text):
        assert 0 <= float(share) <= 100, share


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_of_the_api_is_readable(owner: Client, shop: Site, tiny: tuple[str, int], name: str) -> None:
    answer = owner.get(asked(f"/api/v1/sites/{shop.id}/journeys/{tiny[0]}/{name}"))
    assert answer.status_code == 200, answer.text[:400]
    assert not re.search(r"\b(NaN|nan|Infinity|inf|None)\b", answer.text)


def test_the_figures_are_those_of_so_many_visitors(owner: Client, shop: Site, tiny: tuple[str, int]) -> None:
    id, came = tiny

    def read(name: str) -> dict[str, object]:
        found: dict[str, object] = owner.get(asked(f"/api/v1/sites/{shop.id}/journeys/{id}/{name}")).json()
        return found

    stages = read("map")["stages"]
    assert [one["visitors"] for one in stages] == [came, came]  # type: ignore[attr-defined]
    figures = read("figures")
    for one in figures["touchpoints"].values():  # type: ignore[attr-defined]
        assert one["few"]
        for name in ("entries", "exits"):
            share = one[name]
            if share is not None:
                assert 0 <= share["low"] <= share["share"] <= share["high"] <= 1
    assert [one["visitors"] for one in read("funnel")["steps"]] == [came, came]  # type: ignore[attr-defined]
    assert read("paths")["visits"] == came
    walk = read("walk")
    assert (walk["visitors"], walk["different"], walk["ways"], walk["stops"]) == (came, came, [], [])
    assert read("personas/phone")["visitors"]["persona"] == came  # type: ignore[index]
