"""Each kind of question is answered by pointer and by keyboard in each browser, from the tracker to the collector."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browsers.tab import Tab
from tests.tracker.bench import SITE_KEY, Bench
from tests.tracker.test_asking import SNIPPET, SURVEY, rows, states
from tests.waiting import until

LIST = [{"id": "a", "text": {"en": "Nothing"}}, {"id": "b", "text": {"en": "It failed"}},
        {"id": "c", "text": {"en": "Other"}, "typed": True}]  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "nps": {"kind": "nps"},
    "ces": {"kind": "ces"},
    "stars": {"kind": "csat", "look": "stars"},
    "faces": {"kind": "csat", "look": "faces"},
    "one": {"kind": "one", "options": LIST},
    "several": {"kind": "several", "options": LIST},
    "text": {"kind": "text"},
    "click": {"kind": "click"},
}
BODY = "<button id=b style='width:120px;height:40px'>Press</button>"
# In the shadow root of the question: the middle of what a selector names, or how many there are.
FIND = "document.querySelector('parcours-ask')?.shadowRoot.querySelectorAll({selector})"
MIDDLE = (
    "() => {{ const box = " + FIND + "[{n}].getBoundingClientRect(); "
    "return [box.left + box.width / 2, box.top + box.height / 2] }}"
)
COUNT = "() => (" + FIND + " || []).length"


def press(tab: Tab, selector: str, n: int = 0) -> None:
    shown(tab, selector)
    x, y = tab.evaluate(MIDDLE.format(selector=json.dumps(selector), n=n))
    tab.click(x, y)


def shown(tab: Tab, selector: str) -> None:
    until(lambda: tab.evaluate(COUNT.format(selector=json.dumps(selector))) > 0)


def ask(bench: Bench, tab: Tab, kind: str) -> None:
    """Open a page that asks one question of a kind. Nothing moves: a press must find what was measured."""
    question = {"id": "q", "text": {"en": "How was it?"}} | KINDS[kind]
    survey = SURVEY | {"questions": [question]}
    bench.pages[f"/ask/{SITE_KEY}.json"] = json.dumps({"between": 7, "surveys": [survey]})
    tab.goto(bench.page("/a", BODY, SNIPPET))
    shown(tab, "section")
    tab.evaluate(
        "() => Promise.all(document.querySelector('parcours-ask').shadowRoot.querySelector('section')"
        ".getAnimations().map((one) => one.finished)).then(() => 0)"
    )


def answered(bench: Bench) -> dict[str, Any]:
    """The answer, once the survey is done."""
    found = rows(bench.wait(lambda batches: 7 in states(batches)))
    (answer,) = [one for one in found if one["q"] == "q"]
    return answer


@pytest.mark.parametrize(
    ("kind", "n", "score"), [("nps", 10, 10), ("nps", 0, 0), ("ces", 6, 7), ("stars", 3, 4), ("faces", 0, 1)]
)
def test_a_scale_by_pointer(bench: Bench, tab: Tab, kind: str, n: int, score: int) -> None:
    ask(bench, tab, kind)
    press(tab, "[role=radio]", n)
    assert answered(bench)["g"] == score
    shown(tab, "h2")


@pytest.mark.parametrize(("keys", "score"), [("7", 7), ("10", 10), (">>", 2)])
def test_a_scale_by_keyboard(bench: Bench, tab: Tab, keys: str, score: int) -> None:
    ask(bench, tab, "nps")
    tab.evaluate("() => document.querySelector('parcours-ask').shadowRoot.querySelector('[role=radio]').focus()")
    for key in keys:
        tab.key("ArrowRight" if key == ">" else key)
    tab.key("Enter")
    assert answered(bench)["g"] == score


def test_lists_by_pointer_and_keyboard(bench: Bench, tab: Tab) -> None:
    ask(bench, tab, "one")
    press(tab, "label", 2)
    press(tab, "input.line")
    tab.type("the lamp")
    press(tab, ".go")
    answer = answered(bench)
    assert (answer["o"], answer["m"]) == (["c"], "the lamp")


def test_several_by_keyboard(bench: Bench, tab: Tab) -> None:
    ask(bench, tab, "several")
    tab.evaluate("() => document.querySelector('parcours-ask').shadowRoot.querySelector('input').focus()")
    tab.key(" ")
    tab.key("Tab")
    tab.key(" ")
    tab.evaluate("() => document.querySelector('parcours-ask').shadowRoot.querySelector('.go').focus()")
    tab.key("Enter")
    assert answered(bench)["o"] == ["a", "b"]


def test_a_text_is_masked_in_view_before_it_is_sent(bench: Bench, tab: Tab) -> None:
    ask(bench, tab, "text")
    press(tab, "textarea")
    tab.type("Mail me@home.example soon")
    field = "document.querySelector('parcours-ask').shadowRoot.querySelector('textarea').value"
    until(lambda: "[mail]" in tab.evaluate(f"() => {field}"))
    press(tab, ".go")
    assert answered(bench)["m"] == "Mail [mail] soon"
    assert not [body for _, body in bench.bodies if b"home.example" in body]


def test_an_element_is_chosen_by_pointer_and_nothing_of_the_page_is_pressed(bench: Bench, tab: Tab) -> None:
    ask(bench, tab, "click")
    tab.evaluate("() => { b.onclick = () => { window.pressed = true } }")
    press(tab, "section button:not(.x,.go)")
    shown(tab, ".layer")
    x, y = tab.evaluate("() => { const box = b.getBoundingClientRect(); return [box.left + 30, box.top + 10] }")
    tab.click(x, y)
    press(tab, ".go")
    answer = answered(bench)
    batch = next(one for one in bench.batches() if one.ask and "q" in one.ask.q)
    assert batch.el is not None
    assert batch.el.p[answer["e"]] == "button#b"
    assert (answer["x"], answer["y"]) == (2_500, 2_500)
    assert not tab.evaluate("() => window.pressed || false")
    assert not [one for one in bench.batches() if one.click]


def test_escape_closes_and_is_no_answer(bench: Bench, tab: Tab) -> None:
    ask(bench, tab, "ces")
    tab.evaluate("() => document.querySelector('parcours-ask').shadowRoot.querySelector('[role=radio]').focus()")
    tab.key("Escape")
    assert 4 in states(bench.wait(lambda batches: 4 in states(batches)))
    assert tab.evaluate("() => !document.querySelector('parcours-ask')")
