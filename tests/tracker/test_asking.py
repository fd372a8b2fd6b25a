"""Surveys in the browser: when one is due, and what is sent of it. The widget's look is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from collector import wire
from tests.axe import barriers
from tests.tracker.bench import SITE_KEY, SOURCES, Bench

SNIPPET = f'<script defer src="/parcours.js" data-site="{SITE_KEY}" data-ask></script>'
WORDS = json.loads((SOURCES.parents[1] / "store" / "survey_words.json").read_text("utf-8"))["en"]
SURVEY: dict[str, Any] = {
    "id": "after", "version": 4, "language": "en", "share": 1, "draw": 0.5, "variant": [], "wait": 30, "recent": 0,
    "where": [{"pages": [["[^/]*/a", 0]], "not": [], "event": "", "paths": []}],
    "trigger": {"kind": "arrival", "seconds": 0, "depth": 0, "event": "", "paths": []},
    "questions": [
        {"id": "nps", "kind": "nps", "text": {"en": "How likely?"}, "branches": [{"to": "thanks", "least": 9}]},
        {"id": "why", "kind": "text", "text": {"en": "Why not?"}},
    ],
    "thanks": {"en": "Thank you."},
    "look": {"place": "corner", "side": "right", "selector": "", "accent": ""},
    "words": {"en": WORDS},
}  # fmt: skip
BUTTON = "<button id=b>Press</button><p style='height:3000px'>"


@pytest.fixture
def opened(bench: Bench, page: Page) -> Callable[..., Page]:
    """Opens the page /a of a site with a survey, whose fields are changed."""

    def open_page(body: str = BUTTON, path: str = "/a", snippet: str = SNIPPET, hash: str = "", **changes: Any) -> Page:
        bench.pages[f"/ask/{SITE_KEY}.json"] = json.dumps({"between": 7, "surveys": [SURVEY | changes]})
        page.goto(bench.page(path, body, snippet) + hash)
        return page

    return open_page


def rows(batches: list[wire.Batch]) -> list[dict[str, Any]]:
    """The rows of surveys of all batches, in their order."""
    found = []
    for batch in batches:
        if batch.ask is not None:
            columns = {name: getattr(batch.ask, name) for name in batch.ask.__struct_fields__}
            found += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return sorted(found, key=lambda row: (row["a"], row["n"]))


def states(batches: list[wire.Batch]) -> list[int]:
    return [row["k"] for row in rows(batches) if not row["q"]]


def loaded(page: Page) -> list[str]:
    """The files that are asked for, from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url.rpartition("/")[2])

    page.on("request", note)
    return asked


def test_a_site_that_does_not_ask_loads_nothing_more(bench: Bench, page: Page) -> None:
    asked = loaded(page)
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    bench.leave(page)
    assert not [name for name in asked if "ask" in name or name == f"{SITE_KEY}.json"]


def test_a_site_with_a_mark_asks(bench: Bench, opened: Callable[..., Page], page: Page) -> None:
    """The mark as the collector writes it into the file."""
    from collector.door.script import BUNDLE, mark_of

    marked = BUNDLE.read_text("utf-8").removesuffix("('');\n") + f"('Zz {mark_of(SITE_KEY)}');\n"
    page.route("**/parcours.js", lambda route: route.fulfill(body=marked, content_type="text/javascript"))
    opened(snippet=SNIPPET.replace(" data-ask", ""))
    expect(page.get_by_role("dialog")).to_be_visible()


