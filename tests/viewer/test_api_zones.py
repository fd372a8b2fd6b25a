"""Zones over the API: defined, rejected with a message, measured, and used in rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from store.layouts import path_key
from store.records import Site
from tests.aggregator.build import PAGE
from tests.viewer.client import Client
from tests.viewer.shop import BUY, BUY_BOX, BUYERS, LINK, LINK_BOX, PERIOD, VISITORS
from viewer.api.entry import ROOT

BUY_KEY, LINK_KEY = f"{path_key(BUY[0]):016x}", f"{path_key(LINK[0]):016x}"
ACTIONS = {"name": "Actions", "page": "/lamps", "elements": [BUY_KEY, LINK_KEY]}


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


def codes(response: Any) -> list[tuple[str, str]]:
    return [(one["field"], one["code"]) for one in error(response)["faults"]]


@pytest.fixture(scope="module")
def site(shop: Site) -> str:
    return f"{ROOT}/sites/{shop.id}"


@pytest.fixture
def zone(api: Client, site: str) -> Iterator[dict[str, Any]]:
    made = api.post(f"{site}/zones", json=ACTIONS)
    assert made.status_code == 201, made.text
    yield made.json()
    api.delete(f"{site}/zones/actions")


def test_a_zone_can_be_created_changed_and_deleted(api: Client, site: str, shop: Site) -> None:
    made = api.post(f"{site}/zones", json=ACTIONS | {"elements": [BUY_KEY, LINK_KEY, BUY_KEY]})
    assert made.status_code == 201, made.text
    stored = ACTIONS | {"id": "actions", "site": shop.id, "version": 1, "page": PAGE}
    assert made.json() == stored  # the page as the tables call it, each element once
    assert api.get(f"{site}/zones").json() == {"zones": [stored], "rejected": []}
    assert api.get(f"{site}/zones/Actions").json() == stored
    changed = api.put(f"{site}/zones/actions", json=ACTIONS | {"name": "Buttons", "elements": [BUY_KEY], "version": 1})
    assert (changed.json()["name"], changed.json()["elements"], changed.json()["version"]) == ("Buttons", [BUY_KEY], 2)
    late = api.put(f"{site}/zones/actions", json=ACTIONS | {"version": 1})
    assert (late.status_code, error(late)["code"]) == (409, "conflict")
    taken = api.post(f"{site}/zones", json=ACTIONS | {"name": "Buttons"})
    assert (taken.status_code, error(taken)["code"]) == (409, "name_taken")
    assert api.delete(f"{site}/zones/actions").json() == {"deleted": "actions"}
    gone = api.get(f"{site}/zones/actions")
    assert (gone.status_code, error(gone)["code"]) == (404, "no_zone")


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"elements": []}, [("elements", "few")]),
        ({"elements": [f"{n:016x}" for n in range(10_000)]}, [("elements", "many")]),
        ({"elements": ["00000000000000ab"]}, [("elements.0", "no_element")]),
        ({"elements": [BUY_KEY, "00000000000000ab"]}, [("elements.1", "no_element")]),
        ({"elements": ["button"]}, [("elements.0", "element_key")]),
        ({"elements": BUY_KEY}, [("elements", "type")]),
        ({"name": " "}, [("name", "missing")]),
        ({"name": "x" * 61}, [("name", "long")]),
        ({"name": "a\x00b"}, [("name", "characters")]),
        ({"page": "no-such-group"}, [("page", "zone_page")]),
        ({"page": "/*" * 30}, [("page", "many_wildcards")]),
        ({"page": ""}, [("page", "missing")]),
        ({"page": "/elsewhere"}, [("elements.0", "no_element"), ("elements.1", "no_element")]),
        ({"prints": []}, [("prints", "unknown")]),
        ({"id": "mine"}, [("id", "unknown")]),
    ],
)
def test_a_zone_with_faults_is_rejected(
    api: Client, site: str, fields: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    response = api.post(f"{site}/zones", json=ACTIONS | fields)
    assert response.status_code == 422, response.text
    assert codes(response) == faults
    assert len(response.text) < 5_000


def test_a_hostile_name_is_only_a_name(api: Client, site: str) -> None:
    name = "<script>alert(1)</script>' OR 1=1 --"
    made = api.post(f"{site}/zones", json=ACTIONS | {"name": name}).json()
    assert made["name"] == name
    assert made["id"] == "script-alert-1-script-or-1-1"
    rows = api.get(f"{site}/zone-figures", params=PERIOD | {"page": "/lamps"}).json()["zones"]
    assert [row["name"] for row in rows] == [name]
    assert api.delete(f"{site}/zones/{made['id']}").status_code == 200


def test_the_figures_of_a_zone(api: Client, site: str, zone: dict[str, Any]) -> None:
    answer = api.get(f"{site}/zone-figures", params=PERIOD | {"page": "/lamps"}).json()
    [row] = answer["zones"]
    assert (answer["visitors"], answer["query"]["page"]) == (VISITORS, PAGE)
    assert {name: row[name] for name in ("id", "elements", "missing", "clicks", "visitors", "of", "dead", "rage")} == {
        "id": "actions", "elements": 2, "missing": 0, "clicks": BUYERS, "visitors": BUYERS, "of": VISITORS, "dead": 0,
        "rage": 0,
    }  # fmt: skip
    assert row["share"] == BUYERS / VISITORS
    assert row["low"] < row["share"] < row["high"]
    left, top = LINK_BOX[0], BUY_BOX[1]
    right, bottom = BUY_BOX[0] + BUY_BOX[2], LINK_BOX[1] + LINK_BOX[3]
    assert row["box"] == {"x": left, "y": top, "w": right - left, "h": bottom - top}
    of_map = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/lamps", "points": "0"}).json()
    assert of_map["zones"] == answer["zones"]
    phones = api.get(f"{site}/zone-figures", params=PERIOD | {"page": "/lamps", "device": "phone"}).json()["zones"]
    assert [(one["visitors"], one["of"]) for one in phones] == [(0, 10)]


def test_a_zone_of_a_pattern_or_a_group_is_on_the_maps_of_its_pages(api: Client, site: str) -> None:
    group = api.post(f"{site}/groups", json={"name": "Every lamp", "pages": ["/lamps", "/lamps/*"]})
    assert group.status_code == 201, group.text
    for n, page in enumerate(("/lamp*", "every-lamp", "Every lamp")):
        made = api.post(f"{site}/zones", json=ACTIONS | {"page": page, "name": f"Zone {n}"})
        assert made.status_code == 201, made.text
    assert [one["page"] for one in api.get(f"{site}/zones").json()["zones"]] == ["/lamp*", "every-lamp", "every-lamp"]

    def shown(page: str) -> list[str]:
        answer = api.get(f"{site}/zone-figures", params=PERIOD | {"page": page})
        return [one["id"] for one in answer.json()["zones"]]

    assert shown("/lamps") == ["zone-0", "zone-1", "zone-2"]
    assert shown("every-lamp") == ["zone-1", "zone-2"]
    for path in ("zones/zone-0", "zones/zone-1", "zones/zone-2", "groups/every-lamp"):
        assert api.delete(f"{site}/{path}").status_code == 200


def test_figures_that_cannot_be_asked_for(api: Client, site: str, zone: dict[str, Any]) -> None:
    for params, status, code in (
        ({"page": "/nothing"}, 404, "no_snapshot"),
        ({}, 400, "bad_parameter"),
        ({"page": "/lamps", "kind": "scroll"}, 400, "unknown_parameter"),
        ({"page": "/lamps", "since": "2026-03-03", "until": "2026-03-01"}, 400, "bad_parameter"),
    ):
        answer = api.get(f"{site}/zone-figures", params=params)
        assert (answer.status_code, error(answer)["code"]) == (status, code), params


def test_the_structure_of_a_page_proposes_zones(api: Client, site: str) -> None:
    answer = api.get(f"{site}/proposed-zones", params={"page": "/lamps"}).json()
    assert answer["page"] == PAGE
    assert answer["proposed"] == []  # the page of the tests has two controls and no landmark
    assert error(api.get(f"{site}/proposed-zones", params={"page": "/nothing"}))["code"] == "no_snapshot"


def test_a_zone_narrows_a_map_as_its_figures_say(api: Client, site: str, zone: dict[str, Any]) -> None:
    def visitors(**rule: Any) -> int:
        segment = json.dumps({"rules": [rule]})
        answer = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/lamps", "points": "0", "segment": segment})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["visitors"])

    assert visitors(what="clicked", zone="actions") == BUYERS
    assert visitors(what="clicked", zone="Actions", page="/lamps") == BUYERS
    assert visitors(what="dead", zone="actions") == 0


@pytest.mark.parametrize(
    ("rule", "status", "faults"),
    [
        ({"what": "clicked", "zone": "deleted"}, 404, [("segment.rules.0.zone", "no_zone")]),
        ({"what": "stayed", "least": 1, "zone": "actions"}, 400, [("segment.rules.0.zone", "zone_action")]),
        ({"what": "device", "values": ["phone"], "zone": "x"}, 400, [("segment.rules.0.zone", "zone_action")]),
        (
            {"what": "clicked", "zone": "actions", "element": BUY_KEY},
            400,
            [("segment.rules.0.zone", "zone_and_element")],
        ),
    ],
)
def test_a_rule_on_a_zone_with_a_fault(
    api: Client, site: str, zone: dict[str, Any], rule: dict[str, Any], status: int, faults: list[tuple[str, str]]
) -> None:
    segment = json.dumps({"rules": [rule]})
    answer = api.get(f"{site}/heatmap", params=PERIOD | {"page": "/lamps", "segment": segment})
    assert answer.status_code == status
    assert codes(answer) == faults


def test_a_saved_segment_on_a_zone_that_was_deleted_is_a_fault(api: Client, site: str) -> None:
    api.post(f"{site}/zones", json=ACTIONS | {"name": "Short-lived"})
    saved = {"name": "Used it", "tree": {"rules": [{"what": "clicked", "zone": "short-lived"}]}}
    assert api.post(f"{site}/segments", json=saved).status_code == 201
    asked = PERIOD | {"page": "/lamps", "segment": "used-it", "points": "0"}
    assert api.get(f"{site}/heatmap", params=asked).json()["visitors"] == BUYERS
    api.delete(f"{site}/zones/short-lived")
    gone = api.get(f"{site}/heatmap", params=asked)
    assert (gone.status_code, error(gone)["code"]) == (404, "no_zone")
    assert "short-lived" in error(gone)["message"]
    api.delete(f"{site}/segments/used-it")


def test_a_zone_of_another_site_is_not_found(api: Client, site: str, zone: dict[str, Any]) -> None:
    other = api.post(f"{ROOT}/sites", json={"name": "Zoneless", "domains": ["zoneless.example"]}).json()["id"]
    root = f"{ROOT}/sites/{other}"
    for answer in (api.get(f"{root}/zones/actions"), api.put(f"{root}/zones/actions", json=ACTIONS),
                   api.delete(f"{root}/zones/actions")):  # fmt: skip
        assert (answer.status_code, error(answer)["code"]) == (404, "no_zone")
    foreign = api.post(f"{root}/zones", json=ACTIONS | {"page": PAGE})
    assert codes(foreign) == [("elements.0", "no_element"), ("elements.1", "no_element")]
    segment = json.dumps({"rules": [{"what": "clicked", "zone": "actions"}]})
    answer = api.get(f"{root}/segment-figures", params={"segment": segment})
    assert (answer.status_code, error(answer)["code"]) == (404, "no_zone")
