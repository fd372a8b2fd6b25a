"""Same-origin frames are listened to; cross-origin ones pass their rows on if both sides allow it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import SITE_KEY, Bench, capture, clicks, until_heard
from tests.tracker.clock import stop_clock

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
FRAMED, DISABLED = 32, 128


def test_a_frame_of_the_same_origin_needs_no_snippet(bench: Bench, page: Page) -> None:
    bench.page("/deep", "<button id=d style='margin:20px'>Deep</button>", "")
    bench.page("/in", f"{BUTTON}<iframe src=/deep width=200 height=150></iframe>", "")
    page.goto(bench.page("/a", "<div style='height:300px'></div><iframe id=f src=/in width=400 height=300></iframe>"))
    layout = capture(page)
    inner = page.frame_locator("#f")
    inner.locator("#b").click()
    inner.frame_locator("iframe").locator("#d").click()
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) == 2))
    for click, tag in zip(found, ("iframe#f>>html:1>body:1>button:1", "iframe:1>>html:1>body:1>button:1"), strict=True):
        assert click["path"].endswith(tag)
        at = layout["paths"].index(click["path"])  # the same element as on the picture, with the same fingerprints
        assert click["fp"] == layout["fps"][at]
        assert abs(layout["x"][at] + layout["w"][at] / 2 - click["px"]) <= 1
        assert abs(layout["y"][at] + layout["h"][at] / 2 - click["py"]) <= 1
    assert len(bench.batches()) == 1


def test_a_frame_with_its_own_tracker_is_a_page_of_its_own(bench: Bench, page: Page) -> None:
    bench.page("/in", BUTTON)
    page.goto(bench.page("/a", "<iframe id=f src=/in width=400 height=300></iframe>"))
    page.wait_for_function("frames[0].parcours?.on")
    page.frame_locator("#f").locator("#b").click()
    page.goto("about:blank")
    found = bench.wait(lambda bs: len(clicks(bs)) == 1 and len(bs) == 2)
    assert [b.ctx.url for b in found if b.click] == [f"{bench.url}/in"]


def _snippet(attributes: str) -> str:
    return f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attributes}></script>'


def _framed(bench: Bench, other_site: Bench, page: Page, here: str, there: str) -> None:
    """A page with a frame of another origin, scrolled by 100 px; a click on the button in the frame."""
    inside = other_site.page("/pay", f"<form onsubmit='return false'>{BUTTON}<input id=i></form>", _snippet(there))
    body = f"<div style='height:300px'></div><iframe id=f src='{inside}' width=400 height=300></iframe>"
    page.goto(bench.page("/a", body + "<div style='height:3000px'></div>", _snippet(here)))
    frame = page.frame(url=inside)
    assert frame is not None
    frame.wait_for_function("window.parcours?.on")
    page.evaluate("scrollTo(0, 100)")
    page.wait_for_function("scrollY === 100")
    page.frame_locator("#f").locator("#b").click()
    page.frame_locator("#f").locator("#i").fill("hunter2")
    page.frame_locator("#f").locator("#b").click(modifiers=["Shift"])
    until_heard(page, frame)


def test_a_cross_origin_frame_passes_its_rows_to_the_page_if_both_allow_it(
    bench: Bench, other_site: Bench, page: Page
) -> None:
    _framed(bench, other_site, page, f'data-frames="{other_site.url}"', f'data-parent="{bench.url}"')
    box = page.frame_locator("#f").locator("#b").bounding_box()
    assert box is not None
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: len(clicks(bs)) == 2)
    first, second = clicks([batch])
    assert first["path"] == "iframe#f>>html:1>body:1>form:1>button:1"
    assert (first["k"], second["k"]) == (FRAMED, FRAMED + 4)
    assert abs(first["px"] - (box["x"] + 60)) <= 1
    assert abs(first["py"] - (box["y"] + 100 + 20)) <= 1
    assert batch.ctx.url == f"{bench.url}/a"
    assert batch.input is not None
    assert batch.el is not None
    field = [i for i, e in enumerate(batch.input.e) if batch.el.p[e].endswith("input:1")]
    assert [batch.input.n[i] for i in field] == [1]
    assert other_site.bodies == []  # the frame's tracker sends nothing itself
    assert all(b"hunter2" not in body for _, body in bench.bodies)


def test_a_click_on_a_disabled_control_in_a_frame_keeps_its_flag(bench: Bench, other_site: Bench, page: Page) -> None:
    inside = other_site.page("/pay", BUTTON.replace(" id=b", " id=b disabled"), _snippet(f'data-parent="{bench.url}"'))
    body = f"<iframe id=f src='{inside}' width=400 height=300></iframe>"
    page.goto(bench.page("/a", body, _snippet(f'data-frames="{other_site.url}"')))
    frame = page.frame(url=inside)
    assert frame is not None
    frame.wait_for_function("window.parcours?.on")
    page.frame_locator("#f").locator("#b").click(force=True)
    until_heard(page, frame)
    page.goto("about:blank")
    (click,) = clicks(bench.wait(lambda bs: clicks(bs)))
    assert click["k"] == FRAMED + DISABLED


@pytest.mark.parametrize(
    ("here", "there"),
    [("", "data-parent='{bench}'"), ("data-frames='{other_site}.evil'", "data-parent='{bench}'")],
    ids=["the page does not", "another origin"],
)
def test_a_frame_that_is_not_allowed_is_ignored(
    bench: Bench, other_site: Bench, page: Page, here: str, there: str
) -> None:
    names = {"bench": bench.url, "other_site": other_site.url}
    _framed(bench, other_site, page, here.format(**names), there.format(**names))
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert [c["path"] for c in clicks([batch])] in ([], ["iframe#f"])
    assert other_site.bodies == []


def test_rows_from_a_frame_are_limited_in_type_and_range(bench: Bench, other_site: Bench, page: Page) -> None:
    lies = """
      const say = (...row) => parent.postMessage({parcours: row}, '*')
      const e = ['>>html:1>body:1', '~'.repeat(11)]
      say('click', {e, x: 1e99, y: -5, w: NaN, h: 'hunter2', px: {}, py: [7], b: 99, k: 1e6, secret: 'hunter2', t: 'x'})
      say('click', {e: ['main>button:1', '~'.repeat(11)]})
      say('click', {e: ['>>html:1>' + 'x'.repeat(500), '~'.repeat(11)]})
      say('click', {e: ['>>html:1', 'hunter2']})
      say('click', {e: [['>>html:1'], {a: 'hunter2'}]})
      say('hover', {e, c: 900, d: Infinity}); say('view', {}); say('__proto__', {e}); say()
      parent.postMessage(null, '*')
      say('input', {e, d: -1, n: 'hunter2', k: 3}); say('submit', {e, n: 'hunter2'})
    """
    inside = other_site.page("/pay", f"<script>window.lie = () => {{ {lies} }}</script>", "")
    body = f"<iframe id=f src='{inside}' width=400 height=300></iframe>"
    page.goto(bench.page("/a", body, _snippet(f'data-frames="{other_site.url}"')))
    frame = page.frame(url=inside)
    assert frame is not None
    frame.evaluate("lie()")
    until_heard(page, frame)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)  # valid by the wire format, or `batches` fails
    (click,) = clicks([batch])
    assert (click["path"], click["x"], click["y"], click["w"]) == ("iframe#f>>html:1>body:1", 10_000, 0, 0)
    assert click["b"] <= 4
    assert batch.hover is not None
    assert batch.input is not None
    assert batch.submit is not None
    assert all(b"hunter2" not in body for _, body in bench.bodies)


def test_a_click_into_a_cross_origin_frame_is_a_click_on_the_frame(bench: Bench, other_site: Bench, page: Page) -> None:
    inside = other_site.page("/pay", BUTTON, "")
    body = f"<a href='#x' id=l>first</a><br><iframe id=f src='{inside}' width=400 height=300></iframe>"
    stop_clock(page)
    page.goto(bench.page("/a", body))
    page.clock.run_for(1_100)
    page.frame_locator("#f").locator("#b").click()
    page.wait_for_function("document.activeElement.id === 'f'")
    page.frame_locator("#f").locator("#b").click()
    page.goto("about:blank")
    (click,) = clicks(bench.wait(clicks))
    assert (click["path"], click["x"], click["y"], click["k"]) == ("iframe#f", 5_000, 5_000, FRAMED)


def test_keyboard_and_scripts_that_move_the_focus_into_a_frame_make_no_click(
    bench: Bench, other_site: Bench, page: Page
) -> None:
    inside = other_site.page("/pay", BUTTON, "")
    page.goto(bench.page("/a", f"<iframe id=f src='{inside}' width=400 height=300></iframe>"))
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.id === 'f'")
    page.evaluate("document.activeElement.blur(), focus()")
    page.evaluate("document.getElementById('f').focus()")
    page.wait_for_function("document.activeElement.id === 'f'")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.click is None
