"""The lanes of a journey map: targets, the emotion curve, what was seen, folded columns and the goal."""

from __future__ import annotations

from html import unescape

import pytest
from msgspec import structs

from aggregator.measures.targets import MetricShare, target_state
from rules.journey_lanes import laid_out
from rules.journey_steps import expected_steps
from store.journeys import (
    FrozenFigure,
    Journey,
    KpiTarget,
    Lane,
    LaneCell,
    Matcher,
    Opportunity,
    Persona,
    Stage,
    Touchpoint,
)
from store.records import Site
from store.segments import Action, Goal, Group, Rule, Segment
from tests.aggregator.build import PAGE
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.app import Viewer
from viewer.pages.frame.languages import language
from viewer.pages.journey.lanes.emotion import points_of
from viewer.pages.journey.seen import claimed_by, key_of

MAIL = Group(rules=(Rule(what="channel", scope="visit", values=("mail",)),))
HOSTILE = "<script>alert('é')</script>"


@pytest.mark.parametrize(
    ("wanted", "low", "value", "high", "state"),
    [
        ("least", 0.55, 0.6, 0.65, "met"),
        ("least", 0.35, 0.4, 0.45, "missed"),
        ("least", 0.45, 0.52, 0.58, "inside"),
        ("most", 0.35, 0.4, 0.45, "met"),
        ("most", 0.55, 0.6, 0.65, "missed"),
        ("most", 0.5, 0.55, 0.6, "inside"),
    ],
)
def test_a_target_is_met_or_missed_only_by_the_whole_interval(
    wanted: str, low: float, value: float, high: float, state: str
) -> None:
    target = KpiTarget("forward", 0.5, wanted)  # type: ignore[arg-type]
    assert target_state(target, MetricShare(value, low, high, 100)) == state


def test_a_target_without_a_figure_is_neither() -> None:
    assert target_state(KpiTarget("forward", 0.5), None) == "unknown"


def test_the_curve_breaks_where_no_mood_is_typed() -> None:
    points = points_of(language("en"), [2.0, -2.0, None, 0.5])
    assert [point.value for point in points] == ["+2.0", "−2.0", "", "+0.5"]
    assert [point.top for point in points] == ["10%", "90%", "", "40%"]
    assert points[0].path == "M50 10.0C75 10.0 87.5 30.0 100 50.0"
    assert points[1].path == "M0 50.0C12.5 70.0 25 90.0 50 90.0"
    assert points[3].path == ""


def test_what_was_seen_belongs_to_the_first_touchpoint_that_claims_it() -> None:
    lists = Touchpoint("lists", {"en": "Lists"}, ("/*-lamps",))
    rest = Touchpoint("rest", {"en": "Rest"}, ("/**",), (Matcher(on="event", name="chat"),))
    journey = Journey(id="j", site="1", name="J", stages=(Stage("a", {"en": "A"}, (lists, rest)),))
    assert claimed_by(journey, {"on": "page", "page": "shop.example/table-lamps"}) == "lists"
    assert claimed_by(journey, {"on": "page", "page": "shop.example/help"}) == "rest"
    assert claimed_by(journey, {"on": "event", "name": "chat"}) == "rest"
    assert claimed_by(journey, {"on": "channel", "channel": "mail"}) == ""
    assert key_of({"on": "element", "element": "00ff", "page": "/"}) == "element:00ff"


@pytest.fixture(scope="module")
def rich(viewer: Viewer, shop: Site) -> Journey:
    """A map with something in every lane, hostile texts among it."""
    put = viewer.definitions.put
    put(Goal(id="order", site=shop.id, name="Order", action=Action(what="saw", page="/lamps")))
    put(Segment(id="mail", site=shop.id, name="Came by mail", tree=MAIL))
    targets = (KpiTarget("reach", 0.5), KpiTarget("frustrated", 0.01, "most"), KpiTarget("engaged", 5_000))
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",), targets=targets),)),
        Stage("buy", {"en": "Buy"}, (Touchpoint("pay", {"en": HOSTILE}, ("/pay",)),), completes="order"),
        Stage("keep", {"en": "Keep"}, (Touchpoint("shop", {"en": "Shop"}, ()),)),
        Stage("tell", {"en": "Tell"}),
    )
    cells = (
        LaneCell(lane="goal", stage="look", text={"en": HOSTILE}, evidence="research", basis="interviews, 4 of 9"),
        LaneCell(lane="pains", stage="buy", text={"en": "Mine"}, other={"en": "Theirs"}, other_by="ann"),
        LaneCell(lane="emotion", stage="look", mood=1.5),
    )
    people = [Persona(key=f"p{n}", name=f"Person {n}", segment="mail", quote=HOSTILE) for n in range(3)]
    before = FrozenFigure("frustrated", 200, 30, "2026-01-01", "2026-01-28")
    ideas = (
        Opportunity(key="o", title=HOSTILE, stage="look", state="testing"),
        Opportunity(key="s", title="Done", stage="look", touchpoint="lamps", state="shipped", shipped_on="2026-02-15",
                    before=before),
    )  # fmt: skip
    return put(
        Journey(id="rich", site=shop.id, name="Rich", stages=stages, cells=cells, personas=tuple(people),
                opportunities=ideas)
    )  # fmt: skip


