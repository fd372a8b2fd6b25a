"""Journeys over the API: from templates, copies and files; revisions; deleted ones."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

import pytest

from store.definitions import Definitions
from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from store.segments import Action, Goal
from tests.viewer.client import Client
from tests.viewer.pages import DAYS
from viewer.api.entry import ROOT
from viewer.app import Viewer


@pytest.fixture(scope="module")
def site(shop: Site) -> str:
    return f"{ROOT}/sites/{shop.id}"


@pytest.fixture(scope="module")
def definitions(viewer: Viewer) -> Definitions:
    return viewer.definitions


def made(api: Client, site: str, name: str, template: str = "shop") -> dict[str, Any]:
    answer = api.post(f"{site}/journeys-from-template", json={"name": name, "template": template})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def short_journey(api: Client, site: str) -> dict[str, Any]:
    touchpoints = [{"key": key, "name": {"en": key}, "pages": [f"/{key}"]} for key in ("start", "end")]
    stage = {"key": "a", "name": {"en": "A"}, "touchpoints": touchpoints}
    found: dict[str, Any] = api.post(f"{site}/journeys", json={"name": "Short", "stages": [stage]}).json()
    return found


def test_a_map_of_a_template_takes_the_only_goal_of_the_site(
    api: Client, site: str, shop: Site, definitions: Definitions
) -> None:
    order = definitions.put(Goal(id="order", site=shop.id, name="Order", action=Action(what="sent", name="order")))
    fields = {"name": "Notre boutique", "template": "shop", "language": "fr", "review_on": "2027-01-01"}
    journey = api.post(f"{site}/journeys-from-template", json=fields).json()
    assert (journey["id"], journey["goals"], journey["review_on"]) == ("notre-boutique", ["order"], "2027-01-01")
    assert journey["personas"] == [{"key": "persona", "name": "Client type"}]
    assert [one["completes"] for one in journey["stages"] if one["completes"]] == ["order"]
    definitions.delete(order)


def test_an_unknown_template_is_named_with_those_there_are(api: Client, site: str) -> None:
    answer = api.post(f"{site}/journeys-from-template", json={"name": "A", "template": "no"})
    assert answer.status_code == 404
    assert "nine-stages, shop" in answer.json()["error"]["hint"]
    kinds = api.get(f"{ROOT}/journey-templates").json()["kinds"]
    assert [kind["kind"] for kind in kinds] == ["current", "day", "future", "blueprint", "buyer"]


def test_a_copy_and_a_future_state_of_a_journey(api: Client, site: str) -> None:
    journey = made(api, site, "Today")
    copy = api.post(f"{site}/journeys/today/copy", json={"name": "Again"}).json()
    assert (copy["id"], copy["version"], copy["stages"], copy["cells"]) == (
        "again", 1, journey["stages"], journey["cells"],
    )  # fmt: skip
    future = api.post(f"{site}/journeys/today/copy", json={"name": "Tomorrow", "kind": "future"}).json()
    assert (future["kind"], future["based_on"], future["stages"]) == ("future", "today", journey["stages"])
    assert api.post(f"{site}/journeys/today/copy", json={"name": "X", "kind": "past"}).status_code == 422


def test_revisions_say_who_changed_what_and_one_can_go_back(api: Client, site: str) -> None:
    first = made(api, site, "Revised")
    fields = {name: value for name, value in first.items() if name not in ("id", "site")}
    changed = fields | {"stages": fields["stages"][:-1], "cells": [], "window_days": 14}
    assert api.put(f"{site}/journeys/revised", json=changed).json()["version"] == 2
    found = api.get(f"{site}/journeys/revised/revisions").json()["revisions"]
    assert [(one["version"], one["what"], one["by"]) for one in found] == [
        (2, "changed", "command line"),
        (1, "created", "command line"),
    ]
    messages = [change["message"] for change in found[0]["changes"]]
    assert messages[:2] == ["Time window: 30 to 14 days.", "Stage “After the purchase” removed (touchpoints: 2)."]
    assert api.get(f"{site}/journeys/revised/revisions?before=2").json()["revisions"] == [found[1]]
    assert api.get(f"{site}/journeys/revised/revisions/1").json() == first
    again = api.post(f"{site}/journeys/revised/revisions/1").json()
    assert again == first | {"version": 3}
    for nowhere in ("0", "9", "x", "1" * 30):
        answer = api.get(f"{site}/journeys/revised/revisions/{nowhere}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_revision")


def test_a_deleted_journey_waits_to_be_restored(api: Client, site: str) -> None:
    made(api, site, "Gone")
    assert api.delete(f"{site}/journeys/gone").json() == {"deleted": "gone"}
    (waiting,) = api.get(f"{site}/deleted-journeys").json()["deleted"]
    assert (waiting["id"], waiting["name"], waiting["by"]) == ("gone", "Gone", "command line")
    assert api.post(f"{site}/deleted-journeys/gone").json() == {"restored": "gone"}
    assert api.get(f"{site}/journeys/gone").json()["version"] == 3
    assert api.post(f"{site}/deleted-journeys/gone").status_code == 404
    assert api.get(f"{site}/deleted-journeys").json() == {"deleted": []}


def test_a_journey_goes_out_as_a_file_and_comes_back(api: Client, site: str, definitions: Definitions) -> None:
    sent = made(api, site, "Sent") | {"personas": [{"key": "a", "name": "A", "segment": "elsewhere"}], "goals": ["x"]}
    answer = api.post(f"{site}/journeys-from-file", content=json.dumps(sent))
    assert answer.status_code == 201, answer.text
    assert answer.json()["left_out"] == [
        {"field": "personas.0.segment", "kind": "segment", "id": "elsewhere"},
        {"field": "goals.0", "kind": "goal", "id": "x"},
    ]
    journey = answer.json()["journey"]
    assert (journey["id"], journey["version"], journey["stages"]) == ("sent-2", 1, sent["stages"])
    assert definitions.get(Journey, "sent-2").personas[0].segment == ""


def test_the_figures_of_a_map_are_a_table_that_a_spreadsheet_does_not_run(
    api: Client, site: str, shop: Site, definitions: Definitions
) -> None:
    lamps = Touchpoint("lamps", {"en": "=HYPERLINK(1)", "fr": "Lampes"}, ("/lamps",))
    stages = (Stage("look", {"en": "Look, see"}, (lamps,)), Stage("buy", {"en": "@Buy"}))
    definitions.put(Journey(id="table", site=shop.id, name="Table", stages=stages))
    answer = api.get(f"{site}/journeys/table/map.csv?{DAYS}")
    assert answer.headers["content-disposition"] == 'attachment; filename="table.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    figures = api.get(f"{site}/journeys/table/map?{DAYS}").json()
    measured = figures["touchpoints"]["lamps"]
    assert [row["touchpoint_name"] for row in rows] == ["'=HYPERLINK(1)", ""]
    assert [row["stage_name"] for row in rows] == ["Look, see", "'@Buy"]
    assert rows[0]["stage_visitors"] == str(figures["stages"][0]["visitors"])
    for name, value in measured.items():
        assert rows[0][name] == ("" if value is None else str(value)), name
    assert rows[1]["visitors"] == ""
    french = api.get(f"{site}/journeys/table/map.csv?{DAYS}&language=fr").text
    assert "Lampes" in french
    assert api.get(f"{site}/journeys/table/map.csv?language=de").status_code == 400
    assert api.get(f"{site}/journeys/table/map.csv?{DAYS}&names=fr").text == french
    # With `names`, the language is that of the visitors' browsers, as in all filters.
    filtered = list(
        csv.DictReader(io.StringIO(api.get(f"{site}/journeys/table/map.csv?{DAYS}&names=fr&language=xx").text))
    )
    assert {row["visitors"] for row in filtered} <= {"", "0"}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_json"), (b"[]", "file_object"), (b"[" * 9000, "file_deep"), (b"{}", "missing")],
)
def test_a_file_with_faults_stores_nothing(
    api: Client, site: str, definitions: Definitions, content: bytes, code: str
) -> None:
    before = set(definitions.ids(Journey))
    answer = api.post(f"{site}/journeys-from-file", content=content)
    assert (answer.status_code, answer.json()["error"]["faults"][0]["code"]) == (422, code)
    assert set(definitions.ids(Journey)) == before


def test_a_funnel_of_the_usual_steps(api: Client, site: str) -> None:
    journey = made(api, site, "Funnel")
    answer = api.get(f"{site}/journeys/{journey['id']}/funnel", params={"window_days": "7", "split": "device"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["query"]["window_days"] == 7
    assert [step["key"] for step in found["steps"]] == list(found["query"]["steps"])
    assert all(step["visitors"] >= later["visitors"] for step, later in pairwise(found["steps"]))


def test_paths_through_a_page_as_json_and_as_csv(api: Client, site: str) -> None:
    journey = made(api, site, "Paths")
    path, query = f"{site}/journeys/{journey['id']}/paths", {"through": "page:/lamps", **dict(parse_qsl(DAYS))}
    found = api.get(path, params=query).json()
    assert found["query"]["through"] == {"kind": "page", "key": "/lamps"}
    assert [column["offset"] for column in found["columns"]] == [-2, -1, 0, 1, 2]
    (chosen,) = found["columns"][2]["names"]
    assert (chosen["place"], chosen["visits"]) == ({"kind": "page", "key": "shop.example/lamps"}, found["visits"])
    for column, nearer in ((3, 2), (1, 2)):
        assert sum(one["visits"] for one in found["columns"][column]["names"]) == found["visits"], nearer
    assert sum(way["visits"] for way in found["ways"]) + found["other_visits"] == found["visits"]
    rows = list(csv.DictReader(io.StringIO(api.get(f"{path}.csv", params=query).text)))
    assert [(row["from"], int(row["visits"])) for row in rows] == [
        (band["start"]["key"], band["visits"]) for band in found["bands"]
    ]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"through": "touchpoint:nowhere"}, "through", "no_touchpoint"),
        ({"from": "<b>nowhere</b>"}, "from", "no_views"),
        ({"from": "page:shop.example/nowhere"}, "from", "no_views"),
        ({"to": "event:nothing"}, "to", "never_sent"),
        ({"to": "page:" + "/*" * 21}, "to", "many_wildcards"),
        ({"from": "start", "to": "end"}, "to", "one_of"),
        ({"through": "start", "names": "13"}, "names", "whole_number"),
        ({"names": "٣"}, "names", "whole_number"),
    ],
)
def test_paths_that_cannot_be_counted(api: Client, site: str, query: dict[str, str], field: str, code: str) -> None:
    journey = short_journey(api, site)
    answer = api.get(f"{site}/journeys/{journey['id']}/paths", params=query)
    assert answer.status_code == 400
    (fault,) = answer.json()["error"]["faults"]
    assert (fault["field"], fault["code"]) == (field, code)


def test_paths_through_a_touchpoint_that_nobody_hit(api: Client, site: str) -> None:
    journey = short_journey(api, site)
    found = api.get(f"{site}/journeys/{journey['id']}/paths", params={"through": "start"}).json()
    assert (found["visits"], found["columns"], found["last_day"]) == (0, [], None)


def test_pages_and_events_can_be_steps_and_the_funnel_is_a_file(api: Client, site: str) -> None:
    journey = made(api, site, "Files")
    at, steps = f"{site}/journeys/{journey['id']}", "page:/lamps,page:/lamps,event:a%2Cb"
    answer = api.get(f"{at}/funnel", params={"steps": steps, "split": "visitor"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [step["key"] for step in found["steps"]] == ["page:/lamps", "page:/lamps", "event:a,b"]
    file = api.get(f"{at}/funnel.csv", params={"steps": steps, "split": "visitor"})
    assert re.search(r'filename="[a-z0-9-]+-funnel-files-[0-9-]+\.csv"', file.headers["content-disposition"])
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["set"], row["step"]) for row in rows[:3]] == [("", "1"), ("", "2"), ("", "3")]
    assert [int(row["visitors"]) for row in rows[:3]] == [step["visitors"] for step in found["steps"]]
    assert {row["set"] for row in rows[3:]} == set(found["split"])
    account = api.get(f"{at}/funnel.csv", params={"steps": steps, "table": "account"}).text
    assert {name: int(n) for name, n in list(csv.reader(io.StringIO(account)))[1:]} == found["account"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"steps": ",".join(["start"] * 13)}, "steps", "many"),
        ({"steps": "start"}, "steps", "few"),
        ({"steps": "start,<b>nowhere</b>"}, "steps.1", "no_touchpoint"),
        ({"window_days": "0"}, "window_days", "whole_number"),
        ({"window_days": "٣"}, "window_days", "whole_number"),
        ({"order": "backwards"}, "order", "choice"),
        ({"split": "shoe-size"}, "split", "choice"),
        ({"split": "variant:nowhere"}, "split", "choice"),
        ({"steps": "start,event: "}, "steps.1", "missing"),
        ({"steps": "start,page:" + "*/" * 21}, "steps.1", "many_wildcards"),
        ({"steps": "start,page:ftp://shop.example/"}, "steps.1", "not_http"),
    ],
)
def test_a_funnel_that_cannot_be_counted(api: Client, site: str, query: dict[str, str], field: str, code: str) -> None:
    journey = short_journey(api, site)
    answer = api.get(f"{site}/journeys/{journey['id']}/funnel", params={"steps": "start,end"} | query)
    assert answer.status_code == 400
    (fault,) = answer.json()["error"]["faults"]
    assert (fault["field"], fault["code"]) == (field, code)


def test_the_card_of_a_touchpoint_agrees_with_the_map_and_its_csv(api: Client, site: str) -> None:
    touchpoints = [{"key": "lamps", "name": {"en": "Lamps"}, "pages": ["/lamps"]}]
    stage = {"key": "a", "name": {"en": "A"}, "touchpoints": touchpoints}
    assert api.post(f"{site}/journeys", json={"name": "Carded", "stages": [stage]}).status_code == 201
    of_map = api.get(f"{site}/journeys/carded/map?{DAYS}").json()["touchpoints"]["lamps"]
    card = api.get(f"{site}/journeys/carded/touchpoints/lamps?{DAYS}&step=week").json()
    assert card["figures"]["visitors"] == of_map["visitors"] > 0
    assert card["figures"]["exits"]["share"] == of_map["exits"]
    assert (card["key"], card["step"], card["page"]) == ("lamps", "week", of_map["page"])
    assert sum(one["visitors"] for one in card["devices"].values()) == of_map["visitors"]
    assert card["elements"]
    assert all(len(one["key"]) == 16 for one in card["elements"])
    answer = api.get(f"{site}/journeys/carded/touchpoints/lamps/card.csv?{DAYS}&step=week")
    assert answer.headers["content-disposition"] == 'attachment; filename="lamps.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    exits = next(row for row in rows if (row["part"], row["metric"]) == ("whole", "exits"))
    assert (exits["value"], exits["low"]) == (str(of_map["exits"]), str(of_map["exits_low"]))
    assert {row["name"] for row in rows if row["part"] == "week"} == {one["since"] for one in card["spans"]}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("nothing", 404, "no_touchpoint"),
        ("start?step=month", 400, "bad_parameter"),
        ("start?since=2026-13-01", 400, "bad_parameter"),
        ("start?sort=up", 400, "unknown_parameter"),
        ("start/card.csv?step=month", 400, "bad_parameter"),
    ],
)
def test_a_card_that_cannot_be_measured(api: Client, site: str, address: str, status: int, code: str) -> None:
    touchpoints = [{"key": "start", "name": {"en": "Start"}, "pages": ["/start"]}]
    stage = {"key": "a", "name": {"en": "A"}, "touchpoints": touchpoints}
    api.post(f"{site}/journeys", json={"name": "Bad card", "stages": [stage]})
    answer = api.get(f"{site}/journeys/bad-card/touchpoints/{address}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