def test_answers_are_sent_one_by_one_and_masked(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("radio", name="6", exact=True).click()
    page.get_by_role("textbox").fill("Call me: 06 12 34 56 78")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()  # only when it is durable
    sent = rows(bench.batches())
    assert [(row["k"], row["q"], row["g"], row["m"]) for row in sent] == [
        (3, "", None, ""), (0, "nps", 6, ""), (6, "", None, ""),
        (0, "why", None, "Call me: [phone]"), (7, "", None, ""),
    ]  # fmt: skip
    assert [row["n"] for row in sent] == [0, 1, 2, 3, 4]
    assert {(row["s"], row["v"], row["lang"]) for row in sent} == {("after", 4, "en")}
    assert len({row["a"] for row in sent}) == 1


def test_thanks_are_not_said_before_the_answer_is_safe(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.route("**/c/*", lambda route: route.abort())
    page.get_by_role("radio", name="10", exact=True).click()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    assert page.get_by_text("Thank you.").count() == 0
    page.unroute("**/c/*")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert states(bench.batches()) == [3, 7]


def test_what_is_left_half_way_is_kept(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("radio", name="3", exact=True).click()
    bench.leave(page)
    sent = rows(bench.wait(lambda batches: 5 in states(batches)))
    assert [row["k"] for row in sent if not row["q"]] == [3, 6, 5]
    assert [row["g"] for row in sent if row["q"]] == [3]


def test_a_survey_that_is_closed_says_so(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("button", name="Close").click()
    assert page.get_by_role("dialog").count() == 0
    bench.leave(page)
    assert states(bench.wait(lambda batches: len(states(batches)) > 1)) == [3, 4]


@pytest.mark.parametrize(("changes", "state"), [({"share": 0.4}, 1), ({"recent": 1}, 2)])
def test_who_is_not_asked_is_counted(
    bench: Bench, opened: Callable[..., Page], changes: dict[str, Any], state: int
) -> None:
    page = opened(**changes)
    assert states(bench.wait(states)) == [state]
    assert page.get_by_role("dialog").count() == 0


def test_nobody_is_asked_on_another_page_or_variant(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened(path="/b")
    with page.expect_response(f"**/ask/{SITE_KEY}.json"):
        page.reload()
    bench.leave(page)
    page = opened(variant=["hero", "b"])
    with page.expect_response(f"**/ask/{SITE_KEY}.json"):
        page.reload()
    bench.leave(page)
    assert states(bench.batches()) == []


def _trigger(kind: str, **fields: Any) -> dict[str, Any]:
    return {"trigger": {"kind": kind, "seconds": 0, "depth": 0, "event": "", "paths": [], **fields}}


def _event(page: Page) -> None:
    page.evaluate("parcours('event', 'code_refused')")


def _scroll(page: Page) -> None:
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 2000)


def _call(page: Page) -> None:
    page.evaluate("parcours('ask', 'after')")


def _leave_window(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1, bubbles: true}))")


def _rage(page: Page) -> None:
    for _ in range(3):
        page.click("#b")


@pytest.mark.parametrize(
    ("trigger", "act"),
    [
        (_trigger("event", event="code_refused"), _event),
        (_trigger("depth", depth=50), _scroll),
        (_trigger("call"), _call),
        (_trigger("leaving"), _leave_window),
        (_trigger("dead"), lambda page: page.click("#b")),
        (_trigger("rage"), _rage),
        (_trigger("seconds", seconds=1), lambda page: None),
    ],
    ids=["event", "depth", "call", "leaving", "dead", "rage", "seconds"],
)
def test_what_makes_a_survey_due(
    bench: Bench, opened: Callable[..., Page], trigger: dict[str, Any], act: Callable[[Page], None]
) -> None:
    page = opened(**trigger)
    with page.expect_response(f"**/ask/{SITE_KEY}.json"):
        page.reload()
    page.wait_for_function("window.parcours?.on")
    act(page)
    expect(page.get_by_role("dialog")).to_be_visible(timeout=12_000)
    if trigger["trigger"]["kind"] in ("dead", "rage"):
        (batch, *_) = [one for one in bench.wait(states) if one.ask is not None]
        assert batch.ask is not None
        assert batch.el is not None
        assert batch.ask.e[0] is not None
        assert batch.el.p[batch.ask.e[0]].endswith("button#b") or "button" in batch.el.p[batch.ask.e[0]]


def test_a_click_that_has_an_effect_is_not_dead(bench: Bench, opened: Callable[..., Page], page: Page) -> None:
    body = "<button id=b onclick=\"this.after('Done')\">Press</button>"
    opened(body, **_trigger("dead"))
    page.click("#b")
    bench.wait(lambda batches: [one for one in batches if one.click is not None])
    assert page.get_by_role("dialog").count() == 0


def test_an_element_that_is_chosen_has_its_record(bench: Bench, opened: Callable[..., Page]) -> None:
    question = {"id": "where", "kind": "click", "text": {"en": "What bothers you?"}}
    page = opened(questions=[question])
    page.get_by_role("button", name="Show where").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send").click()
    (batch,) = [one for one in bench.wait(lambda found: 7 in states(found)) if one.ask and "where" in one.ask.q]
    assert batch.ask is not None
    assert batch.el is not None
    row = batch.ask.q.index("where")
    element = batch.ask.e[row]
    assert element is not None
    assert "button" in batch.el.p[element]
    assert (batch.ask.x[row], batch.ask.y[row]) == (pytest.approx(5000, abs=200), pytest.approx(5000, abs=300))


def test_the_button_at_the_edge_asks_whoever_presses_it(bench: Bench, opened: Callable[..., Page]) -> None:
    look = {"place": "edge", "side": "right", "selector": "", "accent": ""}
    page = opened(share=0.1, recent=1, look=look, **_trigger("edge"))
    page.get_by_role("button", name="Feedback").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert states(bench.wait(states)) == [3]


def test_a_link_brings_the_first_answer(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened(hash="#parcours-ask=after.nps.9", snippet=SNIPPET.replace(" data-ask", ""), **_trigger("call"))
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert [row["g"] for row in rows(bench.batches()) if row["q"]] == [9]


def test_without_consent_nothing_is_stored_in_the_browser(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("radio", name="10", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    stored = page.evaluate("[document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert stored == [""]


def test_with_consent_the_wait_holds(bench: Bench, opened: Callable[..., Page]) -> None:
    snippet = SNIPPET.replace("data-ask", "data-ask data-consent")
    page = opened(snippet=snippet)
    page.get_by_role("button", name="Close").click()
    page.reload()
    bench.wait(lambda batches: 2 in states(batches))
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("Object.keys(localStorage).sort()") == ["parcours.asked", "parcours.id"]
    page.evaluate("parcours('consent', false)")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_nobody_is_asked_before_consent_or_after_an_opposition(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened(snippet=SNIPPET.replace("data-ask", 'data-ask data-consent="wait"'))
    page.wait_for_function("window.parcours?.on")
    assert page.get_by_role("dialog").count() == 0
    page.evaluate("parcours('consent', true)")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("parcours('oppose')")
    assert page.get_by_role("dialog").count() == 0
    asked = loaded(page)
    page.reload()
    page.wait_for_function("window.parcours?.on")
    page.evaluate("parcours('ask', 'after')")
    assert "parcours-ask.js" not in asked


def test_a_strict_policy_of_the_page_is_kept(bench: Bench, opened: Callable[..., Page], page: Page) -> None:
    bench.page_headers = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "require-trusted-types-for 'script'"
    }
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    opened(body="<button id=b>Press</button>")
    page.get_by_role("radio", name="10", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert refused == []


def test_a_new_view_is_asked_by_its_own_rules(bench: Bench, opened: Callable[..., Page]) -> None:
    page = opened(path="/b")
    with page.expect_response(f"**/ask/{SITE_KEY}.json"):
        page.reload()
    page.evaluate("history.pushState({}, '', '/a')")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_no_question_has_a_barrier(opened: Callable[..., Page]) -> None:
    """axe finds nothing in the question of each kind, in light and in dark colours."""
    lists = [{"id": "a", "text": {"en": "Nothing"}}, {"id": "b", "text": {"en": "Other"}, "typed": True}]
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "nps", "low": {"en": "Not at all"}, "high": {"en": "Very"}}, {"kind": "csat", "look": "stars"},
        {"kind": "csat", "look": "faces"}, {"kind": "ces"}, {"kind": "one", "options": lists},
        {"kind": "several", "options": lists}, {"kind": "text", "optional": True}, {"kind": "click"},
    )  # fmt: skip
    for kind in kinds:
        question = {"id": "q", "text": {"en": "How was it?"}, **kind}
        page = opened("<main><h1>Basket</h1><button id=b>Press</button></main>", questions=[question])
        expect(page.get_by_role("dialog")).to_be_visible()
        page.evaluate("document.title = 'Basket'; document.documentElement.lang = 'en'")
        page.evaluate(
            "Promise.all(document.querySelector('parcours-ask').shadowRoot.firstElementChild.getAnimations()"
            ".map((one) => one.finished))"
        )
        assert barriers(page) == [], kind
