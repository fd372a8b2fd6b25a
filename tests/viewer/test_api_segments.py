"""Saved segments over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.records import Site
from tests.viewer.client import Client
from viewer.api.entry import ROOT

TREE = {"rules": [{"what": "channel", "values": ["mail"]}]}
MAIL = {"name": "Came by mail", "tree": TREE}


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


@pytest.fixture(scope="module")
def segments(shop: Site) -> str:
    return f"{ROOT}/sites/{shop.id}/segments"


def test_a_segment_can_be_created_changed_and_deleted(api: Client, segments: str, shop: Site) -> None:
    made = api.post(segments, json=MAIL)
    assert made.status_code == 201, made.text
    stored = {"id": "came-by-mail", "site": shop.id, "name": "Came by mail", "tree": TREE, "version": 1}
    assert made.json() == stored
    assert api.get(segments).json() == {"segments": [stored], "rejected": []}
    assert api.get(f"{segments}/Came by mail").json() == stored
    changed = api.put(f"{segments}/came-by-mail", json=MAIL | {"tree": {"match": "none", **TREE}, "version": 1})
    assert (changed.json()["version"], changed.json()["tree"]["match"]) == (2, "none")
    late = api.put(f"{segments}/came-by-mail", json=MAIL | {"version": 1})
    assert (late.status_code, error(late)["code"]) == (409, "conflict")
    taken = api.post(segments, json=MAIL)
    assert (taken.status_code, error(taken)["code"]) == (409, "name_taken")
    assert api.delete(f"{segments}/came-by-mail").json() == {"deleted": "came-by-mail"}
    assert error(api.get(f"{segments}/came-by-mail"))["code"] == "no_segment"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tree": {"rules": [{"what": "channel"}]}}, "values_missing"),
        ({"tree": {"rules": [{"what": "horoscope"}]}}, "choice"),
        ({"tree": {"rules": TREE["rules"] * 10_000}}, "tree_long"),
        ({"tree": "mail"}, "type"),
        ({"name": ""}, "missing"),
    ],
)
def test_a_segment_with_faults_is_rejected(api: Client, segments: str, fields: dict[str, Any], code: str) -> None:
    response = api.post(segments, json=MAIL | fields)
    assert response.status_code == 422
    assert code in [one["code"] for one in error(response)["faults"]]


def test_a_tree_of_depth_50_is_rejected_everywhere(api: Client, segments: str, shop: Site) -> None:
    deep: dict[str, Any] = dict(TREE)
    for _ in range(50):
        deep = {"groups": [deep]}
    saved = api.post(segments, json=MAIL | {"tree": deep})
    assert (saved.status_code, error(saved)["faults"][0]["code"]) == (422, "tree_deep")
    asked = api.get(f"{ROOT}/sites/{shop.id}/heatmap", params={"page": "/lamps", "segment": json.dumps(deep)})
    assert (asked.status_code, error(asked)["faults"][0]["code"]) == (400, "tree_deep")


def test_an_address_with_a_deleted_segment_is_not_found(api: Client, shop: Site) -> None:
    asked = api.get(f"{ROOT}/sites/{shop.id}/heatmap", params={"page": "/lamps", "segment": "gone"})
    assert (asked.status_code, error(asked)["code"]) == (404, "no_segment")


def test_what_fits_a_tree_is_counted_without_saving_it(api: Client, shop: Site) -> None:
    tree = {"rules": [{"what": "channel", "values": ["direct"]}, {"what": "clicked"}]}
    asked = {"since": "2026-03-01", "until": "2026-03-03", "page": "/lamps", "segment": json.dumps(tree)}
    answer = api.get(f"{ROOT}/sites/{shop.id}/segment-figures", params=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["total"]["visitors"] == 60
    assert [one["path"] for one in found["rules"]] == ["rules.0", "rules.1"]
    assert found["rules"][1]["so_far"] == found["fits"]
    assert found["query"]["rules"] == tree


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"segment": '{"rules": [{"what": "sent"}]}'}, 400),
        ({"segment": "gone"}, 404),
        ({"since": "2026-03-03", "until": "2026-03-01"}, 400),
        ({"channel": "mail"}, 400),
    ],
)
def test_a_segment_that_cannot_be_counted_is_rejected(
    api: Client, shop: Site, asked: dict[str, str], status: int
) -> None:
    assert api.get(f"{ROOT}/sites/{shop.id}/segment-figures", params=asked).status_code == status


def test_a_map_of_those_who_clicked_an_element_has_the_visitors_of_its_row(api: Client, shop: Site) -> None:
    page = {"since": "2026-03-01", "until": "2026-03-03", "page": "/lamps", "width": "1000"}
    elements = api.get(f"{ROOT}/sites/{shop.id}/heatmap", params=page).json()["elements"]
    assert elements
    for row in elements:
        rule = {"what": "clicked", "scope": "visitor", "element": row["key"], "page": "/lamps"}
        asked = page | {"segment": json.dumps({"rules": [rule]})}
        found = api.get(f"{ROOT}/sites/{shop.id}/heatmap", params=asked).json()
        assert found["visitors"] == row["visitors"]
        again = next(one for one in found["elements"] if one["key"] == row["key"])
        assert (again["visitors"], again["share"]) == (row["visitors"], 1.0)


def test_a_rule_may_name_a_goal_until_it_is_deleted(api: Client, shop: Site) -> None:
    goals, days = f"{ROOT}/sites/{shop.id}/goals", {"since": "2026-03-01", "until": "2026-03-03"}
    goal = api.post(goals, json={"name": "Any click", "action": {"what": "scrolled", "least": 0.1}}).json()["id"]
    reached = api.get(f"{ROOT}/sites/{shop.id}/goal-figures", params=days | {"goal": goal}).json()["goals"][0]
    tree = {"rules": [{"what": "goal", "scope": "visitor", "name": goal}]}
    asked = days | {"segment": json.dumps(tree)}
    figures = f"{ROOT}/sites/{shop.id}/segment-figures"
    assert api.get(figures, params=asked).json()["fits"]["visitors"] == reached["visitors"] > 0
    api.delete(f"{goals}/{goal}")
    gone = api.get(figures, params=asked)
    assert (gone.status_code, error(gone)["code"]) == (404, "no_goal")
    assert error(gone)["faults"][0]["field"] == "segment.rules.0.name"
