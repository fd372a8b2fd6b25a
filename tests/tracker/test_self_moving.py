"""What moves by itself is not the visitor: it hides no dead click, adds no time, ends no dwell and sends nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import pass_time, stop_clock_with_frames, wheel

DEAD, CHANGED, SCROLL = 0, 1, 2
STRIP = """<div id=strip style="width:400px;overflow:hidden;white-space:nowrap"><span
  style="display:inline-block;width:4000px">logos</span></div>"""
LOG = "<div id=log style='height:90px;overflow:auto'><p style='height:4000px'>log</div>"
REST = """<button id=m>Nothing here</button><div id=rest style="width:300px;height:200px">rest</div>
<p style="height:3000px">tall</p>"""


def every(ms: int, script: str) -> str:
    return f"<script>setInterval(() => {{ {script} }}, {ms})</script>"


MOVING = {
    "nothing": "",
    "strip": STRIP + every(30, "strip.scrollLeft = (strip.scrollLeft + 1) % 3000"),
    "carousel": STRIP + every(900, "strip.scrollLeft = (strip.scrollLeft + 400) % 3000"),
    "log": LOG + every(700, "log.scrollTop += 20"),
    "frame": "<iframe id=f srcdoc='<p style=height:4000px>'></iframe>" + every(30, "f.contentWindow.scrollBy(0, 1)"),
    "marquee by style": STRIP + every(30, "strip.style.marginLeft = Date.now() % 90 + 'px'"),
    "marquee by animation": STRIP
    + "<script>strip.animate([{left: 0}, {left: '90px'}], {iterations: 1e9, duration: 900})"
    "</script>",
}  # fmt: skip


@pytest.mark.parametrize("name", MOVING)
def test_it_hides_no_dead_click(bench: Bench, page: Page, name: str) -> None:
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", MOVING[name] + REST))
    pass_time(page, 3_000)
    page.click("#m")
    pass_time(page, 6_300)
    page.click("#m")
    pass_time(page, 6_300)
    bench.leave(page)
    assert [c["r"] for c in clicks(bench.wait(clicks))] == [DEAD, DEAD]


def stay(bench: Bench, page: Page, body: str) -> list[wire.Batch]:
    """The batches of a visitor who points at `#rest` and then does nothing for 45 s."""
    page.goto(bench.page("/a", body))
    pass_time(page, 900)
    for x in (30, 60, 90):
        box = page.evaluate("(({x, y}) => [x, y])(rest.getBoundingClientRect())")
        page.mouse.move(box[0] + x, box[1] + 40)
        pass_time(page, 300)
    pass_time(page, 45_000, 1_500)
    bench.leave(page)
    return bench.wait(lambda batches: batches)


@pytest.mark.parametrize("name", ["strip", "log", "frame"])
def test_it_adds_no_time_and_sends_nothing(bench: Bench, page: Page, name: str) -> None:
    stop_clock_with_frames(page)
    (still,) = stay(bench, page, REST)
    assert still.hover is not None
    bench.reset()
    (moving,) = stay(bench, page, REST + MOVING[name])
    assert moving.hover is not None
    assert 15_000 < moving.sum.ms <= still.sum.ms + 100
    assert sum(moving.hover.d) >= sum(still.hover.d) > 2_000


def test_a_page_that_scrolls_by_itself_adds_no_time(bench: Bench, page: Page) -> None:
    stop_clock_with_frames(page)
    (batch,) = stay(bench, page, REST + every(30, "scrollBy(0, 1)"))
    assert batch.sum.ms < 18_000
    assert batch.scroll is not None
    assert batch.scroll.depth > 1_000  # it was seen


def test_the_wheel_adds_time_and_is_no_effect_of_the_click_before(bench: Bench, page: Page) -> None:
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", REST))
    page.click("#m")
    page.clock.run_for(500)
    wheel(page, 300)
    page.clock.run_for(20_000)
    wheel(page, 300)
    page.clock.run_for(40_000)
    bench.leave(page)
    batches = bench.wait(clicks)
    assert [c["r"] for c in clicks(batches)] == [DEAD]
    assert 30_000 < batches[-1].sum.ms < 32_000


ANSWERS = {
    "scroll of a strip": STRIP + "<button id=next onclick='strip.scrollBy({left: 99})'>Next</button>",
    "smooth scroll": STRIP + "<button id=next "
    "onclick=\"strip.scrollBy({left: 200, behavior: 'smooth'})\">Next</button>",
    "link": "<a id=next href='#end'>End</a><p style='height:3000px'><p id=end>end",
    "beside a moving strip": MOVING["strip"]
    + "<div id=own style='width:99px;overflow:auto'><p style='width:999px'>own</div>"
    + "<button id=next onclick='own.scrollLeft += 50'>Next</button>",
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_scroll_that_answers_a_press_is_its_effect(bench: Bench, page: Page, name: str) -> None:
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", ANSWERS[name] + REST))
    pass_time(page, 1_500)
    for _ in range(2):
        page.click("#next")
        pass_time(page, 900, 20)
        if name == "link":
            page.evaluate("scrollTo(0, 0)")
        pass_time(page, 900)
    pass_time(page, 6_300)
    bench.leave(page)
    found = [c["r"] for c in clicks(bench.wait(clicks))]
    assert found == [SCROLL, SCROLL]


def test_a_carousel_pressed_again_while_it_still_slides_answers_each_press(bench: Bench, page: Page) -> None:
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", STRIP + "<button id=next>Next</button><script>let n = 0; next.onclick = () => { n += 15;"
              "const go = () => { strip.scrollLeft += 9; if (n-- > 0) setTimeout(go, 30) }; go() }"
              "</script>"))  # fmt: skip
    for _ in range(4):
        page.click("#next")
        pass_time(page, 210, 30)
    pass_time(page, 1_500, 30)
    pass_time(page, 5_500)
    bench.leave(page)
    assert [c["r"] for c in clicks(bench.wait(clicks))] == [SCROLL] * 4
