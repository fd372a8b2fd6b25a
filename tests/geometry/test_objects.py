"""Pages and pictures in `<object>` and `<embed>`: nothing is thrown, and what is seen of a click is drawn in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.geometry.travel import STILL, travel
from tests.tracker.bench import Bench, capture, clicks

WIDTHS = [(1366, 390), (390, 1366)]
STYLE = "style='display:block;width:70%;height:220px'"
HTML = f"<!doctype html><html>{STILL}<body style='margin:20px'><h1>Inside</h1><button>Now</button></body></html>"
SVG = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 200'>"
    "<rect width='300' height='200' fill='teal'/><circle cx='90' cy='120' r='40'/></svg>"
)
# Of the same origin, as a file of the site would be.
FILE = (
    "<{tag} id='it' type='image/svg+xml' {style}></{tag}><script>it.{attribute} = URL.createObjectURL(new Blob(["
    "decodeURIComponent(`{svg}`.split(',')[1])], {{type: 'image/svg+xml'}}))</script>"
)
KINDS = {
    "own svg object": FILE.format(tag="object", attribute="data", style=STYLE, svg=SVG),
    "own svg embed": FILE.format(tag="embed", attribute="src", style=STYLE, svg=SVG),
    "svg object": f'<object id="it" type="image/svg+xml" data="{SVG}" {STYLE}></object>',
    "svg embed": f'<embed id="it" type="image/svg+xml" src="{SVG}" {STYLE}>',
    "html object": f"<object id='it' type='text/html' data='/inside' {STYLE}></object>",
    "html embed": f"<embed id='it' type='text/html' src='/inside' {STYLE}>",
    "picture object": "<object id='it' type='image/gif' "
    f"data='data:image/gif;base64,R0lGODlhAQABAAAAACw=' {STYLE}></object>",
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_thrown_and_the_clicks_beside_it_count(bench: Bench, page: Page, kind: str) -> None:
    """The fixture `page` fails on anything thrown."""
    bench.pages["/inside"] = HTML
    page.goto(bench.page("/objects", f"<p id='beside'>beside</p>{KINDS[kind]}"))
    page.wait_for_timeout(300)
    box = page.locator("#it").bounding_box()
    assert box is not None
    for part in (0.3, 0.6):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + 0.5 * box["height"])
        page.mouse.click(box["x"] + part * box["width"], box["y"] + 0.6 * box["height"])
        page.wait_for_timeout(300)
    capture(page)
    page.click("#beside")
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: any(click["path"] == "p#beside" for click in clicks(bs))))
    assert [click["path"] for click in found].count("p#beside") == 1
    assert all(click["path"].startswith(("object#it", "embed#it")) for click in found if click["path"] != "p#beside")


@pytest.mark.parametrize(("made", "drawn"), WIDTHS)
@pytest.mark.parametrize("kind", ["html object", "picture object"])
def test_a_click_in_it_is_drawn_in_it(bench: Bench, browser: Browser, kind: str, made: int, drawn: int) -> None:
    bench.pages["/inside"] = HTML
    body = f"<p>before</p>{KINDS[kind]}<p>after</p>"
    (landing,) = travel(bench, browser, body, ["#it"], made, drawn, before=lambda page: page.wait_for_timeout(300))
    assert landing.path.startswith("object#it")
    assert landing.drawn
    assert landing.right
