"""What counts as a click, and where and when it was."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import stop_clock

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
KEYBOARD, MODIFIER, LONG = 1, 4, 16


def _made(bench: Bench, page: Page, count: int) -> list[dict]:
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) >= count))
    assert len(found) == count
    return found


def test_enter_and_space_press_at_the_centre(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.focus("#b")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    for click in _made(bench, page, 2):
        assert (click["x"], click["y"], click["k"], click["path"]) == (5_000, 5_000, KEYBOARD, "button#b")


def test_a_label_counts_once(bench: Bench, page: Page) -> None:
    page.goto(
        bench.page(
            "/a", "<label id=l>around <input type=checkbox id=c></label><label for=t id=m>for</label><input id=t>"
        )
    )
    page.mouse.click(20, 15)
    page.click("#m")
    page.click("#c")
    assert [c["path"] for c in _made(bench, page, 3)] == ["label#l", "label#m", "input#c"]


def test_a_triple_click_is_three_clicks_and_button_modifier_and_long_press_are_kept(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    page.click("#b", click_count=3)
    page.click("#b", button="middle")
    page.click("#b", button="right")
    page.click("#b", modifiers=["Shift"])
    page.mouse.down()
    page.clock.run_for(600)
    page.mouse.up()
    found = _made(bench, page, 6)
    assert [c["b"] for c in found] == [0, 0, 0, 1, 0, 0]
    assert [c["k"] for c in found] == [0, 0, 0, 0, MODIFIER, LONG]
    assert sum(batch.sum.clicks for batch in bench.batches()) == 6


def test_clicks_made_by_scripts_are_counted_and_not_kept(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("b.click(); b.dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    page.evaluate("b.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.click is None
    assert (batch.sum.clicks, batch.sum.fake) == (0, 2)


def test_a_click_is_where_the_button_went_down(bench: Bench, page: Page) -> None:
    """On a page that replaces everything on `mousedown`."""
    script = "<script>b.addEventListener('mousedown', () => { document.body.innerHTML = '<p>other</p>' })</script>"
    page.goto(bench.page("/a", "<div style='height:50px'></div>" + BUTTON + script))
    page.mouse.click(8 + 30, 58 + 10)
    (click,) = _made(bench, page, 1)
    assert (click["path"], click["x"], click["y"], click["w"]) == ("button#b", 2_500, 2_500, 120)


def test_a_click_whose_press_changes_the_address_belongs_to_the_old_view(bench: Bench, page: Page) -> None:
    script = "<script>b.addEventListener('mousedown', () => history.pushState(0, '', '/next'))</script>"
    page.goto(bench.page("/a", BUTTON + script))
    page.click("#b", delay=50)
    page.goto("about:blank")
    first, second = bench.wait(lambda bs: len(bs) == 2)
    assert [c["r"] for c in clicks([first])] == [6]
    assert first.ctx.url.endswith("/a")
    assert second.click is None


def test_a_page_that_leaves_on_mousedown_counts_the_click(bench: Bench, page: Page) -> None:
    bench.page("/there", "there", "")
    script = "<script>b.addEventListener('mousedown', () => { location = '/there' })</script>"
    page.goto(bench.page("/a", BUTTON + script))
    page.mouse.move(30, 20)
    page.mouse.down()
    page.wait_for_url("**/there")
    (click,) = clicks(bench.wait(clicks))
    assert click["path"] == "button#b"
    assert click["r"] in (6, 7)


def test_shadow_roots_open_closed_and_nested(bench: Bench, page: Page) -> None:
    script = """<script>
      const root = (el, mode) => el.attachShadow({mode})
      const one = root(document.getElementById('open'), 'open')
      one.innerHTML = '<div id=two></div>'
      root(one.getElementById('two'), 'open').innerHTML = '<button id=in>deep</button>'
      root(document.getElementById('closed'), 'closed').innerHTML = '<button>hidden</button>'
    </script>"""
    page.goto(bench.page("/a", "<div id=open></div><div id=closed></div>" + script))
    page.locator("#in").click()
    box = page.locator("#closed").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 10, box["y"] + 10)
    assert [c["path"] for c in _made(bench, page, 2)] == ["div#open>>div:1>>button:1", "div#closed"]


def test_touch_and_pen_have_their_flag(bench: Bench, page: Page) -> None:
    context = page.context.browser.new_context(has_touch=True)  # type: ignore[union-attr]
    other = context.new_page()
    other.goto(bench.page("/a", BUTTON))
    other.tap("#b")
    (click,) = _made(bench, other, 1)
    context.close()
    assert click["k"] == 2


def test_what_happens_in_a_question_of_a_survey_is_not_of_the_page(bench: Bench, page: Page) -> None:
    """Its element has an open shadow root, like `parcours-ask.js` makes it."""
    page.goto(bench.page("/a", BUTTON))
    page.evaluate(
        "document.body.append(document.createElement('parcours-ask'));"
        "document.body.lastChild.attachShadow({mode: 'open'}).innerHTML = '<button id=in>10</button><input id=text>'"
    )
    page.click("#in")
    page.fill("#text", "words")
    page.click("#b")
    (click,) = _made(bench, page, 1)
    assert click["path"] == "button#b"
    assert all(not batch.input for batch in bench.batches())
