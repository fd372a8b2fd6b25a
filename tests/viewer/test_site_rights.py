"""Editors change sites, but do not open the server's network to pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from store.records import Role
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf
from viewer.access import tokens
from viewer.app import Viewer

ROOT = "/api/v1/sites"
Sign = Callable[[Role], Client]


@pytest.fixture
def program(viewer: Viewer, portal: BlockingPortal) -> Sign:
    def make(role: Role) -> Client:
        _, text = tokens.issue(viewer.definitions, f"a {role}", role)
        return Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})

    return make


@pytest.fixture(scope="module")
def editor(viewer: Viewer, portal: BlockingPortal) -> Client:
    """An editor in a browser."""
    viewer.users.add("edgar", PASSWORD, "editor")
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    form = {"csrf": csrf(client.get("/sign-in").text), "name": "edgar", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


@pytest.mark.parametrize(
    "fields",
    [
        {"allow_private": True},
        {"demo": True},
        {"domains": ["a.example", "127.0.0.1:8001"]},
        {"domains": ["a.example", "intranet"]},
        {"fetch_from": "http://10.0.0.1"},
    ],
)
def test_only_an_owner_opens_a_site_to_private_addresses(program: Sign, fields: dict[str, Any]) -> None:
    site = {"name": f"Site {sorted(fields.items())}", "domains": ["a.example"]}
    refused = program("editor").post(ROOT, json=site | fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "role")
    made = program("editor").post(ROOT, json=site)
    assert made.status_code == 201
    path = f"{ROOT}/{made.json()['id']}"
    assert program("editor").put(path, json=fields).status_code == 403
    assert program("editor").put(path, json={"name": site["name"] + "!"}).status_code == 200
    assert program("owner").put(path, json=fields).status_code == 200


@pytest.mark.parametrize("domain", ["169.254.169.254", "[fe80::1]", "metadata.google.internal"])
def test_nobody_adds_a_link_local_address(program: Sign, domain: str) -> None:
    site = {"name": "Metadata", "domains": [domain], "allow_private": True}
    refused = program("owner").post(ROOT, json=site)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "domain")


def test_an_editors_form_keeps_what_an_owner_allowed(program: Sign, editor: Client) -> None:
    site = program("owner").post(ROOT, json={"name": "Inside", "domains": ["localhost"], "allow_private": True}).json()
    path = f"/sites/{site['id']}/settings"
    page = editor.get(path).text
    assert re.search(r'name="allow_private" value="1"\s+checked disabled>', page)
    form = {"csrf": csrf(page), "name": "Inside!", "domains": "localhost", "version": str(site["version"])}
    assert editor.post(path, data=form).status_code == 303
    changed = program("owner").get(f"{ROOT}/{site['id']}").json()
    assert (changed["name"], changed["allow_private"]) == ("Inside!", True)
    more = form | {"version": str(changed["version"]), "domains": "localhost\nlooks-public.example"}
    refused = editor.post(path, data=more)
    assert refused.status_code == 422
    assert "can be set by an owner only" in refused.text


def test_an_editors_new_site_has_no_private_domain(editor: Client) -> None:
    token = csrf(editor.get("/sites/new").text)
    form = {"csrf": token, "name": "By an editor", "domains": "192.168.1.4", "allow_private": "1"}
    refused = editor.post("/sites/new", data=form)
    assert refused.status_code == 422
    assert "can be set by an owner only" in refused.text
    assert editor.post("/sites/new", data=form | {"domains": "by-an-editor.example"}).status_code == 303
