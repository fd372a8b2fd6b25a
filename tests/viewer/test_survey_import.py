"""Exports of other survey tools become closed surveys with their answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from httpx import Response

from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from store.surveys import Survey
from tests.rules.test_survey_export import QUALTRICS, SURVEYMONKEY, TYPEFORM
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer


@pytest.fixture(autouse=True)
def _nothing_left(viewer: Viewer) -> Iterator[None]:
    yield
    for kind in (Survey, Journey):
        for one in viewer.definitions.find(kind):
            viewer.definitions.delete(one)
    viewer.work.forget()


def send(owner: Client, shop: Site, text: str, **fields: str) -> Response:
    path = f"/sites/{shop.id}/surveys/import"
    form = {"csrf": csrf(owner.get(path).text), "language": "en", **fields}
    return owner.post(path, data=form, files={"file": ("answers.csv", text.encode(), "text/csv")})


def typeform(n: int) -> str:
    """20 and more responses: easy for most, and one text with a mail address."""
    rows = [f"r{i},{1 + i % 3},{'Write me@home.example' if i == 0 else ''},completed,2026-11-20 08:00:00,,"
            f"2026-11-20 08:00:{i:02d},0f3c,\n" for i in range(n)]  # fmt: skip
    return TYPEFORM.splitlines()[0] + "\n" + "".join(rows)


def test_answers_are_taken_over_with_their_account(owner: Client, api: Client, viewer: Viewer, shop: Site) -> None:
    sent = send(owner, shop, typeform(24), name="Returns")
    assert sent.status_code == 200, words(sent.text)
    assert "24 responses were taken over." in words(sent.text)
    made = viewer.definitions.get(Survey, "returns")
    assert made.state == "closed"
    found = api.get(f"/api/v1/sites/{shop.id}/surveys/returns/results?since=2026-11-01&until=2026-11-30").json()
    figure = found["questions"][0]["figure"]
    assert (figure["kind"], figure["n"], figure["value"]) == ("ces", 24, 2.0)
    assert found["account"]["answered"] == 24
    listed = api.get(f"/api/v1/sites/{shop.id}/surveys/returns/answers?since=2026-11-01&until=2026-11-30").text
    assert "[mail]" in listed
    assert "home.example" not in listed


def test_what_is_left_out_is_said(owner: Client, viewer: Viewer, shop: Site) -> None:
    read = words(send(owner, shop, QUALTRICS, name="Loyal").text)
    assert "2 responses were taken over." in read
    assert "Previews, tests and spam: 1" in read
    assert "No answer: 1" in read
    (nps, why) = viewer.definitions.get(Survey, "loyal").questions
    assert (nps.kind, why.kind) == ("nps", "text")


def test_several_options_and_a_touchpoint_that_is_no_page(owner: Client, viewer: Viewer, shop: Site) -> None:
    stage = Stage("help", {"en": "Help"}, (Touchpoint("call", {"en": "Call"}, ()),))
    viewer.definitions.put(Journey(id="lamp", site=shop.id, name="Lamp", stages=(stage,)))
    viewer.work.forget()
    send(owner, shop, SURVEYMONKEY, name="Help", touchpoint="lamp/call")
    made = viewer.definitions.get(Survey, "help")
    assert (made.journey, made.touchpoint) == ("lamp", "call")
    assert [one.kind for one in made.questions] == ["csat", "several", "text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty."),
        ("a,b\n1,2\n", "This is no export that is known"),
        (TYPEFORM.splitlines()[0] + "\n", "There are no answers below the names of the columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(owner: Client, shop: Site, text: str, said: str) -> None:
    refused = send(owner, shop, text)
    assert refused.status_code == 422
    assert said in words(refused.text)


def test_the_name_of_another_survey_is_refused_and_nothing_is_stored_twice(
    owner: Client, viewer: Viewer, shop: Site
) -> None:
    send(owner, shop, typeform(3), name="Twice")
    assert send(owner, shop, typeform(3), name="Twice").status_code == 422
    rows = viewer.store.rows("SELECT count() AS n FROM feedback WHERE survey = 'twice' AND question = ''")
    assert int(rows[0]["n"]) == 3
