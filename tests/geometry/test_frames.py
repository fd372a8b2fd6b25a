"""Same-origin frames: clicks in them are drawn in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.geometry.travel import STILL, Setup, all_right, travel
from tests.tracker.bench import Bench

WIDTHS = [(1366, 390), (390, 1366)]
INSIDE = (
    "<!doctype html><html><body style='margin:20px'><h1>Pay</h1><main id='content'><a href='#x'>a link</a> "
    "<button style='width:70%'>Now</button></main></body></html>"
)


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_frames_of_the_same_origin(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    bench.pages["/inside"] = INSIDE.replace("<body", STILL + "<body")
    body = (
        "<p>Before the frame, a text that takes more lines in a narrow window than in a wide one.</p>"
        "<div><iframe src='/inside' style='width:80%;height:200px;border:7px solid;padding:4px'></iframe></div>"
    )
    landings = travel(bench, browser, body, ["h1", "a", "button"], made, drawn, setup=Setup(frame="iframe"))
    all_right(landings)
    assert landings[1].path == "body>div:1>iframe:1>>html:1>body:1>main:1>a:1"


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_a_frame_that_is_scrolled(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    rows = "".join(f"<p id='r{i}' style='height:60px;margin:0'>row {i}</p>" for i in range(9))
    bench.pages["/inside"] = f"<!doctype html><html>{STILL}<body style='margin:0'>{rows}</body></html>"
    body = "<iframe src='/inside' style='width:80%;height:200px'></iframe><p style='height:2000px'>below</p>"

    def scroll(page: Page) -> None:
        page.frames[1].wait_for_selector("#r8")
        page.frames[1].evaluate("scrollTo(0, 130)")

    seen, hidden = travel(bench, browser, body, ["#r2", "#r4"], made, drawn, setup=Setup(before=scroll, frame="iframe"))
    all_right([seen])
    assert hidden.rung == "none"  # below the edge of the frame in the snapshot


def test_a_frame_in_a_frame(bench: Bench, browser: Browser) -> None:
    bench.pages["/inside"] = INSIDE.replace("<body", STILL + "<body")
    bench.pages["/between"] = "<!doctype html><html><body><iframe src='/inside' width='90%'></iframe></body></html>"
    body = "<main><iframe src='/between' style='width:80%;height:300px'></iframe></main>"

    def aim(page: Page) -> None:
        frame = page.frame_locator("iframe").frame_locator("iframe")
        box = frame.locator("button").bounding_box()
        assert box is not None
        page.evaluate("(box) => { window.aim = box; }", box)

    (landing,) = travel(bench, browser, body, ["[aim]"], 1366, 390, setup=Setup(before=aim))
    all_right([landing])
    assert landing.path == "main>iframe:1>>html:1>body:1>iframe:1>>html:1>body:1>main:1>button:1"
