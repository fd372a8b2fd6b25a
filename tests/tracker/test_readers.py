"""One read of the page that throws, or finds nothing, does not keep the rest from being sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import SNIPPET, Bench, clicks
from tests.tracker.clock import stop_clock

BODY = "<button id=m onclick='this.textContent=1'>Go</button><p style='height:3000px'>tall</p>"
QUIRKS = {
    "the body scrolls": "html{overflow-y:scroll} body{overflow-x:hidden}",
    "both are hidden": "html,body{overflow-x:hidden}",
    "both scroll": "html,body{height:100%;overflow:auto}",
}
BROKEN = {
    "no root scroller": "Object.defineProperty(document, 'scrollingElement', {get() { throw new Error('no') }})",
    "elements by point": "document.elementsFromPoint = () => { throw new Error('no') }",
    "no element at a point": "document.elementsFromPoint = () => []",
    "language": "Object.defineProperty(navigator, 'language', {get() { throw new Error('no') }})",
}


@pytest.mark.parametrize("name", QUIRKS)
def test_a_page_in_quirks_mode_whose_body_scrolls(bench: Bench, page: Page, name: str) -> None:
    bench.pages["/q"] = f"<html><head><style>{QUIRKS[name]}</style>{SNIPPET}</head><body>{BODY}</body></html>"
    page.goto(bench.url + "/q")
    assert page.evaluate("document.scrollingElement") is None
    page.click("#m")
    page.goto("about:blank")
    (batch,) = bench.wait(clicks)
    assert [c["path"] for c in clicks([batch])] == ["button#m"]
    assert batch.sum.err == 0
    assert batch.scroll is not None
    assert batch.scroll.depth < 3000 or name == "both scroll"


def test_a_click_in_a_frameset(bench: Bench, page: Page) -> None:
    bench.page("/in", BODY, "")
    bench.pages["/f"] = f"<html><head>{SNIPPET}</head><frameset cols='*,*'><frame src=/in><frame src=/in></frameset>"
    page.goto(bench.url + "/f")
    page.frames[1].click("#m")
    page.goto("about:blank")
    (click,) = clicks(bench.wait(clicks))
    assert click["path"].endswith("frame:1>>html:1>body:1>button:1")


@pytest.mark.parametrize("name", BROKEN)
def test_a_reader_that_throws_is_counted_and_the_click_arrives(bench: Bench, page: Page, name: str) -> None:
    page.goto(bench.page("/a", f"<script>{BROKEN[name]}</script>{BODY}"))
    page.click("#m")
    page.goto("about:blank")
    (batch,) = bench.wait(clicks)
    assert [c["path"] for c in clicks([batch])] == ["button#m"]
    assert (batch.sum.err > 0) == (name != "no element at a point")


def test_a_frame_of_another_origin_and_blocked_storage_are_no_errors(
    bench: Bench, other_site: Bench, page: Page
) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    inside = other_site.page("/pay", BODY, "")
    page.goto(bench.page("/a", f"<iframe src='{inside}'></iframe>{BODY}"))
    page.click("#m")
    page.goto("about:blank")
    (batch,) = bench.wait(clicks)
    assert batch.sum.err == 0


def test_a_sandboxed_frame_without_address_gets_its_click(bench: Bench, page: Page) -> None:
    for attributes in ('srcdoc="<button>x</button>"', 'src="data:text/html,<button>x</button>"'):
        bench.reset()
        page.clock.install()
        page.goto(bench.page("/a", f"<iframe id=f sandbox=allow-scripts {attributes}></iframe>"))
        page.clock.run_for(1_200)
        page.frame_locator("#f").locator("button").click()
        page.wait_for_function("document.activeElement.id === 'f'")
        page.goto("about:blank")
        (click,) = clicks(bench.wait(clicks))
        assert click["path"] == "iframe#f"


DISABLED = 128
CONTROLS = """<button id=one disabled style="width:90px;height:40px">Pay</button>
<button id=two disabled style="width:90px;height:40px"><span id=in>Pay</span></button>
<fieldset disabled><button id=three style="width:90px;height:40px">Pay</button><input id=four>
<p id=text>text</p></fieldset>
<select id=five disabled><option>1</select><textarea id=six disabled></textarea>"""


def test_disabled_controls_get_one_click_each(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", CONTROLS))
    for name in ("one", "in", "three", "four", "text", "five", "six"):
        box = page.locator(f"#{name}").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.clock.run_for(2_000)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) >= 7))
    assert [c["k"] for c in found] == [DISABLED] * 4 + [0] + [DISABLED] * 2
    assert [c["r"] for c in found] == [0] * 7
    assert [c["path"].split("#")[-1].split(">")[0] for c in found][2:] == ["three", "four", "text", "five", "six"]
