"""The OpenAPI description says what the API does."""

from __future__ import annotations

import inspect
import os
import re
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator

from rules.site import add_site
from store.records import Site
from tests.aggregator.build import NOON, insert
from tests.contract.definitions import BUY_KEY
from tests.viewer.client import Client
from tests.viewer.openapi_requests import ApiRequest, Generator, parameters_of, unexpected
from viewer.api import ENTRIES
from viewer.api.entry import ROOT, FileBody
from viewer.api.openapi import describe

# `OPENAPI_REQUESTS=10000 pytest tests/viewer/test_openapi.py` sends more
REQUESTS = int(os.environ.get("OPENAPI_REQUESTS", "250"))
SAMPLE = {
    "name": "Visit", "stages": [{"key": "look", "name": {"en": "Look"}, "touchpoints": [
        {"key": "list", "name": {"en": "List"}, "pages": ["/lamps"]}]}],
}  # fmt: skip
PLACES = {"site": ("1", "Lamp shop"), "journey": ("visit",), "touchpoint": ("list",), "snapshot": ("1", "2")}
TEXTS = {
    "page": ("/lamps", "/lamps/*", "shop.example/lamps"),
    "pages": ("/lamps", "/**"),
    "domains": ("a.example", "*.b.example", "[::1]:80"),
    "url": ("/lamps", "https://shop.example/lamps"),
    "steps": ("click #menu", "wait 2", "list"),
    "with": ("before", "rest", "device:phone", "period:2026-01-01..2026-01-02"),
    "channel": ("mail,search",),
    "segment": ('{"rules":[{"what":"device","values":["phone"]}]}',),
}


@pytest.fixture(scope="module")
def description(viewer: Any) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(describe(ENTRIES, viewer.urls.base)))
    return made


def test_the_description_is_valid_and_needs_no_sign_in(anyone: Client, description: dict[str, Any]) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator, validate

    served = anyone.get(f"{ROOT}/openapi.json").json()
    assert served == description
    validate(served, cls=OpenAPIV31SpecValidator)


def test_the_description_lists_every_route_with_its_parameters_and_body(description: dict[str, Any]) -> None:
    listed = {(method.upper(), path) for path, item in description["paths"].items() for method in item}
    assert listed == {(entry.method, entry.full_path) for entry in ENTRIES}
    for entry in ENTRIES:
        operation = description["paths"][entry.full_path][entry.method.lower()]
        found = parameters_of(description, operation)
        named = {where: [one["name"] for one in found if one["in"] == where] for where in ("path", "query")}
        assert named["query"] == list(dict.fromkeys(entry.query))
        assert named["path"] == re.findall(r"\{(\w+)\}", entry.path)
        assert ("requestBody" in operation) == (entry.method in ("POST", "PUT"))
        assert (operation.get("security") == []) == (entry.role is None)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.method} {entry.path}")
def test_a_body_is_described_only_where_it_is_read(entry: Any) -> None:
    reads = re.search(r"await (fields|body)\(request|request\.(body|stream)\(\)", inspect.getsource(entry.handler))
    assert reads or entry.body is None
    assert set(entry.schemas) <= set(entry.query)


def test_choices_and_limits_are_those_of_the_parsers(api: Client, shop: Site, description: dict[str, Any]) -> None:
    """Each word of a choice is accepted and any other rejected; the limits of numbers as well."""
    for entry in ENTRIES:
        if entry.method != "GET" or entry.path.count("{") != 1 or "{site}" not in entry.path:
            continue
        operation = description["paths"][entry.full_path]["get"]
        for parameter in (one for one in parameters_of(description, operation) if one["in"] == "query"):
            schema, name = parameter["schema"], parameter["name"]
            wrong = ["klingon"] if "enum" in schema else []
            if schema.get("type") == "integer":
                wrong = [str(schema["minimum"] - 1), str(schema["maximum"] + 1), "x"]
            for value in wrong:
                url = entry.full_path.replace("{site}", shop.id)
                given = {"page": "/lamps", "share": "0.5", "change": "0.1"}
                query = {one: text for one, text in given.items() if one in entry.query}
                answer = api.get(url, params=query | {name: value})
                assert answer.status_code in (400, 422), (url, name, value, answer.text)
                assert name in answer.text


def test_fields_that_the_description_allows_are_known(api: Client, description: dict[str, Any]) -> None:
    """A body of the described fields is never rejected for a field that is unknown."""
    for entry in ENTRIES:
        if entry.body is None or isinstance(entry.body, FileBody) or "{" in entry.path.replace("{site}", ""):
            continue
        sent = description["paths"][entry.full_path][entry.method.lower()]["requestBody"]
        names = sent["content"]["application/json"]["schema"]["properties"]
        url = entry.full_path.replace("{site}", "1")
        answer = api.request(entry.method, url, json={name: [] for name in names})
        for one in answer.json().get("error", {}).get("faults", ()):
            assert one["code"] != "unknown", (url, one)


