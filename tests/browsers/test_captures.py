"""Captures of the tracker in each browser; the tests of tests/tracker go into detail in Chromium."""

from __future__ import annotations

from collections.abc import Callable

from collector import wire
from tests.browsers.tab import HEIGHT, WIDTH, Tab
from tests.tracker.bench import SITE_KEY, Bench, clicks
from tests.waiting import until

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
KEYBOARD, FRAMED = 1, 32
# EFFECTS in collector/wire.py
NONE, CHANGED, SCROLL, INPUT, FOCUS, ADDRESS, LEFT = 0, 1, 2, 4, 5, 6, 7
STAY = "() => new Promise((done) => setTimeout(done, 900))"  # the time that dwell and attention measure
# WebKit ignores the wheel over a page that it has not drawn yet.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"

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
    tab.evaluate(STAY)
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
    ready = "<script>onload = () => parent.postMessage(0, '*')</script>"
    inside = other_site.page("/pay", BUTTON + ready, _snippet(f'data-parent="{bench.url}"'))
    listen = "<script>heard = 0; onmessage = () => heard++</script>"
    frame = f"<iframe id=f src='{inside}' width=400 height=300 style='border:0'></iframe>"
    tab.goto(bench.page("/a", listen + frame, _snippet(f'data-frames="{other_site.url}"')))
    until(lambda: tab.evaluate("() => heard") == 1)
    x, y = tab.evaluate("() => { const {x, y} = f.getBoundingClientRect(); return [x, y] }")
    tab.click(x + 8 + 60, y + 8 + 20)
    until(lambda: tab.evaluate("() => heard") == 2)
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


EFFECTS = {
    "p#none": {NONE},
    "button#change": {CHANGED},
    "a#hash": {SCROLL},
    "input#check": {INPUT},
    "button#focus": {FOCUS},
    "a#leave": {ADDRESS, LEFT},  # ADDRESS where the browser has the Navigation API
}


def test_first_effects(bench: Bench, tab: Tab) -> None:
    body = """<p id=none>nothing</p>
      <button id=change onclick="textContent = 'changed'">Change</button>
      <input id=check type=checkbox>
      <button id=focus onclick="field.focus()">Focus</button> <input id=field>
      <a id=hash href=#end>Down</a> <a id=leave href=/left>Leave</a>
      <div style='height:3000px'></div><p id=end>end</p><script>onscroll = () => scrolled = 1</script>"""
    tab.goto(bench.page("/a", body))
    for name in EFFECTS:
        tab.click_on("#" + name.partition("#")[2])
        if name == "a#hash":
            until(lambda: tab.evaluate("() => window.scrolled"))
            tab.evaluate("() => new Promise((done) => { scrollTo(0, 0); requestAnimationFrame(() => done()) })")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) == len(EFFECTS)))
    assert [click["path"] for click in found] == list(EFFECTS)
    for click in found:
        assert click["r"] in EFFECTS[click["path"]], click["path"]


def test_reach_and_attention(bench: Bench, tab: Tab, leave: Leave) -> None:
    """Two screens of five: the first is in view for a moment, the second is not reached entirely."""
    tab.goto(bench.page("/a", f"<style>body{{margin:0}}</style><p id=p style='margin:0;height:{5 * HEIGHT}px'>"))
    tab.evaluate(DRAWN)
    tab.wheel(300, 300, 400)
    until(lambda: tab.evaluate("() => scrollY") == 400)
    tab.evaluate(STAY)
    leave()
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.scroll is not None
    assert _paths(batch, [batch.scroll.e]) == ["p#p"]
    assert (batch.scroll.depth, batch.scroll.ph) == (HEIGHT + 400, 5 * HEIGHT)
    assert (batch.ctx.vw, batch.ctx.vh, batch.ctx.ph) == (WIDTH, HEIGHT, 5 * HEIGHT)
    # A band is 192 px, so bands 3 and 4 were in view all the time, band 6 only to 8 px, and 7 not at all.
    assert batch.scroll.bands[3] > 500
    assert batch.scroll.bands[3] > 10 * batch.scroll.bands[6]
    assert batch.scroll.bands[7:] == [0] * 13


def test_the_first_error_after_a_click(bench: Bench, tab: Tab, leave: Leave) -> None:
    """A thrown error and a rejected promise, each once per click."""
    script = "<script>onerror = onunhandledrejection = () => failed = (window.failed || 0) + 1</script>"
    tab.goto(
        bench.page("/a", f"<button id=t onclick='none()'>A</button><button id=r onclick='fail()'>B</button>{script}")
    )
    tab.evaluate("() => { window.fail = async () => { throw Error('rejected') } }")
    tab.click_on("#t")
    until(lambda: tab.evaluate("() => window.failed") == 1)
    tab.click_on("#r")
    until(lambda: tab.evaluate("() => window.failed") == 2)
    leave()
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.error is not None
    assert _paths(batch, batch.error.e) == ["button#t", "button#r"]
    assert batch.error.n[0] == "a"
    assert batch.error.h[0] != batch.error.h[1]


def test_a_resize_is_recorded_when_it_has_ended(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", BUTTON))
    tab.evaluate("() => { window.rested = new Promise((done) => { onresize = () => setTimeout(done, 600) }) }")
    tab.resize(1_000, 600)
    tab.evaluate("() => rested.then(() => 0)")
    leave()
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.resize is not None
    assert (batch.resize.w[-1], batch.resize.h[-1]) == (1_000, 600)


def test_errors_of_the_tracker_are_counted_and_the_rest_is_sent(bench: Bench, tab: Tab, leave: Leave) -> None:
    broken = "<script>Object.defineProperty(document, 'scrollingElement', {get() { throw 1 }})</script>"
    tab.goto(bench.page("/a", broken + BUTTON))
    tab.click_on("#b")
    leave()
    batches = bench.wait(clicks)
    assert [click["path"] for click in clicks(batches)] == ["button#b"]
    assert batches[-1].sum.err > 0
