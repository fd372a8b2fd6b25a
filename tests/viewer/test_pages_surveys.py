"""The list of surveys, and the form that makes, changes, starts and deletes one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from httpx import Response

from rules.segment import add as add_segment
from store.records import Site
from store.segments import Segment
from store.surveys import Survey
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@pytest.fixture(autouse=True)
def _no_survey(viewer: Viewer) -> Iterator[None]:
    yield
    for kind in (Survey, Segment):
        for one in viewer.definitions.find(kind):
            viewer.definitions.delete(one)
    viewer.work.forget()


def form_of(page: str) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    page = page[page.index("<form") :]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or (('type="radio"' in tag or 'type="checkbox"' in tag) and "checked" not in tag):
            continue
        fields[name[1]] = unescape(value[1]) if value else "on"
    for name, body in re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', page, re.S):
        fields[name] = unescape(body)
    for name, body in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        fields[name] = unescape(next((value for value, on in options if on), options[0][0]))
    return fields


def send(client: Client, path: str, before: Response, do: str, **typed: Any) -> Response:
    """The form as it was shown, with what was typed and a button pressed."""
    assert before.status_code in (200, 422, 409), before.text
    fields = form_of(before.text) | typed | {"do": do, "csrf": csrf(before.text)}
    return client.post(path, data=fields)


def test_a_survey_is_made_question_by_question_started_and_deleted(owner: Client, viewer: Viewer, shop: Site) -> None:
    new = f"/sites/{shop.id}/surveys/new"
    assert "No survey yet" in words(owner.get(f"/sites/{shop.id}/surveys").text)
    page = send(owner, new, owner.get(new), "add:ces", name="Code")
    page = send(owner, new, page, "add:one", q0_text="How hard was it?", q0_low="Very easy")
    page = send(
        owner, new, page, "add:text", q1_text="What happened?", q1_o0_text="Nothing", q1_o1_text="It failed",
        q1_o2_text="Something else", q1_o2_typed="on",
    )  # fmt: skip
    shown = send(owner, new, page, "preview", q2_text="What should we mend?").json()
    assert [one["kind"] for one in shown["questions"]] == ["ces", "one", "text"]
    typed = {
        "q0_b0_least": "1", "q0_b0_most": "3", "q0_b0_to": "thanks", "q0_then": "q2", "q1_o1_to": "q3",
        "q2_text": "What should we mend?", "thanks": "Thank you.", "where": "pages:", "pages": "/lamps",
        "trigger": "dead", "seconds": "3", "share": "50", "wait_days": "90", "most_answers": "200",
    }  # fmt: skip
    saved = send(owner, new, page, "save", **typed)
    assert saved.status_code == 303, words(saved.text)
    made = viewer.definitions.get(Survey, "code")
    assert (made.state, made.share, made.wait_days, made.most_answers) == ("draft", 0.5, 90, 200)
    assert (made.pages, made.trigger.kind, made.trigger.seconds) == (("/lamps",), "dead", 3)
    ces, one, text = made.questions
    assert [(b.to, b.least, b.most) for b in ces.branches] == [("thanks", 1, 3), ("q2", None, None)]
    assert [(o.text["en"], o.typed) for o in one.options] == [
        ("Nothing", False), ("It failed", False), ("Something else", True),
    ]  # fmt: skip
    assert one.branches[0].options == (one.options[1].id,)
    assert text.optional

    edit = f"/sites/{shop.id}/surveys/code/edit"
    assert send(owner, edit, owner.get(edit), "ask").status_code == 303
    assert viewer.definitions.get(Survey, "code").state == "asking"
    assert "Asking" in words(owner.get(f"/sites/{shop.id}/surveys").text)
    assert send(owner, edit, owner.get(edit), "delete").status_code == 303
    assert viewer.definitions.find(Survey) == []


def test_what_is_shown_and_sent_back_unchanged_is_stored_unchanged(owner: Client, viewer: Viewer, shop: Site) -> None:
    new = f"/sites/{shop.id}/surveys/new"
    page = send(owner, new, owner.get(new), "add:csat", name="Look", thanks="Thanks", q0_text="x")
    page = send(owner, new, page, "add:several", q0_text="How is it?", q0_look="faces")
    page = send(owner, new, page, "save", q1_text="What?", q1_o0_text="A", q1_o1_text="B", q1_shuffle="on")
    assert page.status_code == 303
    before = viewer.definitions.get(Survey, "look")
    edit = f"/sites/{shop.id}/surveys/look/edit"
    send(owner, edit, owner.get(edit), "save")
    after = viewer.definitions.get(Survey, "look")
    assert (after.questions, after.thanks, after.trigger, after.look) == (
        before.questions, before.thanks, before.trigger, before.look,
    )  # fmt: skip
    assert after.questions[0].look == "faces"
    assert after.questions[1].shuffle


def test_texts_of_another_language_are_kept_and_what_is_missing_is_said(owner: Client, viewer: Viewer,
                                                                       shop: Site) -> None:  # fmt: skip
    new = f"/sites/{shop.id}/surveys/new"
    page = send(owner, new, owner.get(new), "add:text", name="Two", thanks="Thanks")
    page = send(owner, new, page, "shown:fr", q0_text="What is wrong?")
    assert form_of(page.text)["q0_text"] == ""
    page = send(owner, new, page, "shown:en", q0_text="Qu’est-ce qui ne va pas ?")
    assert form_of(page.text)["q0_text"] == "What is wrong?"
    assert "Français: 1 of 2 texts missing" in words(page.text)
    assert send(owner, new, page, "save", language="en").status_code == 303
    made = viewer.definitions.get(Survey, "two").questions[0]
    assert made.text == {"en": "What is wrong?", "fr": "Qu’est-ce qui ne va pas ?"}


def test_a_question_that_moves_loses_the_branches_that_would_lead_back(owner: Client, shop: Site) -> None:
    new = f"/sites/{shop.id}/surveys/new"
    page = send(owner, new, owner.get(new), "add:text")
    page = send(owner, new, page, "add:text", q0_text="first")
    page = send(owner, new, page, "add:text", q1_text="second")
    page = send(owner, new, page, "down:0", q2_text="third", q0_then="q3")
    draft = json.loads(form_of(page.text)["draft"])
    assert [one["text"]["en"] for one in draft["questions"]] == ["second", "first", "third"]
    page = send(owner, new, page, "down:1")
    draft = json.loads(form_of(page.text)["draft"])
    assert [(one["id"], one["branches"]) for one in draft["questions"]] == [("q2", []), ("q3", []), ("q1", [])]
    page = send(owner, new, page, "remove:0")
    assert len(json.loads(form_of(page.text)["draft"])["questions"]) == 2


def test_faults_are_beside_their_fields_and_nothing_typed_is_lost(owner: Client, shop: Site) -> None:
    new = f"/sites/{shop.id}/surveys/new"
    page = send(owner, new, owner.get(new), "add:nps", name=HOSTILE)
    refused = send(owner, new, page, "ask", q0_low=HOSTILE, accent="red", where="pages:", pages=HOSTILE)
    assert refused.status_code == 422
    for field in ("questions.0.text", "look.accent"):
        assert f'data-fault="{field}"' in refused.text
    assert "<script>alert" not in refused.text
    assert form_of(refused.text)["q0_low"] == HOSTILE
    odd = owner.post(new, data={"csrf": csrf(page.text), "draft": "[1,", "do": "remove:99999", "share": "x"})
    assert odd.status_code == 200
    assert send(owner, new, page, "save", share="abc").status_code == 422


def test_two_people_change_one_survey(owner: Client, shop: Site) -> None:
    new = f"/sites/{shop.id}/surveys/new"
    page = send(owner, new, owner.get(new), "add:text", name="Twice", thanks="Thanks")
    send(owner, new, page, "save", q0_text="One")
    edit = f"/sites/{shop.id}/surveys/twice/edit"
    mine, theirs = owner.get(edit), owner.get(edit)
    assert send(owner, edit, theirs, "save", q0_text="Theirs").status_code == 303
    late = send(owner, edit, mine, "save", q0_text="Mine")
    assert late.status_code == 409
    assert form_of(late.text)["q0_text"] == "Mine"


def test_a_segment_that_no_browser_knows_cannot_be_chosen(owner: Client, viewer: Viewer, shop: Site) -> None:
    for name, rule in (
        ("Phones", {"what": "device", "values": ["phone"]}),
        ("Mail", {"what": "channel", "values": ["mail"]}),
    ):
        add_segment(viewer.definitions, shop.id, {"name": name, "tree": {"rules": [rule]}})
    viewer.work.forget()
    page = owner.get(f"/sites/{shop.id}/surveys/new").text
    assert "of “Phones”" in unescape(page)
    assert "of “Mail”" not in unescape(page)
    assert "Not possible, as no browser knows what they ask for: Mail." in words(page)
