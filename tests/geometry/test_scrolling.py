"""Fixed elements, inner scrollers and clipped content: drawn if the snapshot shows them, otherwise not at all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.geometry.travel import NEAR, Setup, all_right, sent_where_pressed, travel
from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import wheel

WIDTHS = [(1366, 390), (390, 1366)]
ROWS = "".join(f"<p id='row-{c}' style='height:60px;margin:0'><b>{c}</b></p>" for c in "abcdefghij")


def _scrolled(page: Page, to: str) -> None:
    """Scrolls with the wheel, the pointer in the middle of the window, until `to` is true."""
    page.mouse.move(page.viewport_size["width"] / 2, 400)  # type: ignore[index]
    wheel(page, 1200)
    page.wait_for_function(to)


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_fixed_and_sticky_elements_are_drawn_where_the_snapshot_shows_them(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = (
        "<style>body{margin:0}</style><header style='position:sticky;top:0;height:50px'><a href='#x'>Home</a></header>"
        "<main style='height:4000px'>long</main>"
        "<div style='position:fixed;bottom:10px;right:10px;width:30%'><button style='width:80%'>Chat</button></div>"
    )
    landings = travel(
        bench,
        browser,
        body,
        ["header a", "button"],
        made,
        drawn,
        setup=Setup(before=lambda p: _scrolled(p, "scrollY > 900")),
    )
    all_right(landings)
    home, chat = landings
    assert home.y < 50
    assert 700 < chat.y < 800  # at the foot of the first window


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_what_an_inner_scroller_hides_in_the_snapshot_is_not_drawn(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = f"<div id='panel' style='height:150px;width:80%;overflow:auto'>{ROWS}</div><p style='height:900px'>below</p>"
    before = "document.querySelector('#panel').scrollTop = 100"
    landings = travel(
        bench, browser, body, ["#row-c b", "#row-d"], made, drawn, setup=Setup(before=lambda p: p.evaluate(before))
    )
    seen, hidden = landings
    all_right([seen])
    assert hidden.rung == "none"


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_nested_scrollers_clip_what_either_hides(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    inner = f"<div id='inner' style='height:300px;width:90%;overflow:auto'>{ROWS}</div>"
    body = f"<div id='outer' style='height:140px;overflow:auto'><p style='margin:0;height:60px'>top</p>{inner}</div>"
    before = "document.querySelector('#outer').scrollTop = 200"
    landings = travel(
        bench, browser, body, ["#row-e", "#row-d"], made, drawn, setup=Setup(before=lambda p: p.evaluate(before))
    )
    assert [landing.rung for landing in landings] == ["none", "none"]  # in the inner box's view, not in the outer's
    all_right(travel(bench, browser, body, ["#row-a"], made, drawn))


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_the_clipped_part_of_a_slide_is_not_drawn_on_its_neighbour(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = (
        "<div id='carousel' style='overflow:hidden;width:200px;float:left'><div style='width:600px'>"
        "<p id='one' style='float:left;width:150px;height:80px;margin:0'>1</p>"
        "<p id='two' style='float:left;width:150px;height:80px;margin:0'>2</p></div></div>"
        "<p id='beside' style='float:left;height:80px;margin:0;width:100px'>beside</p>"
    )
    moved = "document.querySelector('#carousel').scrollLeft = 150"
    near, far = (
        travel(
            bench, browser, body, ["#two"], made, drawn, setup=Setup(before=lambda p: p.evaluate(moved), at=(at, 0.5))
        )[0]
        for at in (0.2, 0.8)
    )
    all_right([near])
    assert far.rung == "none"


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_right_to_left_pages_scrolled_sideways(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    body = (
        "<script>document.documentElement.dir = 'rtl'</script><style>body{margin:0}</style>"
        "<p id='first' style='width:120px;height:40px'>ראשון</p><div style='width:3000px;height:50px'>"
        "<p id='far' style='margin-right:2500px;width:150px'>רחוק</p></div>"
    )
    all_right(travel(bench, browser, body, ["#first"], made, drawn))
    (far,) = travel(
        bench,
        browser,
        body,
        ["#far"],
        made,
        drawn,
        setup=Setup(before=lambda p: p.evaluate("document.querySelector('#far').scrollIntoView()")),
    )
    assert far.page[0] < 0  # px of the page, left of its origin
    assert far.rung == "none"  # left of the snapshot


@pytest.mark.parametrize(
    "context",
    [{"device_scale_factor": 3}, {"device_scale_factor": 1.25}, {"is_mobile": True, "has_touch": True}],
    ids=["dpr 3", "dpr 1.25", "phone"],
)
def test_device_pixels_do_not_change_places(bench: Bench, browser: Browser, context: dict[str, object]) -> None:
    body = "<meta name='viewport' content='width=device-width'><p style='padding:30px'>a <a href='#x'>link</a></p>"
    landings = travel(bench, browser, body, ["a", "p"], 390, 1366, setup=Setup(context=context))
    all_right(landings)
    sent_where_pressed(landings)


def test_pinched_pages_keep_their_places(bench: Bench, browser: Browser) -> None:
    def pinch(page: Page) -> None:
        page.context.new_cdp_session(page).send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
        page.wait_for_function("visualViewport.scale === 2")

    body = (
        "<meta name='viewport' content='width=device-width'><style>body{margin:0}</style>"
        "<p style='height:60px'>a <button>Press</button></p>"
    )
    (landing,) = travel(
        bench, browser, body, ["button"], 390, 390, setup=Setup(before=pinch, context={"is_mobile": True})
    )
    all_right([landing])
    assert abs(landing.x - landing.page[0]) <= NEAR


REMOVED = (
    "<section style='padding:30px'><button style='width:90px'>Close me</button></section><p id='next'>next</p>"
    "<script>document.querySelector('button').addEventListener('EVENT', (e) => e.target.remove())</script>"
)


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_an_element_removed_by_its_click_is_drawn_where_it_was(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    all_right(travel(bench, browser, REMOVED.replace("EVENT", "click"), ["button"], made, drawn))


def test_an_element_removed_by_its_press_gets_no_click_and_does_not_affect_the_next(
    bench: Bench, browser: Browser
) -> None:
    url = bench.page("/geometry", REMOVED.replace("EVENT", "pointerdown"))
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.goto(url)
    page.mouse.click(60, 50)
    page.wait_for_selector("button", state="detached")
    page.click("#next")
    page.goto("about:blank")
    assert [click["path"] for click in clicks(bench.wait(clicks))] == ["p#next"]
    context.close()
