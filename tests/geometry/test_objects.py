"""Pages and pictures in `<object>` and `<embed>`: frames if same-origin; if cross-origin, only `object` is one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.geometry.travel import STILL, Setup, all_right, travel
from tests.tracker.bench import SITE_KEY, Bench, capture, clicks
from tests.tracker.clock import stop_clock

WIDTHS = [(1366, 390), (390, 1366)]
STYLE = "style='display:block;width:70%;height:220px;border:7px solid;padding:9px'"
HTML = f"<!doctype html><html>{STILL}<body style='margin:20px'><h1>Inside</h1><button>Now</button></body></html>"
SVG = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 200'>"
    "<rect width='300' height='200' fill='teal'/><a href='%23x'><circle cx='90' cy='120' r='40'/></a></svg>"
)
# Same-origin, as a file of the site would be.
FILE = (
    "<{tag} id='it' type='image/svg+xml' {style}></{tag}><script>it.{attribute} = URL.createObjectURL(new Blob(["
    "decodeURIComponent(`{svg}`.split(',')[1])], {{type: 'image/svg+xml'}}))</script>"
)
OWN_SVG = {
    "object": FILE.format(tag="object", attribute="data", style=STYLE, svg=SVG),
    "embed": FILE.format(tag="embed", attribute="src", style=STYLE, svg=SVG),
}
OWN_HTML = {
    "object": f"<object id='it' type='text/html' data='/inside' {STYLE}></object>",
    "embed": f"<embed id='it' type='text/html' src='/inside' {STYLE}>",
}
FOREIGN = {
    "object": f'<object id="it" type="image/svg+xml" data="{SVG}" {STYLE}></object>',
    "embed": f'<embed id="it" type="image/svg+xml" src="{SVG}" {STYLE}>',
}
PICTURE = f"<object id='it' type='image/gif' data='data:image/gif;base64,R0lGODlhAQABAAAAACw=' {STYLE}></object>"


def _around(one: str) -> str:
    return f"<p id='beside'>beside</p>{one}<p>after</p>"


def _loaded(page: Page) -> None:
    """Until the page that `#it` shows is loaded, if it is one of the same origin."""
    page.wait_for_function(
        "() => { try { return !frames[0] || frames[0].document.readyState === 'complete'; } catch { return true; } }"
    )


def _click_in(page: Page, x: float, y: float) -> None:
    box = page.locator("#it").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def _paths(bench: Bench, page: Page) -> list[str]:
    """Of all clicks but the last, which is made beside the object once the object has the focus."""
    page.wait_for_function("document.activeElement.id === 'it'")
    page.click("#beside")
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: any(click["path"] == "p#beside" for click in clicks(bs))))
    return [click["path"] for click in found if click["path"] != "p#beside"]


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_a_click_in_a_page_of_the_same_origin_is_drawn_on_its_element(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    bench.pages["/inside"] = HTML
    body = _around(OWN_HTML["object"])
    landings = travel(bench, browser, body, ["h1", "button"], made, drawn, setup=Setup(before=_loaded, frame="#it"))
    all_right(landings)
    assert [landing.path for landing in landings] == [
        "object#it>>html:1>body:1>h1:1",
        "object#it>>html:1>body:1>button:1",
    ]


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_a_click_in_a_drawing_of_the_same_origin_is_drawn_on_it(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = _around(OWN_SVG["object"])
    (beside,) = travel(bench, browser, body, ["#it"], made, drawn, setup=Setup(before=_loaded, at=(0.9, 0.1)))
    all_right([beside])
    assert beside.path == "object#it>>svg:1"
    landings = travel(bench, browser, body, ["a"], made, drawn, setup=Setup(before=_loaded, frame="#it"))
    all_right(landings)
    assert [landing.path for landing in landings] == ["object#it>>svg:1>a:1"]


@pytest.mark.parametrize("inside", ["html", "svg"])
def test_a_click_in_an_embed_loaded_before_the_tracker_is_a_click_on_its_element(
    bench: Bench, page: Page, inside: str
) -> None:
    bench.pages["/inside"] = HTML
    one = {"html": OWN_HTML, "svg": OWN_SVG}[inside]["embed"]
    page.goto(bench.page("/objects", _around(one), snippet=""))
    _loaded(page)
    page.evaluate(
        "key => { const tracker = document.createElement('script'); tracker.src = '/parcours.js';"
        " tracker.dataset.site = key; document.head.append(tracker); }",
        SITE_KEY,
    )
    page.wait_for_function("!!window.parcours")
    layout = capture(page)
    _click_in(page, 0.7, 0.8)
    (path,) = _paths(bench, page)
    assert path == f"embed#it>>{inside}:1"
    assert path in layout["paths"]


def test_a_click_in_an_embed_added_later_is_lost(bench: Bench, page: Page) -> None:
    bench.pages["/inside"] = HTML
    stop_clock(page)
    page.goto(bench.page("/objects", "<p id='beside'>beside</p>"))
    page.wait_for_function("!!window.parcours")
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", OWN_HTML["embed"])
    _loaded(page)
    page.clock.run_for(1200)
    _click_in(page, 0.7, 0.8)
    assert _paths(bench, page) == []


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
def test_a_click_on_a_picture_is_a_click_on_the_object(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    (landing,) = travel(bench, browser, _around(PICTURE), ["#it"], made, drawn, setup=Setup(before=_loaded))
    all_right([landing])
    assert landing.path == "object#it"


@pytest.mark.parametrize("tag", FOREIGN)
def test_a_click_in_a_cross_origin_object_counts_and_in_an_embed_does_not(bench: Bench, page: Page, tag: str) -> None:
    """The fixture `page` fails if anything is thrown."""
    stop_clock(page)
    page.goto(bench.page("/objects", _around(FOREIGN[tag])))
    page.clock.run_for(1200)
    _click_in(page, 0.3, 0.6)
    capture(page)
    assert _paths(bench, page) == ["object#it"] * (tag == "object")
