"""Surveys over the API: made, changed, rejected with a message; results, answers and themes."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from collector import wire
from store.records import Site
from tests.collector.batches import FP
from tests.viewer.client import Client
from viewer.api.entry import ROOT
from viewer.app import Viewer

SURVEY: dict[str, Any] = {
    "name": "After the order",
    "state": "asking",
    "pages": ["/done"],
    "questions": [
        {"id": "nps", "kind": "nps", "text": {"en": "How likely?"}},
        {"id": "why", "kind": "text", "text": {"en": "Why?"}, "optional": True},
    ],
    "thanks": {"en": "Thank you."},
}


@pytest.fixture
def surveys(api: Client, shop: Site) -> Iterator[str]:
    """The address of the shop's surveys, of which there are none before and after."""
    root = f"{ROOT}/sites/{shop.id}/surveys"
    yield root
    for one in api.get(root).json()["surveys"]:
        api.delete(f"{root}/{one['id']}")


@pytest.fixture
def answered(api: Client, viewer: Viewer, shop: Site, surveys: str) -> Iterator[str]:
    """A survey with 22 answers of as many visitors; its address."""
    made = api.post(surveys, json=SURVEY)
    assert made.status_code == 201, made.text
    survey, now = made.json(), int(time.time() * 1000)
    lines = ""
    for n in range(22):
        usual = {"t": 1, "a": f"{n:024d}", "s": survey["id"], "v": 1, "k": 0, "q": "", "g": None, "o": [], "m": "",
                 "lang": "en", "e": None, "x": 0, "y": 0, "w": 0, "h": 0, "px": 0, "py": 0}  # fmt: skip
        text = '=HYPERLINK("http://evil.example")' if n == 0 else f"The code {'fails' if n % 2 else 'works'}"
        rows = [{"k": 3}, {"q": "nps", "g": 10 if n < 11 else 2}, {"q": "why", "m": text}, {"k": 7}]
        made_rows = [usual | {"n": i} | row for i, row in enumerate(rows)]
        batch = {
            "v": 1, "view": f"ask{n:021d}", "seq": 1, "sent": now, "t0": now - 60_000,
            "ctx": {"url": "https://shop.example/done", "vw": 1366, "vh": 768, "pw": 1, "ph": 1},
            "el": {"p": ["main"], "f": [FP]},
            "ask": {name: [row[name] for row in made_rows] for name in usual | {"n": 0}},
        }  # fmt: skip
        about = {"site": int(shop.id), "page": "shop.example/done", "visitor": str(n + 1), "device": "desktop",
                 "channel": "direct", "bot": "", "excluded": 0, "shift": 0}  # fmt: skip
        body = wire.encode(wire.decode(json.dumps(batch).encode())).decode()
        lines += f'{json.dumps({"r": now, "x": about})[:-1]},"b":{body}}}\n'
    viewer.store.insert_segment(lines.encode(), f"answers-{now}")
    yield f"{surveys}/{survey['id']}"
    for table in ("feedback", "views"):
        viewer.store.command(f"ALTER TABLE {table} DELETE WHERE page = 'shop.example/done' SETTINGS mutations_sync = 2")


def test_a_survey_is_made_changed_and_deleted(api: Client, surveys: str) -> None:
    made = api.post(surveys, json=SURVEY)
    assert made.status_code == 201, made.text
    survey = made.json()
    assert (survey["id"], survey["version"], survey["wait_days"]) == ("after-the-order", 1, 30)
    changed = api.put(f"{surveys}/{survey['id']}", json=SURVEY | {"state": "closed", "version": 1})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    late = api.put(f"{surveys}/{survey['id']}", json=SURVEY | {"version": 1})
    assert late.status_code == 409
    assert api.get(surveys).json()["surveys"][0]["state"] == "closed"
    assert api.delete(f"{surveys}/{survey['id']}").json() == {"deleted": survey["id"]}
    assert api.get(f"{surveys}/{survey['id']}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"questions": []}, "questions", "few"),
        ({"thanks": {"fr": "Merci."}}, "thanks", "survey_language"),
        ({"questions": [{"id": "a", "kind": "nps", "text": {"en": "?"}}] * 2}, "questions.1.id", "twice"),
        ({"questions": [{"id": "a", "kind": "one", "text": {"en": "?"}}]}, "questions.0.options", "few"),
        ({"questions": [{"id": "a", "kind": "text", "look": "stars", "text": {"en": "?"}}]}, "questions.0.look",
         "survey_look"),
        ({"questions": [{"id": "a", "kind": "ces", "text": {"en": "?"}, "branches": [{"to": "a"}]}]},
         "questions.0.branches.0.to", "survey_branch"),
        ({"questions": [{"id": "a", "kind": "ces", "text": {"en": "?"}, "branches": [{"to": "thanks", "least": 0}]}]},
         "questions.0.branches.0.least", "whole_number"),
        ({"group": "lamps"}, "group", "one_of"),
        ({"pages": [], "group": "no-such-group"}, "group", "no_group"),
        ({"segment": "no-such"}, "segment", "no_segment"),
        ({"trigger": {"kind": "event"}}, "trigger.event", "missing"),
        ({"until": "2026-01-01", "since": "2026-02-01"}, "until", "before_start"),
        ({"look": {"place": "inside"}}, "look.selector", "missing"),
        ({"look": {"accent": "red"}}, "look.accent", "colour"),
        ({"nonsense": 1}, "nonsense", "unknown"),
    ],
)  # fmt: skip
def test_a_survey_with_a_fault_is_rejected_with_its_field(
    api: Client, surveys: str, changes: dict[str, Any], field: str, code: str
) -> None:
    response = api.post(surveys, json=SURVEY | changes)
    assert response.status_code in (409, 422), response.text
    assert (field, code) in [(one["field"], one["code"]) for one in response.json()["error"]["faults"]]


