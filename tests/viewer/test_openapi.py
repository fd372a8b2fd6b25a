"""The OpenAPI description says what the API does."""

from __future__ import annotations

import inspect
import os
import re
from typing import Any

import httpx
import msgspec
import pytest

from store.records import Site
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
