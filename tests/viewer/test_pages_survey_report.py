"""The report of a survey: its figures equal those of the API, answers are searched, themes are set by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from httpx import Response
from msgspec.structs import replace

from store.journeys import Journey, Lane, Stage, Touchpoint
from store.records import Site
from store.remarks import Remark
from store.surveys import Survey, SurveyTheme
from store.zones import now_ms
from tests.aggregator.build import PAGE
from tests.aggregator.test_feedback import DEAD, SURVEY, Answers, done
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer
from viewer.digests import DigestAsked


@pytest.fixture(scope="module")
def survey(viewer: Viewer, shop: Site) -> Iterator[Survey]:
    """40 visitors answered: 25 promoters, 15 detractors, of whom those with a dead click wrote why."""
    made = viewer.definitions.put(replace(SURVEY, site=shop.id, version=0, thanks={"en": "Thanks"}))
    answers = Answers()
    number = int(shop.id)
    for n in range(25):
        answers.add(1_000 + n, *done(10, "The lamp is lovely" if n < 3 else ""), version=1, site=number, page=PAGE)
    for n in range(15):
        text = "The code does nothing, <b>really</b>" if n < 5 else ""
        answers.add(2_000 + n, *done(3, text), version=1, site=number, page=PAGE, device="phone",
                    more=DEAD if n < 5 else None)  # fmt: skip
    for n in range(6):
        answers.add(3_000 + n, {"k": 4}, version=1, site=number)
    answers.stored(viewer.store)
    viewer.work.forget()
    yield made
    for kind in (SurveyTheme, Survey):
        for one in viewer.definitions.find(kind):
            viewer.definitions.delete(one)
    viewer.work.forget()


def page_of(owner: Client, shop: Site, query: str = "days=7") -> Response:
    page = owner.get(f"/sites/{shop.id}/surveys/after?{query}")
    assert page.status_code == 200
    return page


def ids(page: str) -> list[str]:
    return re.findall(r'name="answer" value="([^"]+)"', page)


def test_figures_of_the_page_are_those_of_the_api(owner: Client, api: Client, shop: Site, survey: Survey) -> None:
    read = words(page_of(owner, shop).text)
    found = api.get(f"/api/v1/sites/{shop.id}/surveys/after/results?days=7").json()
    figure = found["questions"][0]["figure"]
    assert figure["n"] == 40
    assert round(figure["value"], 1) == 25.0
    assert "NPS is +25.0 (95% interval" in read
    assert f"{figure['low']:+.1f}".replace("-", "−") in read
    account = found["account"]
    assert (account["asked"], account["answered"], account["closed"]) == (46, 40, 6)
    for part in ("Asked 46", "Closed or ignored −6", "Answered 40"):
        assert part in read, part
    assert "Phone 15 few" in read, "under 20 answers there is no figure"
    assert "Desktop 25 +100.0" in read


def test_nobody_is_shown_who_gave_an_answer_and_texts_are_texts(owner: Client, shop: Site, survey: Survey) -> None:
    page = page_of(owner, shop).text
    assert "&lt;b&gt;really&lt;/b&gt;" in page
    assert not re.search(r"\b(100[0-9]|200[0-9])\b", words(page)), "the number of a visitor"
    assert "before: a dead click" in words(page)


def test_texts_are_searched_and_narrowed(owner: Client, shop: Site, survey: Survey) -> None:
    every = page_of(owner, shop).text
    assert len(ids(every)) == 8
    found = page_of(owner, shop, "days=7&search=NOTHING").text
    assert len(ids(found)) == 5
    assert found.count("<mark>nothing</mark>") == 5
    assert "5 of 8" in words(found)
    assert len(ids(page_of(owner, shop, "days=7&least=9&most=10").text)) == 3
    assert "No text in this period." in words(page_of(owner, shop, "days=7&search=absent").text)


def test_themes_are_set_on_answers_taken_off_and_counted(owner: Client, viewer: Viewer, shop: Site,
                                                         survey: Survey) -> None:  # fmt: skip
    page = page_of(owner, shop, "days=7&search=code")
    action = unescape(re.findall(r'<form method="post" action="([^"]+)"', page.text)[-1])
    chosen = ids(page.text)
    sent = owner.post(action, data={"csrf": csrf(page.text), "do": "add", "name": "Code", "answer": chosen[:3]})
    assert sent.status_code == 303
    assert "search=code" in sent.headers["location"]
    owner.post(action, data={"csrf": csrf(page.text), "do": "add", "name": "Code", "answer": chosen[2:4]})
    theme = viewer.definitions.find(SurveyTheme)[0]
    assert sorted(theme.answers) == sorted(chosen[:4])
    assert "Code 4 50.0%" in words(page_of(owner, shop).text)
    assert len(ids(page_of(owner, shop, f"days=7&theme={theme.id}").text)) == 4
    owner.post(action, data={"csrf": csrf(page.text), "do": f"drop:{theme.id}|{chosen[0]}"})
    assert chosen[0] not in viewer.definitions.get(SurveyTheme, theme.id).answers
    refused = owner.post(action, data={"csrf": csrf(page.text), "do": "add", "name": "", "answer": chosen})
    assert refused.status_code == 422
    assert owner.post(action, data={"csrf": csrf(page.text), "do": "drop:nothing|x"}).status_code == 404


def test_the_list_leads_to_the_answers(owner: Client, shop: Site, survey: Survey) -> None:
    assert f'href="/sites/{shop.id}/surveys/after"' in owner.get(f"/sites/{shop.id}/surveys").text
    assert owner.get(f"/sites/{shop.id}/surveys/nothing").status_code == 404


def test_the_journey_shows_the_figure_at_its_touchpoint(
    owner: Client, viewer: Viewer, shop: Site, survey: Survey
) -> None:
    stage = Stage("buy", {"en": "Buy"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),))
    lanes = (Lane(key="touchpoints", kind="touchpoints"), Lane(key="feedback", kind="feedback"))
    journey = viewer.definitions.put(Journey(id="asked", site=shop.id, name="Asked", stages=(stage,), lanes=lanes))
    stored = viewer.definitions.put(replace(survey, journey="asked", touchpoint="lamps"))
    viewer.work.forget()
    read = words(owner.get(f"/sites/{shop.id}/journeys/asked?days=7").text)
    assert "After NPS +25.0" in read
    assert "40 answers, 87.0% of those asked answered" in read
    elsewhere = viewer.definitions.put(replace(stored, touchpoint="other"))
    viewer.work.forget()
    assert "NPS" not in words(owner.get(f"/sites/{shop.id}/journeys/asked?days=7").text)
    viewer.definitions.put(replace(elsewhere, journey="", touchpoint=""))
    viewer.definitions.delete(journey)
    viewer.work.forget()


def test_each_answer_leads_to_the_map_of_those_who_gave_it(
    owner: Client, api: Client, shop: Site, survey: Survey
) -> None:
    page = page_of(owner, shop).text
    links = {unescape(label): unescape(href) for href, label in
             re.findall(r'<a href="([^"]+)"\s+aria-label="Map of those who answered ([^"]+)"', page)}  # fmt: skip
    assert set(links) == {"10", "3"}
    for score, visitors in (("10", 25), ("3", 15)):
        shown = owner.get(links[score])
        assert shown.status_code == 200
        assert f"with a score of {score}" in words(shown.text)
        found = api.get(links[score].replace("/sites/", "/api/v1/sites/", 1)).json()
        assert found["visitors"] == visitors, found
    gone = {"page": PAGE, "segment": '{"rules":[{"what":"answered","name":"after/nothing"}]}'}
    answer = api.get(f"/api/v1/sites/{shop.id}/heatmap", params=gone)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_answer")


def test_the_digest_has_answers_and_notes(shop: Site, viewer: Viewer, survey: Survey) -> None:
    today = shop.zone.today()
    note = viewer.definitions.put(
        Remark(id="n1", site=shop.id, text="Look", author="odile", time=now_ms() - 60_000, page=PAGE)
    )
    viewer.work.forget()
    found = viewer.digests.now(DigestAsked(shop.id, today))
    assert f"{survey.name}: 40 answers, NPS +25.0 (95% interval" in found.text
    assert f"/sites/{shop.id}/surveys/after" in found.text
    assert "Notes: 1 new, 1 open." in found.text
    assert "40 answers, NPS +25.0" in found.html
    assert "40 réponses, NPS +25,0" in viewer.digests.now(DigestAsked(shop.id, today, "fr")).text
    assert "NPS" not in viewer.digests.now(DigestAsked(shop.id, date(2026, 3, 3))).text
    viewer.definitions.delete(note)
    viewer.work.forget()