def test_a_segment_that_no_browser_knows_is_rejected(api: Client, shop: Site, surveys: str) -> None:
    segments = f"{ROOT}/sites/{shop.id}/segments"
    rules = [{"what": "visitor", "values": ["new"]}, {"what": "device", "values": ["phone"]}]
    segment = api.post(segments, json={"name": "New phones", "tree": {"rules": rules}}).json()
    response = api.post(surveys, json=SURVEY | {"segment": segment["id"]})
    api.delete(f"{segments}/{segment['id']}")
    (fault,) = response.json()["error"]["faults"]
    assert (fault["code"], fault["values"]["unknown"]) == ("survey_segment", "visitor")


def test_results_have_the_account_and_the_figures(api: Client, answered: str) -> None:
    found = api.get(f"{answered}/results?days=7").json()
    account = found["account"]
    assert (account["asked"], account["answered"], account["response"]["share"]) == (22, 22, 1.0)
    assert (found["score"], found["questions"][0]["figure"]["value"]) == ("nps", 0.0)
    assert {one["word"] for one in found["words"]} == {"code", "fails", "works"}
    compared = api.get(f"{answered}/results?days=7&with=device:phone").json()
    assert compared["compared"][-1]["by"] == "set"
    assert api.get(f"{answered}/results?days=x").status_code == 400


def test_answers_are_searched_paged_and_exported(api: Client, answered: str) -> None:
    every = api.get(f"{answered}/answers?days=7&question=why").json()
    assert every["total"] == 22
    assert "visitor" not in every["answers"][0]
    assert len(api.get(f"{answered}/answers?days=7&limit=5&offset=40").json()["answers"]) == 4
    assert api.get(f"{answered}/answers?days=7&question=why&search=FAILS").json()["total"] == 11
    assert api.get(f"{answered}/answers?days=7&question=why&word=fail&least=9").json()["total"] == 5
    text = api.get(f"{answered}/answers?days=7&question=why&format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 22
    assert not [row for row in rows if row["text"].startswith("=")]


def test_themes_are_set_by_hand(api: Client, answered: str) -> None:
    first = api.get(f"{answered}/answers?days=7&question=why&search=fails").json()["answers"][0]["id"]
    made = api.post(f"{answered}/themes", json={"name": "Code does nothing", "answers": [first]})
    assert made.status_code == 201, made.text
    theme = made.json()
    assert api.post(f"{answered}/themes", json={"name": "Code does nothing"}).status_code in (409, 422)
    assert api.get(f"{answered}/answers?days=7&theme={theme['id']}").json()["total"] == 1
    assert api.get(f"{answered}/answers?days=7&theme=none").json()["total"] == 21
    found = api.get(f"{answered}/results?days=7").json()["themes"]
    assert [(one["theme"], one["texts"]["k"]) for one in found] == [(theme["id"], 1), ("", 21)]
    renamed = api.put(f"{answered}/themes/{theme['id']}", json={"name": "Code", "answers": [], "version": 1})
    assert (renamed.status_code, renamed.json()["version"]) == (200, 2)
    assert api.delete(f"{answered}/themes/{theme['id']}").status_code == 200
    assert api.get(f"{answered}/themes").json() == {"themes": []}
    assert api.delete(f"{answered}/themes/{theme['id']}").status_code == 404
