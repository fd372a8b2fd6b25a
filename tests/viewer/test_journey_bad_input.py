"""Bad input of journeys, by API, by the editor's save, by import and on the pages: a message, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, csrf
from viewer.api.entry import ROOT

# HTML, a template's braces, a format's percent sign, quotes, a formula, right-to-left and an emoji, all in one.
HOSTILE = "=<img src=x onerror=alert(1)>\"'`&{{7*7}}%(x)s</script>\u202e\u0644\u0627 \U0001f4a1"


@pytest.fixture(scope="module")
def root(shop: Site) -> str:
    return f"{ROOT}/sites/{shop.id}"


def journey(words: str = "Words", **fields: Any) -> dict[str, Any]:
    """A journey with this text in every field that takes one."""
    text = {"en": words, "fr": words}
    touchpoints = [
        {
            "key": "lamps", "name": text, "pages": ["/lamps", words], "purpose": text,
            "matchers": [
                {"on": "event", "name": words, "page": words}, {"on": "offsite", "name": words, "source": words},
                {"on": "channel", "source": words, "medium": words, "campaign": words, "referrer": words},
            ],
        },
        {"key": "help", "name": text, "pages": ["/help"]},
    ]  # fmt: skip
    return {
        "name": words,
        "objective": words,
        "owner": words,
        "stages": [
            {"key": "look", "name": text, "touchpoints": touchpoints},
            {"key": "buy", "name": text, "touchpoints": [{"key": "order", "name": text, "pages": ["/order"]}]},
        ],
        "lanes": [
            {"key": "touchpoints", "kind": "touchpoints"}, {"key": "own", "kind": "text", "name": text},
            {"key": "opportunities", "kind": "opportunities"},
        ],
        "cells": [
            {"lane": "own", "stage": "look", "text": text, "evidence": "research", "basis": words},
            {"lane": "own", "stage": "look", "touchpoint": "help", "text": text},
        ],
        "personas": [
            {"key": "p", "name": words, "about": words, "goals": words, "fears": words, "quote": words,
             "devices": words},
        ],
        "opportunities": [
            {"key": "o", "title": words, "stage": "look", "touchpoint": "lamps", "owner": words, "note": words},
        ],
        "left_out": [f"event:{words}"],
        **fields,
    }  # fmt: skip


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(one)


def added(api: Client, root: str, fields: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(f"{root}/journeys", json=fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_hostile_text_comes_back_as_it_was_and_runs_nowhere(api: Client, owner: Client, root: str, shop: Site) -> None:
    made = added(api, root, journey(HOSTILE))
    number = list(texts(journey(HOSTILE))).count(HOSTILE)
    assert list(texts(made)).count(HOSTILE) == number
    address = f"{root}/journeys/{made['id']}"
    saved = api.post(f"{address}/save", json={**journey(HOSTILE), "owner": "", "version": made["version"]})
    assert saved.status_code == 200, saved.text
    stored = api.get(address).json()
    assert list(texts(stored)).count(HOSTILE) == number - 1

    exported = api.get(address).content
    again = api.post(f"{root}/journeys-from-file", content=exported)
    assert again.status_code == 201, again.text
    assert list(texts(again.json()["journey"])).count(HOSTILE) == number - 1

    pages = f"/sites/{shop.id}/journeys"
    views = ("", "?edit=1", "?edit=form", "/revisions", "/funnel", "/opportunities", "/paths", "/walk")
    for place in (pages, *(f"{pages}/{made['id']}{view}" for view in views)):
        shown = owner.get(f"{place}{'&' if '?' in place else '?'}{DAYS}")
        assert shown.status_code == 200, (place, shown.text[-2_000:])
        assert "<img src=x" not in shown.text, place
        assert "=49" not in shown.text, place
        assert shown.text.count("</script>") == shown.text.count("<script"), place
    rows = list(csv.reader(io.StringIO(api.get(f"{address}/map.csv?{DAYS}").text)))
    assert any(HOSTILE in cell for row in rows for cell in row)
    assert not any(cell.startswith("=") for row in rows for cell in row)


@pytest.mark.parametrize(("words", "code"), [("\0", "characters"), ("x" * 10_000, "long"), ("\ud800", "characters")])
def test_text_that_cannot_be_stored_is_named_by_its_field_everywhere(
    api: Client, root: str, words: str, code: str
) -> None:
    made = added(api, root, journey("Fine"))
    address = f"{root}/journeys/{made['id']}"
    content = json.dumps(journey(words))
    sent = (
        api.post(f"{root}/journeys", content=content), api.post(f"{root}/journeys-from-file", content=content),
        api.put(address, content=json.dumps({**journey(words), "version": made["version"]})),
        api.post(f"{address}/save", content=json.dumps({**journey(words), "version": made["version"]})),
    )  # fmt: skip
    for answer in sent:
        if words == "\ud800":  # no character, so this is no JSON
            assert answer.status_code in (400, 422)
            assert "not JSON" in answer.json()["error"]["message"]
            continue
        assert answer.status_code == 422, answer.text[:500]
        faults = answer.json()["error"]["faults"]
        assert {one["code"] for one in faults} <= {code, "missing", "pattern", "no_lane"}
        fields = {one["field"] for one in faults if one["code"] == code}
        assert {"name", "objective", "stages.0.name.en", "cells.0.text.en", "opportunities.0.title"} <= fields
    assert api.get(address).json()["version"] == made["version"]


def page(words: str) -> dict[str, Any]:
    return {"key": "t", "name": {"en": "T"}, "pages": [words]}


def stage(*touchpoints: dict[str, Any], key: str = "s") -> dict[str, Any]:
    return {"key": key, "name": {"en": "S"}, "touchpoints": list(touchpoints)}


@pytest.mark.parametrize(("matcher", "field"), [
    ({"on": "event"}, "name"), ({"on": "element"}, "element"), ({"on": "offsite"}, "name"),
    ({"on": "channel"}, "channel"), ({"on": "page", "page": ""}, "page"), ({"on": "nothing"}, "on"),
    ({"on": "element", "element": "00c0ffee00c0ffee"}, "page"),
    ({"on": "event", "name": "a", "channel": "x"}, "channel"),
    ({"on": "event", "name": "a", "least": 2, "most": 1}, "least"),
])  # fmt: skip
def test_a_matcher_of_nothing_is_named_by_its_field(
    api: Client, root: str, matcher: dict[str, Any], field: str
) -> None:
    touchpoint = {"key": "t", "name": {"en": "T"}, "pages": [], "matchers": [matcher]}
    answer = api.post(f"{root}/journeys", json={"name": "N", "stages": [stage(touchpoint)]})
    assert answer.status_code == 422, answer.text
    [only] = answer.json()["error"]["faults"]
    assert only["field"] == f"stages.0.touchpoints.0.matchers.0.{field}"


def test_a_matcher_of_everything_is_stored_and_the_editor_says_what_it_takes(
    api: Client, owner: Client, root: str, shop: Site
) -> None:
    everything, lamps = page("/**"), {**page("/lamps"), "key": "lamps"}
    made = added(api, root, {"name": "All", "stages": [stage(everything, lamps)]})
    found = api.get(f"{root}/journeys/{made['id']}/figures?{DAYS}").json()["touchpoints"]
    assert (found["t"]["visitors"], found["lamps"]["visitors"]) == (60, 0)
    fit = f"/sites/{shop.id}/journeys/{made['id']}/fit?{DAYS}"
    words = owner.get(f"{fit}&touchpoint=lamps&pages=/lamps").json()["words"]
    assert "“T” too, which is further up and wins" in words
    assert owner.get(f"{fit}&touchpoint=t&pages=/nowhere").json()["fits"] is False


def test_a_circle_of_expectations_is_rejected_and_a_stage_without_touchpoints_is_not(api: Client, root: str) -> None:
    one, two = ({**page("/a"), "key": key, "expected_next": [then]} for key, then in (("a", "b"), ("b", "a")))
    answer = api.post(f"{root}/journeys", json={"name": "C", "stages": [stage(one, two)]})
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["values"] == {"path": "a → b → a"}
    made = added(api, root, {"name": "E", "stages": [stage(), stage(key="other")]})
    found = api.get(f"{root}/journeys/{made['id']}/map?{DAYS}")
    assert found.status_code == 200
    assert [one["visitors"] for one in found.json()["stages"]] == [0, 0]
    funnel = api.get(f"{root}/journeys/{made['id']}/funnel?{DAYS}")
    assert (funnel.status_code, funnel.json()["error"]["faults"][0]["code"]) == (400, "few")


def test_a_thirteenth_step_or_stage_is_refused_with_the_limit(api: Client, root: str) -> None:
    made = added(api, root, {"name": "S", "stages": [stage({**page("/lamps"), "key": "lamps"})]})
    answer = api.get(f"{root}/journeys/{made['id']}/funnel?{DAYS}&steps={','.join(['lamps'] * 13)}")
    assert answer.status_code in (400, 422), answer.text
    assert "12" in answer.json()["error"]["message"]
    answer = api.post(f"{root}/journeys", json={"name": "S", "stages": [stage(key=f"s{n}") for n in range(13)]})
    assert answer.json()["error"]["faults"][0]["code"] == "many"


@pytest.mark.parametrize("content", [
    b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe{", b"[" * 5_000, b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b'{"name": "x", "stages": {}}', b'{"name": 1, "stages": [1, null, {"key": 1, "name": [], "touchpoints": "x"}]}',
    b'{"name": "x", "stages": [], "version": "7"}', b'{"name": "x", "kind": "spiral", "stages": [{}]}',
    b'{"name": "x", "stages": [{"key": "s", "name": {"en": "S"}, "colour": "red"}]}',
    b'{"projects": [{"phases": [], "personas": []}]}', b'{"name": "' + b"x" * 1_000_100 + b'"}',
])  # fmt: skip
def test_json_from_elsewhere_gets_a_message_and_stores_nothing(
    api: Client, owner: Client, root: str, shop: Site, content: bytes
) -> None:
    before = [one["id"] for one in api.get(f"{root}/journeys").json()["journeys"]]
    for path in ("journeys-from-file", "journeys"):
        answer = api.post(f"{root}/{path}", content=content)
        assert answer.status_code in (400, 413, 422), (path, answer.text[:500])
        assert answer.json()["error"]["message"]
    address = f"/sites/{shop.id}/import-journey"
    token = csrf(owner.get(address).text)
    shown = owner.post(address, data={"csrf": token}, files={"file": ("j.json", content, "application/json")})
    assert shown.status_code in (413, 422), shown.text[-500:]
    assert [one["id"] for one in api.get(f"{root}/journeys").json()["journeys"]] == before


def test_two_people_who_edit_at_once_lose_nothing(api: Client, root: str) -> None:
    made = added(api, root, journey("Fine"))
    address = f"{root}/journeys/{made['id']}"
    mine, theirs = (json.loads(json.dumps(made)) for _ in range(2))
    mine["objective"], theirs["owner"] = "Mine", "Theirs"
    mine["cells"][0]["text"]["en"], theirs["cells"][0]["text"]["en"] = "mine", HOSTILE
    for one in (mine, theirs):
        del one["id"], one["site"]
        assert api.post(f"{address}/save", json=one).status_code == 200
    stored = api.get(address).json()
    assert (stored["objective"], stored["owner"]) == ("Mine", "Theirs")
    cell = stored["cells"][0]
    assert {cell["text"]["en"], cell["other"]["en"]} == {"mine", HOSTILE}
    late = api.put(address, json={**journey("Late"), "version": made["version"]})
    assert late.status_code == 409
    never = api.post(f"{address}/save", json={**journey("Never"), "version": 99})
    assert never.status_code == 409
