"""Notes over the API: written, answered, resolved, moved, deleted and exported, and rejected with a message."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from store.journeys import Journey, Stage, Touchpoint
from store.layouts import path_key
from store.records import Role, Site, SiteRole, User
from tests.aggregator.build import PAGE
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.shop import BUY, LINK, PERIOD
from viewer.access import tokens
from viewer.api.entry import ROOT
from viewer.app import Viewer

BUY_KEY, LINK_KEY = f"{path_key(BUY[0]):016x}", f"{path_key(LINK[0]):016x}"
ON_BUY = {"page": "/lamps", "element": BUY_KEY, "text": "Dead since the 6th."}
DAYS = "&".join(f"{name}={value}" for name, value in PERIOD.items())


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


def codes(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    return [(one["field"], one["code"]) for one in error(response)["faults"]]


@pytest.fixture
def notes(api: Client, shop: Site) -> Iterator[str]:
    """The address of the shop's notes, of which there are none before and after."""
    root = f"{ROOT}/sites/{shop.id}/notes"
    yield root
    for one in api.get(root).json()["notes"]:
        api.delete(f"{root}/{one['id']}")


@pytest.fixture
def program(viewer: Viewer, portal: BlockingPortal, shop: Site) -> Any:
    def make(name: str, role: Role) -> Client:
        made, text = tokens.issue(viewer.definitions, name, "viewer")
        viewer.definitions.put(replace(made, role="", sites=(SiteRole(shop.id, role),)))
        return Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})

    return make


def test_a_note_keeps_its_element_its_place_and_what_the_map_showed_when_it_was_written(
    api: Client, notes: str
) -> None:
    made = api.post(f"{notes}?{DAYS}", json=ON_BUY | {"x": 0.5, "y": 0.25})
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["page"], note["place"]["element"], note["place"]["name"]) == (PAGE, BUY_KEY, "Buy")
    assert (note["place"]["x"], note["place"]["y"]) == (0.5, 0.25)
    # The box of Buy: 400, 600, 200 × 80 on a picture of 1000 × 2000.
    assert (note["place"]["page_x"], note["place"]["page_y"]) == (0.5, 0.31)
    figure = note["figure"]
    assert (figure["clicked"], figure["of"]) == (pytest.approx(40 / 60), 60)
    assert (figure["since"], figure["until"]) == (PERIOD["since"], PERIOD["until"])
    listed = api.get(notes).json()
    assert (listed["total"], listed["open"]) == (1, 1)
    assert listed["notes"] == [note] == [api.get(f"{notes}/{note['id']}").json()]


def test_a_note_is_answered_resolved_changed_moved_and_deleted(api: Client, notes: str) -> None:
    note = f"{notes}/{api.post(notes, json=ON_BUY).json()['id']}"
    answered = api.post(f"{note}/answers", json={"text": "The field is called state now."})
    assert (answered.status_code, [one["text"] for one in answered.json()["answers"]]) == (
        201,
        ["The field is called state now."],
    )
    resolved = api.put(note, json={"resolved": True}).json()
    assert (resolved["resolved"], len(resolved["answers"])) == (True, 1)
    assert api.get(f"{notes}?resolved=0").json()["total"] == 0
    late = api.put(note, json={"text": "Other", "version": 1})
    assert (late.status_code, error(late)["code"]) == (409, "conflict")
    moved = api.put(note, json={"element": LINK_KEY, "x": 0.0, "y": 0.0}).json()
    assert (moved["place"]["element"], moved["place"]["page_x"], moved["place"]["page_y"]) == (LINK_KEY, 0.1, 0.75)
    free = api.put(note, json={"x": 0.3, "y": 0.4}).json()["place"]
    assert (free["element"], free["x"], free["y"]) == ("", 0.3, 0.4)
    assert api.delete(note).status_code == 200
    gone = api.get(note)
    assert (gone.status_code, error(gone)["code"]) == (404, "no_note")


def test_answers_written_at_the_same_time_are_all_kept(api: Client, notes: str) -> None:
    note = f"{notes}/{api.post(notes, json=ON_BUY).json()['id']}"
    texts = [f"answer {n}" for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda text: api.post(f"{note}/answers", json={"text": text}).status_code, texts))
    assert sent == [201] * 8
    assert sorted(one["text"] for one in api.get(note).json()["answers"]) == texts


def test_a_token_of_an_editor_marks_a_release_on_a_day(api: Client, notes: str, program: Any) -> None:
    made = program("deploy", "editor").post(notes, json={"day": "2026-03-02", "release": "1.4"})
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["day"], note["release"], note["text"], note["author"], note["via"]) == (
        "2026-03-02", "1.4", "1.4", "deploy", "token",
    )  # fmt: skip
    refused = program("reader", "viewer").post(notes, json={"day": "2026-03-02", "release": "1.4"})
    assert (refused.status_code, error(refused)["code"]) == (403, "role")