def test_every_lane_is_shown(owner: Client, shop: Site, rich: Journey) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/rich?{DAYS}").text
    seen = words(page)
    assert HOSTILE not in page
    assert unescape(HOSTILE) in seen or "alert(" in seen
    assert "interviews, 4 of 9" in seen
    assert "also written by ann: Theirs" in seen
    assert "✓ 100.0% target at least 50%" in seen
    assert "typed: +1.5" in seen
    assert "the goal: Order" in seen
    assert "go on" not in seen.partition("Buy Visitors")[2].partition("Keep Visitors")[0]  # nothing goes on after it
    assert "after the goal" in seen
    assert "A third persona makes a map hard to read." in seen
    assert "testing" in seen
    assert "Frustrated before: 15.0% (10.7–20.6 of 200)" in seen
    assert "Frustrated after: 0.0% (0.0–6.0 of 60)" in seen
    assert "folded, nothing on it yet" in seen
    assert f"heatmap?page={PAGE}&amp;" in page


def test_a_folded_column_opens_by_a_link(owner: Client, shop: Site, rich: Journey) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/rich?{DAYS}&open=tell")
    assert "folded, nothing on it yet" not in words(page.text)
    assert "Tell Visitors 0" in words(page.text)


def test_a_persona_switches_the_numbers(owner: Client, shop: Site, rich: Journey) -> None:
    page = words(owner.get(f"/sites/{shop.id}/journeys/rich?{DAYS}&persona=p1&segment=mail").text)
    assert "Person 1 persona 2 of 3" in page
    assert "Came by mail" in page


def test_a_map_leads_back_to_its_journey(owner: Client, shop: Site, rich: Journey) -> None:
    for path in (f"heatmap?page={PAGE}&{DAYS}", f"compare?page={PAGE}&{DAYS}"):
        page = owner.get(f"/sites/{shop.id}/{path}&journey=rich").text
        assert "Back to the journey" in words(page)
        assert f"/sites/{shop.id}/journeys/rich?since=2026-03-01" in page
        assert "Back to the journey" not in words(owner.get(f"/sites/{shop.id}/{path}").text)


def test_what_was_seen_is_listed_with_its_visitors(owner: Client, shop: Site, rich: Journey) -> None:
    def rows(what: str) -> list[tuple[str, int, str]]:
        found = owner.get(f"/sites/{shop.id}/journeys/rich/seen?{DAYS}&what={what}").json()["rows"]
        return [(row["name"], row["visitors"], row["touchpoint"]) for row in found]

    assert rows("pages")[0] == ("Lamps", 60, "lamps")
    assert rows("channels")[0] == ("Direct", 60, "")
    assert rows("events") == []
    assert owner.get(f"/sites/{shop.id}/journeys/rich/seen?since=x").status_code == 400


def test_patterns_are_tested_against_what_was_seen(owner: Client, shop: Site, rich: Journey) -> None:
    def fit(pages: str, touchpoint: str = "") -> dict[str, object]:
        given = {"pages": pages, "touchpoint": touchpoint, "since": "2026-03-01", "until": "2026-03-03"}
        return owner.get(f"/sites/{shop.id}/journeys/rich/fit", params=given).json()

    assert fit("/lamps", "lamps") == {"fits": True, "words": "Fits 1 page, 60 visitors."}
    assert fit("/l*")["words"] == "Fits 1 page, 60 visitors. 1 of them fits “Lamps” too, which is further up and wins."
    assert fit("/lamp") == {"fits": False, "words": "Fits no page seen in these days. Close to it: /lamps"}
    assert fit("") == {"fits": False, "words": "No pattern, so nothing is measured here."}


def test_the_editor_carries_the_journey_as_data(owner: Client, shop: Site, rich: Journey) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/rich?edit=1").text
    assert HOSTILE not in page
    assert "data-editor hidden" in page
    assert all(lane.key in page for lane in laid_out(rich).lanes)


