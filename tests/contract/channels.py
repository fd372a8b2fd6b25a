"""The three ways to define something: a page's form, the JSON API, the command; each answers with its faults."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from click.testing import CliRunner

from parcours.cli import cli
from parcours.commands import define
from parcours.connection import Api
from store.definitions import Definitions
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import csrf

Fields = dict[str, Any]
FaultKey = tuple[str, str, str]  # field, code, values as JSON
_ON_PAGE = re.compile(r"<li data-fault=\"([^\"]*)\" data-code=\"([^\"]*)\" data-values='([^']*)'>")


class CannotSay(Exception):
    """The channel has no way to express these fields."""


@dataclass(frozen=True)
class Answered:
    """What a channel did with a definition: stored it, or the faults it reported."""

    stored: bool
    faults: tuple[FaultKey, ...] = ()


def _key(field: str, code: str, values: Fields) -> FaultKey:
    return field, code, json.dumps(values, sort_keys=True)


def _of_error(body: Fields) -> Answered:
    faults = body["error"].get("faults", ())
    return Answered(False, tuple(_key(one["field"], one["code"], one["values"]) for one in faults))


# --- the API


def by_api(api: Client, site: Site, kind: str, fields: Fields) -> Answered:
    root = {"site": "/sites", "user": "/users", "token": "/tokens"}.get(
        kind, f"/sites/{site.id}/{define.NOUNS.get(kind)}"
    )
    response = api.post(f"/api/v1{root}", json=fields)
    assert response.status_code in (201, 409, 422), response.text
    return Answered(True) if response.status_code == 201 else _of_error(response.json())


# --- the command


def by_command(api: Client, site: Site, kind: str, fields: Fields) -> Answered:
    arguments, typed = _arguments(site, kind, fields)
    with connected(api):
        result = CliRunner().invoke(cli, [*arguments, "--json"], input=typed)
    if result.exit_code == 0:
        return Answered(True)
    assert result.exit_code == 1, result.output  # an ApiError, which `main` prints and turns into an exit code
    return _of_error(json.loads(result.stdout))


@contextmanager
def connected(api: Client) -> Iterator[None]:
    """The commands speak to this application."""

    @contextmanager
    def connect(settings: object) -> Iterator[Api]:
        def send(method: str, path: str, **given: Any) -> httpx.Response:
            return api.request(method, path, **{k: v for k, v in given.items() if k != "headers"})

        yield Api(send, "")

    commands = [
        module
        for name, module in sys.modules.items()
        if name.startswith("parcours.commands.") and hasattr(module, "connect")
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module in commands:
            patch.setattr(module, "connect", connect)
        yield


def _arguments(site: Site, kind: str, fields: Fields) -> tuple[list[str], str]:
    if fields.get("id") == "taken":  # the command replaces what has this key
        raise CannotSay
    if kind in define.NOUNS:
        return ["define", kind, site.id, "--from", "-"], json.dumps(fields)
    if kind == "site":
        return _site_arguments(fields), ""
    if not all(isinstance(value, str | list | bool) for value in fields.values()):
        raise CannotSay
    if set(fields) - {"name", "role", "password"} or any("\x00" in value for value in fields.values()):
        raise CannotSay
    role = ["--role", fields["role"]] if "role" in fields else []
    if kind == "token":
        return ["token", *role, fields["name"]], ""
    return ["user", "add", "--password-stdin", *role, fields["name"]], fields["password"] + "\n"


def _site_arguments(fields: Fields) -> list[str]:
    options = {"domains": "--domain", "keep_query": "--keep-query", "staff_networks": "--staff-network"}
    options |= {"fetch_from": "--fetch-from", "retake": "--retake", "keep_pictures": "--keep-pictures"}
    options |= {"timezone": "--timezone"}
    arguments = ["site", "add"]
    for name, value in fields.items():
        if name == "allow_private" and isinstance(value, bool):
            arguments += ["--allow-private"] if value else []
        elif name == "keep_pictures" and isinstance(value, int):
            arguments += [options[name], str(value)]
        elif name in options and isinstance(value, str if name in ("fetch_from", "retake", "timezone") else list):
            for one in [value] if isinstance(value, str) else value:
                arguments += [options[name], one]
        elif name != "name" or not isinstance(value, str):
            raise CannotSay
    return [*arguments, fields["name"]]


# --- the pages


@dataclass(frozen=True)
class Pages:
    """The pages of somebody signed in. `guest`: a Parcours without any user yet, and its first-run token."""

    owner: Client
    definitions: Definitions
    guest: Client
    first_run: str
    new_journey: Callable[[], str]  # id of a journey that may be edited

    def define(self, site: Site, kind: str, fields: Fields) -> Answered:
        path, form = getattr(self, f"_{kind}")(site, fields)
        client = self.guest if kind == "user" else self.owner
        page = f"/first-run?token={self.first_run}" if kind == "user" else "/account"
        body = urlencode([("csrf", csrf(client.get(page).text)), *form]).encode()  # in the order of the form
        response = client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
        if response.status_code == 303 or (kind == "token" and response.status_code == 200):
            return Answered(True)
        assert response.status_code in (409, 422), response.text[:2000]
        found = _ON_PAGE.findall(response.text)
        return Answered(False, tuple(_key(unescape(f), code, json.loads(unescape(v))) for f, code, v in found))

    def _site(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        lists = ("domains", "keep_query", "staff_networks", "staff_ids")
        texts = ("name", "fetch_from", "retake", "keep_pictures")
        _known(fields, *texts, *lists, "allow_private")
        form = [(name, _text(fields, name)) for name in texts if name in fields]
        form += [(name, _lines(fields[name])) for name in lists if name in fields]
        if not isinstance(fields.get("allow_private", False), bool):
            raise CannotSay
        return "/sites/new", form + ([("allow_private", "1")] if fields.get("allow_private") else [])

    def _experiment(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "id", "pages", "variants", "planned", "started", "ended")
        form = [(name, _text(fields, name)) for name in ("name", "id", "planned", "started", "ended") if name in fields]
        form.append(("pages", _lines(fields["pages"])))
        for variant in fields["variants"]:
            _known(variant, "key", "name", "picture_url")
            form += [("variant_key", variant["key"]), ("variant_name", variant["name"])]
            form.append(("variant_url", variant.get("picture_url", "")))
        return f"/sites/{site.id}/experiments/new", form

    def _state(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "pages", "steps", "first", "devices", "place")
        if not isinstance(fields.get("first", False), bool):
            raise CannotSay
        form = [(name, _text(fields, name)) for name in ("name", "place") if name in fields]
        form += [("pages", _lines(fields["pages"])), ("steps", "\n".join(fields["steps"])), ("do", "save")]
        form += [("device", device) for device in fields.get("devices", ())]
        return f"/sites/{site.id}/states/new", form + ([("first", "1")] if fields.get("first") else [])

    def _goal(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "action", "counted", "within_days")
        action = fields["action"]
        if not isinstance(action, dict) or action["what"] == "scrolled":  # the form has percent
            raise CannotSay
        _known(action, "what", "page", "element", "name", "least", "most")
        if action["what"] == "rage":  # the form leaves out the fields that a goal of this kind has not
            raise CannotSay
        form = [(name, _text(fields, name)) for name in ("name", "counted", "within_days") if name in fields]
        form += [("event" if name == "name" else name, str(value)) for name, value in action.items()]
        return f"/sites/{site.id}/goals/new", [*form, *([] if "counted" in fields else [("counted", "once")])]

    def _journey(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "stages", "objective", "review_on", "window_days")
        form = [("version", "1"), ("window_days", "30")]
        form += [
            (name, _text(fields, name)) for name in ("name", "objective", "review_on", "window_days") if name in fields
        ]
        for stage in fields["stages"]:
            form += [("stage", stage["key"]), *_words("stage", stage["name"])]
            form += [("stage_goal", stage.get("goal", {}).get("en", ""))]
            for one in stage.get("touchpoints", ()):
                form += [("touchpoint", one["key"]), *_words("tp", one["name"]), ("tp_pages", _lines(one["pages"]))]
            form.append(("stage_pains", "\n".join(stage.get("pains", ()))))
        return f"/sites/{site.id}/journeys/{self.new_journey()}", [*form, ("do", "save")]

    def _zone(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "page", "elements")
        if not isinstance(fields["elements"], list) or not isinstance(fields["page"], str):
            raise CannotSay
        form = [("name", _text(fields, "name")), ("page", fields["page"]), ("on", "/lamps")]
        return f"/sites/{site.id}/zones/new", [*form, *(("element", key) for key in fields["elements"])]

    def _user(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name", "password")
        return "/first-run", [("token", self.first_run), *((name, _text(fields, name)) for name in fields)]

    def _token(self, site: Site, fields: Fields) -> tuple[str, list[tuple[str, str]]]:
        _known(fields, "name")
        return "/account", [("do", "token"), ("name", _text(fields, "name"))]


def _known(fields: Fields, *names: str) -> None:
    if set(fields) - set(names):
        raise CannotSay


def _text(fields: Fields, name: str) -> str:
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, str | int) or (isinstance(value, int) and name == "name"):
        raise CannotSay
    return str(value)


def _lines(value: object) -> str:
    """A list as the lines of a text field, which drops empty ones and divides at commas."""
    if not isinstance(value, list) or any(not one.strip() or "," in one for one in value):
        raise CannotSay
    return "\n".join(value)


def _words(prefix: str, name: object) -> list[tuple[str, str]]:
    if not isinstance(name, dict) or set(name) - {"en", "fr"}:
        raise CannotSay
    return [(f"{prefix}_name", name.get("en", "")), (f"{prefix}_other", name.get("fr", ""))]
