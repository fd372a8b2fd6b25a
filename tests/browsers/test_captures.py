"""Captures of the tracker in each browser; the tests of tests/tracker go into detail in Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from collector import wire
from tests.browsers.tab import Browser, Tab
from tests.tracker.bench import SITE_KEY, Bench, clicks
from tests.waiting import until

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
KEYBOARD, FRAMED = 1, 32

Leave = Callable[[], None]


def _snippet(attributes: str) -> str:
    return f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attributes}></script>'


def _paths(batch: wire.Batch, elements: list[int]) -> list[str]:
    assert batch.el is not None
    return [batch.el.p[e] for e in elements]


def test_clicks_by_mouse_and_by_key(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", f"<div style='height:50px'></div>{BUTTON}"))
    tab.click(8 + 30, 58 + 10)
    tab.key("Enter")
    tab.key(" ")
    leave()
    mouse, enter, space = clicks(bench.wait(lambda bs: len(clicks(bs)) == 3))
    assert (mouse["path"], mouse["x"], mouse["y"], mouse["k"], mouse["w"]) == ("button#b", 2_500, 2_500, 0, 120)
    for key in (enter, space):
        assert (key["path"], key["x"], key["y"], key["k"]) == ("button#b", 5_000, 5_000, KEYBOARD)


def test_dwell_is_where_the_pointer_rested(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", "<div id=d style='width:400px;height:160px'></div>"))
    tab.move(8 + 75, 8 + 50)  # column 1, row 2
    tab.evaluate("() => new Promise((done) => setTimeout(done, 900))")
    leave()
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.hover is not None
    assert _paths(batch, batch.hover.e) == ["div#d"]
    assert batch.hover.c == [2 * 8 + 1]
    assert 500 < batch.hover.d[0] < 5_000


def test_fields_and_submits(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", "<form id=f onsubmit='return false'><input id=a><input id=e><button>Go</button></form>"))
    tab.click_on("#a")
    tab.type("abc")
    tab.key("Backspace")
    tab.key("Tab")
    tab.key("Enter")
    leave()
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.input is not None
    assert batch.submit is not None
    assert _paths(batch, batch.input.e) == ["input#a", "input#e"]
    assert (batch.input.n, batch.input.k) == ([4, 0], [2, 1])
    assert _paths(batch, batch.submit.e) == ["form#f"]
    assert b"abc" not in bench.bodies[0][1]


def test_events_variants_and_consent(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", BUTTON, _snippet('data-consent="wait"')))
    tab.evaluate("() => { parcours('event', 'order', 59.9); parcours('variant', 'hero', 'b') }")
    tab.click_on("#b")
    bench_before = list(bench.bodies)
    tab.evaluate("() => { parcours('consent', true); parcours('identify', 'customer 7') }")
    leave()
    batches = bench.wait(lambda bs: len(clicks(bs)) == 1 and any(b.custom for b in bs))
    assert bench_before == []
    custom = [b.custom for b in batches if b.custom]
    assert (custom[0].n, custom[0].v) == (["order"], [59.9])
    assert batches[-1].ctx.variants == {"hero": "b"}
    assert batches[-1].ctx.consent
    assert batches[-1].ctx.id == "@customer 7"
    tab.goto(bench.page("/b", BUTTON))
    stored = tab.evaluate("() => localStorage['parcours.id']")
    assert len(stored) == 24


def test_a_click_in_a_frame_of_the_same_origin(bench: Bench, tab: Tab, leave: Leave) -> None:
    bench.page("/in", BUTTON, "")
    tab.goto(bench.page("/a", "<div style='height:100px'></div><iframe id=f src=/in width=400 height=300></iframe>"))
    tab.click_on("#f", "#b")
    leave()
    (click,) = clicks(bench.wait(clicks))
    assert click["path"] == "iframe#f>>html:1>body:1>button:1"


def test_a_frame_of_another_origin_passes_its_clicks_if_both_allow_it(
    bench: Bench, other_site: Bench, tab: Tab, leave: Leave
) -> None:
    ready = "<script>onload = () => parent.postMessage('ready', '*')</script>"
    inside = other_site.page("/pay", BUTTON + ready, _snippet(f'data-parent="{bench.url}"'))
    listen = "<script>ready = new Promise((done) => addEventListener('message', () => done()))</script>"
    frame = f"<iframe id=f src='{inside}' width=400 height=300 style='border:0'></iframe>"
    tab.goto(bench.page("/a", listen + frame, _snippet(f'data-frames="{other_site.url}"')))
    tab.evaluate("() => ready")
    x, y = tab.evaluate("() => { const {x, y} = f.getBoundingClientRect(); return [x, y] }")
    tab.click(x + 8 + 60, y + 8 + 20)
    tab.evaluate("() => new Promise((done) => { addEventListener('message', done); setTimeout(done, 3000) })")
    leave()
    (click,) = clicks(bench.wait(clicks))
    assert (click["path"], click["k"]) == ("iframe#f>>html:1>body:1>button:1", FRAMED)
    assert other_site.bodies == []


def test_routes_are_views(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", BUTTON) + "?session=1")
    tab.click_on("#b")
    tab.evaluate("() => history.pushState(1, '', '/b?session=2')")
    tab.click_on("#b")
    tab.evaluate("() => new Promise((done) => { onpopstate = () => done(); history.back() })")
    leave()
    batches = bench.wait(lambda bs: len({b.view for b in bs}) == 3)
    assert [b.ctx.url.removeprefix(bench.url) for b in batches] == ["/a", "/b", "/a"]
    assert [b.sum.clicks for b in batches] == [1, 1, 0]
    assert batches[1].ctx.ref == f"{bench.url}/a"


@pytest.mark.parametrize("by", ["address bar", "link", "link to another site", "closing", "hiding"])
def test_what_is_pending_is_sent_when_the_page_is_left(
    bench: Bench, other_site: Bench, any_browser: Browser, by: str
) -> None:
    if by.startswith("link") and any_browser.name == "chromium":
        pytest.skip("tests/tracker follows links in Chromium")
    if by == "hiding" and any_browser.name == "chromium":
        pytest.skip("Playwright keeps every page visible; tests/tracker/test_tabs.py hides real tabs of Chromium")
    away = other_site.page("/there", "there", "").replace("127.0.0.1", "localhost")
    tab = any_browser.tab()
    tab.goto(bench.page("/a", f"{BUTTON}<a id=in href=/left>in</a> <a id=out href='{away}'>out</a>"))
    tab.click_on("#b")
    match by:
        case "address bar":
            tab.goto("about:blank")
        case "link":
            tab.click_on("#in")
        case "link to another site":
            tab.click_on("#out")
        case "closing":
            tab.close()
        case "hiding":
            tab.hide()
    found = clicks(bench.wait(clicks))
    assert found[0]["path"] == "button#b"
    assert len(found) == 1 + by.startswith("link")
    if by != "closing":
        tab.close()


def test_batches_wait_for_a_collector_that_fails(bench: Bench, tab: Tab) -> None:
    bench.always.status = 503
    tab.goto(bench.page("/a", BUTTON))
    tab.click_on("#b")
    until(lambda: any(status == 503 for status, _ in bench.bodies))
    bench.always.status = 204
    assert len(clicks(bench.wait(clicks))) == 1