def test_a_viewer_writes_and_answers_but_changes_only_their_own_notes(api: Client, notes: str, program: Any) -> None:
    others = f"{notes}/{api.post(notes, json=ON_BUY).json()['id']}"
    reader = program("reader", "viewer")
    own = reader.post(notes, json=ON_BUY)
    assert own.status_code == 201
    assert reader.put(f"{notes}/{own.json()['id']}", json={"resolved": True}).status_code == 200
    assert reader.post(f"{others}/answers", json={"text": "I see it too."}).status_code == 201
    for refused in (reader.put(others, json={"resolved": True}), reader.delete(others)):
        assert (refused.status_code, error(refused)["code"]) == (403, "role")


def test_people_who_may_see_the_site_can_be_mentioned(api: Client, notes: str, viewer: Viewer, shop: Site) -> None:
    for name, site in (("shop", shop.id), ("stranger", "999")):
        viewer.definitions.put(User(id=name, password="x", role="", sites=(SiteRole(site, "viewer"),)))
    viewer.work.forget()
    note = api.post(notes, json=ON_BUY | {"text": "@shop, @stranger and me@shop: look."}).json()
    assert note["mentions"] == ["shop"]


def test_a_note_can_be_about_a_touchpoint(api: Client, notes: str, viewer: Viewer, shop: Site) -> None:
    stage = Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),))
    viewer.definitions.put(Journey(id="lamp", site=shop.id, name="A lamp", stages=(stage,)))
    made = api.post(notes, json={"journey": "lamp", "touchpoint": "lamps", "text": "Ask support."})
    assert made.status_code == 201, made.text
    unknown = api.post(notes, json={"journey": "lamp", "touchpoint": "nowhere", "text": "Ask support."})
    assert codes(unknown) == [("touchpoint", "no_touchpoint")]
    assert api.post(notes, json={"journey": "none", "touchpoint": "lamps", "text": "x"}).status_code == 404
    assert [one["touchpoint"] for one in api.get(f"{notes}?about=touchpoint").json()["notes"]] == ["lamps"]
    moved = api.put(f"{notes}/{made.json()['id']}", json={"x": 0.5})
    assert codes(moved) == [("element", "note_without_place")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("text", "missing"), ("page", "missing")]),
        ({"text": "x"}, [("page", "missing")]),
        ({"text": " ", "page": "/lamps"}, [("text", "missing")]),
        ({"text": "x" * 2001, "page": "/lamps"}, [("text", "long")]),
        ({"text": "x" * 1_000_000, "page": "/lamps"}, [("text", "long")]),
        ({"text": "a\0b", "page": "/lamps"}, [("text", "characters")]),
        ({"text": "x", "page": "/lamps", "day": "2026-03-02"}, [("day", "one_of")]),
        ({"text": "x", "page": "/lamps", "x": 1.5}, [("x", "high")]),
        ({"text": "x", "page": "/lamps", "element": "buy"}, [("element", "element_key")]),
        ({"text": "x", "page": "/lamps", "element": "0" * 16}, [("element", "no_element")]),
        ({"text": "x", "day": "2026-02-30"}, [("day", "day")]),
        ({"release": "1.4"}, [("page", "missing"), ("day", "missing")]),
        ({"text": "x", "touchpoint": "lamps"}, [("journey", "missing")]),
        ({"text": "x", "page": "/lamps", "author": "somebody"}, [("author", "unknown")]),
    ],
)
def test_a_note_that_cannot_be_stored_is_rejected_with_its_faults(
    api: Client, notes: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert codes(api.post(notes, json=fields)) == expected
    assert api.get(notes).json()["total"] == 0


def test_notes_are_exported_as_csv_that_a_spreadsheet_does_not_run(api: Client, notes: str) -> None:
    hostile = '=HYPERLINK("http://evil.example")\n<script>\u202e'
    note = api.post(notes, json=ON_BUY | {"text": hostile}).json()
    api.post(f"{notes}/{note['id']}/answers", json={"text": "+1"})
    answered = api.get(f"{notes}?format=csv")
    assert answered.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answered.text)))
    assert [(row["answer"], row["text"]) for row in rows] == [("0", "'" + hostile), ("1", "'+1")]
    assert {row["page"] for row in rows} == {PAGE}


def test_a_note_of_another_site_does_not_exist(api: Client, notes: str) -> None:
    note = api.post(notes, json=ON_BUY).json()["id"]
    other = api.post(f"{ROOT}/sites", json={"name": "Other", "domains": ["other.example"]}).json()["id"]
    for answered in (
        api.get(f"{ROOT}/sites/{other}/notes/{note}"),
        api.put(f"{ROOT}/sites/{other}/notes/{note}", json={"resolved": True}),
        api.post(f"{ROOT}/sites/{other}/notes/{note}/answers", json={"text": "x"}),
        api.delete(f"{ROOT}/sites/{other}/notes/{note}"),
    ):
        assert (answered.status_code, error(answered)["code"]) == (404, "no_note")
