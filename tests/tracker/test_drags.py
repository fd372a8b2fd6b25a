"""A press that the pointer leaves by more than 10 px before the release is a drag: a click with a flag."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from aggregator.measures.frustration import dead, rage
from aggregator.shapes.clicks import SuspectClicks
from store.flags import DISABLED, DRAGGED, FRAMED, LONG, PEN
from tests.tracker.bench import SITE_KEY, Bench, clicks, until_heard
from tests.tracker.clock import next_frame, stop_clock, wheel

MAP = """<style>body{margin:0} #map,#panel{display:block;width:600px;height:300px;background:#cde}</style>
<canvas id=map width=600 height=300></canvas><div id=panel></div>
<script>for (const id of ['map', 'panel']) document.getElementById(id).addEventListener(
  'pointerdown', (event) => event.target.setPointerCapture(event.pointerId));</script>"""
CAROUSEL = """<style>body{margin:0} #strip{width:400px;overflow:hidden} #row{width:2000px;height:200px}</style>
<div id=strip><div id=row><a href="#one">One</a></div></div>
<script>let last = 0;
row.onpointerdown = (event) => { last = event.clientX; };
row.onpointermove = (event) => { if (last) row.style.translate = event.clientX - last + 'px'; };
onpointerup = () => { last = 0; };</script>"""


@pytest.fixture(autouse=True)
def _stopped(page: Page) -> None:
    """So that no press of a busy machine is a long one."""
    stop_clock(page)


def drag(page: Page, *way: tuple[float, float]) -> None:
    """Presses at the first position, moves along the others and releases at the last."""
    page.mouse.move(*way[0])
    page.mouse.down()
    for x, y in way[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def sent(bench: Bench, page: Page, count: int) -> list[dict[str, Any]]:
    """The clicks of the visit, which ends here."""
    bench.leave(page)
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= count))
    assert len(found) == count
    return found


def judged(found: list[dict[str, Any]]) -> tuple[list[bool], list[bool]]:
    """(dead, rage) of the clicks of one view, none of them on a field or on media.

    As if the tracker could see that nothing is drawn on the canvas.
    """
    n = len(found)

    def column(name: str, dtype: type) -> Any:
        return np.array([c[name] for c in found], dtype)

    same = np.zeros(n, np.uint64)
    suspects = SuspectClicks(
        group=np.zeros(n, np.int32), view=same, visitor=same, record=same, time=column("time", np.int64),
        page_x=column("px", np.int32), page_y=column("py", np.int32), effect=column("r", np.uint8),
        effect_ms=column("d", np.int32) * 10 * (column("r", np.int32) > 0),
        button=column("b", np.uint8), flags=column("k", np.uint8),
    )  # fmt: skip
    none = np.zeros(n, bool)
    return dead(suspects, none).tolist(), rage(suspects, none).tolist()


@pytest.mark.parametrize("top", [100, 400], ids=["a canvas", "a div"])
@pytest.mark.parametrize("far", [220, 0], ids=["dragged", "clicked"])
def test_four_drags_of_a_map_are_neither_dead_nor_rage_and_four_clicks_are(
    bench: Bench, page: Page, top: int, far: int
) -> None:
    page.goto(bench.page("/a", MAP))
    for _ in range(4):
        drag(page, (100, top), (100 + far, top))
        page.clock.run_for(150)
    page.clock.run_for(6_500)
    found = sent(bench, page, 4)
    assert [c["k"] for c in found] == [DRAGGED if far else 0] * 4
    assert {(c["px"], c["py"], c["path"]) for c in found} == {(100, top, "canvas#map" if top == 100 else "div#panel")}
    assert judged(found) == ([not far] * 4, [not far] * 4)
    assert sum(batch.sum.clicks for batch in bench.batches()) == 4


def test_a_carousel_turned_with_the_mouse_among_clicks(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", CAROUSEL))
    for way in (((300, 100),), ((300, 100), (180, 110)), ((300, 100),), ((300, 100), (420, 100))):
        drag(page, *way)
        page.clock.run_for(200)
    page.clock.run_for(6_500)
    found = sent(bench, page, 4)
    assert [c["k"] for c in found] == [0, DRAGGED, 0, DRAGGED]
    assert judged(found)[1] == [False] * 4


@pytest.mark.parametrize(("x", "y", "flags"), [(10, 0, 0), (0, -10, 0), (11, 0, DRAGGED), (-8, 8, DRAGGED)])
def test_a_drag_is_more_than_ten_pixels(bench: Bench, page: Page, x: int, y: int, flags: int) -> None:
    page.goto(bench.page("/a", MAP))
    drag(page, (100, 100), (100 + x, 100 + y))
    assert [c["k"] for c in sent(bench, page, 1)] == [flags]


def test_a_map_dragged_and_brought_back_is_a_drag(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", MAP))
    drag(page, (100, 100), (320, 100), (101, 100))
    drag(page, (100, 400))
    assert [c["k"] for c in sent(bench, page, 2)] == [DRAGGED, 0]


def test_moves_before_and_after_a_press_make_no_drag(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", MAP))
    for x in (100, 400, 250):
        page.mouse.move(x + 90, 80, steps=3)
        drag(page, (x, 100))
    page.mouse.move(500, 200, steps=3)
    assert [c["k"] for c in sent(bench, page, 3)] == [0] * 3


def test_a_press_that_is_held_is_long_and_a_page_that_scrolls_under_it_is_not_dragged(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", f"{MAP}<div style='height:3000px'></div>"))
    page.mouse.move(100, 400)
    page.mouse.down()
    wheel(page, 60)
    page.clock.run_for(700)
    page.mouse.up()
    (click,) = sent(bench, page, 1)
    assert (click["k"], click["py"]) == (LONG, 400)


def test_text_selected_by_dragging_within_a_paragraph_and_across_two(bench: Bench, page: Page) -> None:
    text = "<p style='margin:0;font:16px/20px monospace'>Some words that can be selected with the mouse</p>"
    page.goto(bench.page("/a", "<style>body{margin:0}</style>" + text + text))
    drag(page, (20, 10), (200, 10))
    assert page.evaluate("getSelection().toString().length") > 10
    drag(page, (300, 10), (100, 30))
    assert page.evaluate("getSelection().toString().includes('\\n')")
    found = sent(bench, page, 2)
    assert [c["k"] for c in found] == [DRAGGED] * 2
    assert all(c["path"].endswith("p:1") for c in found)


def test_a_slider_and_a_disabled_button(bench: Bench, page: Page) -> None:
    body = "<style>body{margin:0} input,button{width:200px;height:40px;display:block;margin:0}"
    page.goto(bench.page("/a", f"{body}</style><input type=range id=s><button disabled id=b>Off</button>"))
    drag(page, (20, 20), (150, 20))
    drag(page, (20, 60), (150, 60))
    found = sent(bench, page, 2)
    assert [(c["path"], c["k"]) for c in found] == [("input#s", DRAGGED), ("button#b", DISABLED + DRAGGED)]


def test_a_drag_in_a_shadow_root_and_one_in_a_frame(bench: Bench, page: Page) -> None:
    bench.page("/in", MAP, "")
    body = """<style>body{margin:0}</style><div id=host></div>
    <script>host.attachShadow({mode: 'open'}).innerHTML = '<div style="height:100px" id=in></div>'</script>
    <iframe id=f src=/in width=640 height=500 style="border:0;margin-top:50px"></iframe>"""
    page.goto(bench.page("/a", body))
    page.frame_locator("#f").locator("#map").wait_for()
    drag(page, (100, 50), (320, 50))
    drag(page, (100, 250), (320, 250))
    drag(page, (100, 250))
    found = sent(bench, page, 3)
    assert [c["k"] for c in found] == [DRAGGED, DRAGGED, 0]
    assert [c["px"] for c in found] == [100] * 3
    assert [c["path"].split(">")[-1] for c in found] == ["div:1", "canvas:1", "canvas:1"]


def test_a_drag_in_an_embedded_page_keeps_its_flag(bench: Bench, other_site: Bench, page: Page) -> None:
    def snippet(attribute: str) -> str:
        return f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attribute}></script>'

    inside = other_site.page("/map", MAP, snippet(f'data-parent="{bench.url}"'))
    body = f"<style>body{{margin:0}}</style><iframe src='{inside}' width=640 height=500></iframe>"
    page.goto(bench.page("/a", body, snippet(f'data-frames="{other_site.url}"')))
    frame = page.frame(url=inside)
    assert frame is not None
    frame.wait_for_function("window.parcours?.on")
    drag(page, (100, 100), (320, 100))
    until_heard(page, frame)
    assert [c["k"] for c in sent(bench, page, 1)] == [FRAMED + DRAGGED]


def test_something_dragged_and_dropped_is_no_click(bench: Bench, page: Page) -> None:
    body = """<style>body{margin:0}</style><div draggable=true id=card style='width:100px;height:60px'>Card</div>
    <script>onpointercancel = () => { window.cancelled = true; }</script>"""
    page.goto(bench.page("/a", body))
    drag(page, (20, 20), (300, 200))
    page.wait_for_function("window.cancelled")
    sent(bench, page, 0)  # within a second: a press that is still open then would count


@pytest.mark.parametrize("action", ["auto", "none"])
def test_a_swipe_is_no_click_and_a_tap_is_one(bench: Bench, page: Page, action: str) -> None:
    context = page.context.browser.new_context(has_touch=True)  # type: ignore[union-attr]
    phone = context.new_page()
    phone.goto(bench.page("/a", f"{MAP}<style>*{{touch-action:{action}}}</style><div style='height:3000px'></div>"))
    session = context.new_cdp_session(phone)

    def touch(kind: str, *points: dict[str, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    phone.touchscreen.tap(100, 100)
    touch("touchStart", {"x": 100, "y": 400})
    for y in range(390, 190, -10):
        touch("touchMove", {"x": 100, "y": float(y)})
    touch("touchEnd")
    next_frame(phone)
    bench.leave(phone)
    found = clicks(bench.wait(clicks))
    context.close()
    taps = [c for c in found if not c["k"] & DRAGGED]
    assert [c["path"] for c in taps] == ["canvas#map"]
    assert found == taps or action == "none"  # the page handles the swipe itself, and ended within a second of it


def test_a_drag_with_a_pen(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", f"{MAP}<style>*{{touch-action:none}}</style>"))
    session = page.context.new_cdp_session(page)
    for kind, x in (("mousePressed", 100), ("mouseMoved", 200), ("mouseMoved", 320), ("mouseReleased", 320)):
        session.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": 100, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"},
        )
    found = sent(bench, page, 1)
    assert [c["k"] for c in found] == [PEN + DRAGGED]


def test_a_drag_seen_only_by_its_release(bench: Bench, page: Page) -> None:
    """The page stops the moves before the tracker hears them."""
    stop = "<script>addEventListener('pointermove', (event) => event.stopImmediatePropagation(), true)</script>"
    page.goto(bench.page("/a", stop + MAP))
    drag(page, (100, 100), (320, 100))
    assert [c["k"] for c in sent(bench, page, 1)] == [DRAGGED]


def test_events_made_by_scripts_during_a_press_do_not_make_it_a_drag(bench: Bench, page: Page) -> None:
    script = """<button id=other style='display:none'>x</button><script>panel.addEventListener('pointerdown', () => {
      other.click();
      panel.dispatchEvent(new PointerEvent('pointerup', {bubbles: true, clientX: 500, clientY: 5}));
      panel.dispatchEvent(new PointerEvent('pointercancel', {bubbles: true}));
    })</script>"""
    page.goto(bench.page("/a", MAP + script))
    drag(page, (100, 400))
    assert [c["k"] for c in sent(bench, page, 1)] == [0]