@pytest.mark.timeout(7200 if REQUESTS > 1000 else 180)
def test_no_request_made_from_the_description_fails(api: Client, shop: Site, description: dict[str, Any]) -> None:
    api.post(f"{ROOT}/sites/{shop.id}/journeys", json=SAMPLE)

    def send(request: ApiRequest) -> httpx.Response:
        headers = {"Content-Type": request.media_type} if request.body is not None else {}
        return api.request(
            request.method, request.path, params=list(request.query), content=request.body, headers=headers
        )

    assert not list(unexpected(Generator(description, PLACES, TEXTS), send, REQUESTS))


ASKED = {"page": "/lamps", "width": "1000", "since": "2026-03-01", "until": "2026-03-03"}
MORE: dict[str, tuple[dict[str, str], ...]] = {
    "/sites/{site}/heatmap": (
        {"kind": "hover"}, {"kind": "scroll"}, {"layer": "dead"}, {"device": "phone"}, {"goal": "buy"},
    ),
    "/sites/{site}/events": ({"event": "order"}, {"event": "order", "by": "device"}),
    "/sites/{site}/overview": ({"device": "phone"}, {"measure": "bounce"}),
    "/sites/{site}/journeys/{journey}/funnel": ({"split": "device"}, {"device": "tablet"}),
    "/sites/{site}/journeys/{journey}/paths": ({"device": "tablet"},),
}  # fmt: skip
PAY = {"key": "pay", "name": {"en": "Pay"}, "touchpoints": [{"key": "pay", "name": {"en": "Pay"}, "pages": ["/pay"]}]}
DEFINED: dict[str, Any] = {
    "journeys": SAMPLE | {"name": "Two steps", "stages": [*SAMPLE["stages"], PAY]},
    "goals": {"name": "Buy", "action": {"what": "clicked", "page": "/lamps", "element": BUY_KEY}},
    "segments": {"name": "On phones", "tree": {"rules": [{"what": "device", "values": ["phone"]}]}},
    "experiments": {
        "name": "Button", "id": "button", "pages": ["/lamps"],
        "variants": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}],
    },
    "saved_maps": {"name": "Lamps on phones", "query": {"page": "shop.example/lamps", "device": "phone"}},
    "surveys": {
        "name": "After the order", "pages": ["/done"],
        "questions": [{"id": "nps", "kind": "nps", "text": {"en": "How likely?"}}], "thanks": {"en": "Thank you."},
    },
}  # fmt: skip


def test_the_answers_of_the_shop_have_the_described_fields(
    api: Client, viewer: Any, shop: Site, description: dict[str, Any]
) -> None:
    """Every route whose answer is described is asked; its answers are valid, and have no other field."""
    api.post(f"{ROOT}/sites/{shop.id}/journeys", json=SAMPLE)
    events = [
        {"view": n, "visitor": n, "time": NOON, "kind": "custom", "name": "order", "value": 9.5} for n in range(9)
    ]
    insert(viewer.store, "events", [one | {"site": int(shop.id)} for one in events])
    ids = {}
    for noun, body in DEFINED.items():
        made = api.post(f"{ROOT}/sites/{shop.id}/{noun}", json=body)
        assert made.status_code == 201, made.text
        ids[noun.removesuffix("s")] = made.json()["id"]
    counted = add_site(viewer.definitions, "Counted", ["shop.example"], mode="counts")
    checked = set()
    for entry in (one for one in ENTRIES if one.answers and one.method == "GET"):
        site = counted.id if entry.path.endswith("/counts") else shop.id
        path = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], entry.full_path.replace("{site}", site))
        operation = description["paths"][entry.full_path]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": description["components"]})
        known = {name for one in _fields(schema, description) for name in one}
        for more in ({}, *MORE.get(entry.path, ())):
            asked = {"goal": ids["goal"]} if more == {"goal": "buy"} else more
            query = {name: value for name, value in (ASKED | asked).items() if name in entry.query}
            answer = api.get(path, params=query)
            assert answer.status_code == 200, (path, query, answer.text)
            found = answer.json()
            assert not [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(found)], (path, query)
            assert set(found) - known <= {"zones", "points"}, (
                path,
                set(found) - known,
            )  # docs/api.md has those of maps
            checked.add(entry.path)
    assert len(checked) >= 14


def _fields(schema: dict[str, Any], description: dict[str, Any]) -> list[list[str]]:
    """The names of the fields of an object, in each of its forms."""
    if "$ref" in schema:
        return _fields(description["components"]["schemas"][schema["$ref"].rpartition("/")[2]], description)
    parts = [*schema.get("allOf", ()), *schema.get("anyOf", ())]
    return [list(schema.get("properties", ()))] + [one for part in parts for one in _fields(part, description)]