def test_two_people_save_at_the_same_time(api: Client, shop: Site, viewer: Viewer) -> None:
    root = f"/api/v1/sites/{shop.id}/journeys"
    stages = [{"key": "look", "name": {"en": "Look"}}]
    first = api.post(root, json={"name": "Shared", "stages": stages}).json()
    begun = {name: value for name, value in first.items() if name not in ("id", "site")}
    cell = {"lane": "goal", "stage": "look"}

    def save(**change: object) -> dict[str, object]:
        return api.post(f"{root}/{first['id']}/save", json=begun | change).json()

    save(cells=[cell | {"text": {"en": "One"}}], objective="Sell")
    late = save(cells=[cell | {"text": {"en": "Two"}}], owner="ann")
    journey = late["journey"]
    assert late["clashes"] == ["cells.goal/look"]
    assert (journey["objective"], journey["owner"], journey["version"]) == ("Sell", "ann", 3)  # type: ignore[index]
    assert {"text": {"en": "Two"}, "other": {"en": "One"}}.items() <= journey["cells"][0].items()  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"stages": [{"key": f"s{n}", "name": {"en": "S"}} for n in range(13)]}, 422, "many"),
        ({"stages": []}, 422, "few"),
        ({"cells": [{"lane": "goal", "stage": "nowhere", "text": {"en": "x"}}]}, 422, "no_stage"),
        ({"name": ""}, 422, None),
        ({"version": 99}, 409, None),
    ],
)
def test_what_cannot_be_saved_gets_a_message_and_changes_nothing(
    api: Client, shop: Site, viewer: Viewer, change: dict[str, object], status: int, code: str | None
) -> None:
    root = f"/api/v1/sites/{shop.id}/journeys"
    stages = [{"key": "look", "name": {"en": "Look"}}]
    made = api.post(root, json={"name": "Strict", "stages": stages}).json()
    begun = {name: value for name, value in made.items() if name not in ("id", "site")}
    answer = api.post(f"{root}/{made['id']}/save", json=begun | change)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["message"]
    if code:
        assert code in [one["code"] for one in error["faults"]]
    assert viewer.definitions.get(Journey, made["id"]).version == 1


def test_expectations_in_a_circle_are_rejected(api: Client, shop: Site) -> None:
    root = f"/api/v1/sites/{shop.id}/journeys"

    def touchpoint(key: str, after: str) -> dict[str, object]:
        return {"key": key, "name": {"en": key}, "pages": [f"/{key}"], "expected_next": [after]}

    stages = [{"key": "look", "name": {"en": "Look"}, "touchpoints": [touchpoint("a", "b"), touchpoint("b", "a")]}]
    made = api.post(root, json={"name": "Round", "stages": [{"key": "look", "name": {"en": "Look"}}]}).json()
    body = {name: value for name, value in made.items() if name not in ("id", "site")} | {"stages": stages}
    answer = api.post(f"{root}/{made['id']}/save", json=body)
    assert answer.status_code == 422
    assert "circle" in [one["code"] for one in answer.json()["error"]["faults"]]


def test_the_measured_lanes_show_what_is_measured(owner: Client, viewer: Viewer, shop: Site, rich: Journey) -> None:
    kinds = ("actions", "channels", "hours", "heatmaps", "steps", "feedback")
    lanes = tuple(Lane(kind, kind) for kind in kinds)  # type: ignore[arg-type]
    stages = (structs.replace(rich.stages[0], completes="order"), *rich.stages[1:])
    measured = structs.replace(rich, id="measured", name="Measured", stages=stages, lanes=lanes, cells=())
    viewer.definitions.put(structs.replace(measured, version=0))
    at = f"/sites/{shop.id}/journeys/measured"
    seen = words(owner.get(f"{at}?{DAYS}").text)
    for part in (
        "Buy 66.7% 54.1–77.3, 40 of 60 visitors",
        "Direct 100.0% 94.0–100.0, 60 of 60 visitors",
        "Desktop 83.3%",
        "100.0% between 11:00 and 14:00",
        "Steps, median 1",
    ):
        assert part in seen, part
    assert "When visited measured" in seen
    assert "Feedback measured" not in seen  # empty
    hidden = tuple(structs.replace(lane, hidden=True) for lane in lanes)
    (stored,) = viewer.definitions.find(Journey, site=shop.id, name="Measured")
    viewer.definitions.put(structs.replace(stored, lanes=hidden))
    assert "When visited measured" not in words(owner.get(f"{at}?{DAYS}").text)
    assert "addable" in owner.get(f"{at}?edit=1").text


@pytest.mark.parametrize(
    ("follow", "wanted", "steps"),
    [
        ({"a": "b", "b": "c"}, "c", 3),
        ({"a": "bc", "b": "c"}, "c", 2),
        ({"a": "b"}, "c", 0),
        ({}, "a", 0),
        ({"a": "b", "d": "e", "e": "b"}, "b", 2),
    ],
)
def test_the_expected_path_is_the_shortest(follow: dict[str, str], wanted: str, steps: int) -> None:
    made = {key: Touchpoint(key, {}, (), expected_next=tuple(follow.get(key, ""))) for key in "abcde"}
    goal = Stage("goal", {}, (made[wanted],))
    rest = Stage("rest", {}, tuple(one for key, one in made.items() if key != wanted))
    assert expected_steps(Journey(id="j", site="1", name="J", stages=(rest, goal)), goal) == steps
