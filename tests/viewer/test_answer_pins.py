"""Answers to surveys that name an element, as pins on the map."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from aggregator.placing.remark_places import point_in
from store.layouts import path_key
from store.records import Site
from store.surveys import Survey, SurveyQuestion
from tests.aggregator.build import NOON, PAGE, insert, record_id
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUY, GONE, LINK, page_layout
from viewer.app import Viewer
from viewer.pages.frame.charts import percent

HOSTILE = "<script>alert(1)</script>"


def answer(site: Site, visitor: int, on: tuple[str, str], text: str, **more: object) -> dict[str, object]:
    return {"site": int(site.id), "view": visitor, "visitor": visitor, "time": NOON + visitor * 1000,
            "survey": "trouble", "asking": visitor, "question": "where", "step": 2, "words": text,
            "key": path_key(on[0]), "record": record_id(*on), "fx": 2500, "fy": 5000, "page_x": 300,
            "page_y": 1500} | more  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def survey(viewer: Viewer, shop: Site) -> Iterator[Survey]:
    """Three visitors of the map name an element; a robot, a visitor of another page and an earlier answer do not
    count."""
    questions = (SurveyQuestion(id="ease", kind="ces", text={"en": "How easy?"}),
                 SurveyQuestion(id="where", kind="click", text={"en": "What bothers you?"}))  # fmt: skip
    made = viewer.definitions.put(
        Survey(id="trouble", site=shop.id, name="Trouble", questions=questions, thanks={"en": "Thanks"})
    )
    ease = {"question": "ease", "step": 1, "score": 2, "key": 0, "record": 0}
    rows = [
        answer(shop, 1, BUY, "", **ease), answer(shop, 1, BUY, "changed later", step=2),
        answer(shop, 1, BUY, f"does nothing {HOSTILE}", step=3),
        answer(shop, 2, GONE, "where is it?"),
        answer(shop, 55, LINK, "goes nowhere", device="phone"),
        answer(shop, 3, BUY, "robot", bot="crawler"), answer(shop, 4, BUY, "elsewhere", page="shop.example/other"),
        answer(shop, 5, BUY, "", question="", step=9),
    ]  # fmt: skip
    insert(viewer.store, "feedback", rows)
    viewer.work.forget()
    yield made
    viewer.definitions.delete(viewer.definitions.get(Survey, "trouble"))
    viewer.work.forget()


def shown(owner: Client, shop: Site, query: str = "") -> str:
    page = owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}&answers=1{query}")
    assert page.status_code == 200
    return page.text


def test_answers_are_on_their_elements_with_text_and_score(owner: Client, shop: Site) -> None:
    page = shown(owner, shop)
    read = words(page)
    assert "3 answers on elements" in read
    for part in ("Score 2", "does nothing", "where is it?", "goes nowhere", "All answers to “Trouble”"):
        assert part in read
    for part in ("changed later", "robot", "elsewhere"):
        assert part not in read
    layout = page_layout()
    x, y = point_in(layout, layout.paths.index(BUY[0]), 0.25, 0.5)
    assert f'style="left:{percent(x)};top:{percent(y)}"' in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_an_answer_whose_element_is_gone_is_at_its_old_place_and_says_so(owner: Client, shop: Site) -> None:
    page = shown(owner, shop)
    assert re.search(r'class="pin ans lost"[^>]*style="left:30%;top:75%"', page)
    assert "element gone: at its old place" in words(page)


def test_answers_are_of_the_visitors_who_are_counted(owner: Client, shop: Site) -> None:
    read = words(shown(owner, shop, "&device=phone"))
    assert "1 answer on an element" in read
    assert "goes nowhere" in read
    assert "Nobody named an element" in words(shown(owner, shop, "&device=tablet"))


def test_every_page_of_a_site_with_surveys_opens(owner: Client, shop: Site) -> None:
    for path in ("overview", "pages", "journeys", "segments", "surveys", "compare", "events", "forms", "goals"):
        assert owner.get(f"/sites/{shop.id}/{path}?page={PAGE}&{DAYS}").status_code == 200, path


def test_pins_and_the_list_name_each_other_and_the_switch_hides_both(owner: Client, shop: Site) -> None:
    page = shown(owner, shop)
    pins = re.findall(r'<a class="pin ans[^"]*" href="#(\w+)" data-note="(\w+)"', page)
    assert len(pins) == 3
    assert all(href == note and f'id="{note}"' in page for href, note in pins)
    plain = owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}").text
    assert "pin ans" not in plain
    assert "answers=1" in plain, "the switch"
    assert "Hide answers" in words(page)


def test_without_a_question_about_elements_there_is_no_switch(owner: Client, viewer: Viewer, shop: Site) -> None:
    stored = viewer.definitions.get(Survey, "trouble")
    viewer.definitions.delete(stored)
    viewer.work.forget()
    assert "answers=1" not in owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}").text
    viewer.definitions.put(Survey(id="trouble", site=shop.id, name="Trouble", questions=stored.questions,
                                  thanks={"en": "Thanks"}))  # fmt: skip
    viewer.work.forget()
