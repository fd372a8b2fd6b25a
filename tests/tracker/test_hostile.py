"""Hostile pages: bounded time, bounded bytes, and dropped rows are counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import stop_clock, wheel

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
EVERY = ("id", "data-testid", "data-parcours", "name", "type", "role", "href", "src", "aria-label", "alt", "title",
         "placeholder", "class")  # fmt: skip
HOSTILE = {
    "quotes": "a\"b'c`d\\\\e</script>",
    "selectors": "a],b{c}:not(*)/*",
    "newlines": "a\nb\r\tc\0",
    "emoji": "💡👩‍👩‍👧‍👦é",
    "lone surrogates": "a\ud800b\udfff",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of words": "x1 " * 333_333,
    "separators": ">>html:1>body:1>…",
}


def _sent(bench: Bench, page: Page, count: int) -> list[dict]:
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) >= count))
    assert all(len(body) < wire.MAX_BODY for _, body in bench.bodies)
    return found


def _events(batches: list[wire.Batch]) -> int:
    return sum(len(batch.custom.n) for batch in batches if batch.custom)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_in_every_attribute(bench: Bench, page: Page, name: str) -> None:
    page.goto(bench.page("/a", f"<main><section><form onsubmit='return false'>{BUTTON}<input></form></section></main>"))
    codes = [ord(letter) for letter in HOSTILE[name][:40]]
    page.evaluate(
        """([codes, length, names]) => {
          const value = String.fromCharCode(...codes.flatMap((c) => c > 65535
            ? [((c - 65536) >> 10) + 55296, ((c - 65536) & 1023) + 56320] : [c])).padEnd(length, 'x1 ')
          for (const el of document.querySelectorAll('main, section, form, input')) for (const name of names)
            try { el.setAttribute(name, value) } catch {}
          b.setAttribute('class', value); b.setAttribute('aria-label', value)
        }""",
        [codes, len(HOSTILE[name]), EVERY],
    )
    for selector in ("#b", "input"):  # not with `page.click`, which reads names as well
        x, y = page.evaluate(
            "(s) => { const {x, y} = document.querySelector(s).getBoundingClientRect(); return [x, y] }", selector
        )
        page.mouse.click(x + 5, y + 5)
    first, second = _sent(bench, page, 2)
    assert first["path"].endswith("button#b")
    assert second["path"].startswith(("input", "main", "html", "body"))


def test_fifty_thousand_elements(bench: Bench, page: Page) -> None:
    fill = "<script>document.body.insertAdjacentHTML('beforeend', '<p class=row><b>x</b></p>'.repeat(25000))</script>"
    page.goto(bench.page("/a", f"{BUTTON}{fill}"))
    page.click("#b")
    page.mouse.click(700, 500)
    page.mouse.move(300, 300)
    found = _sent(bench, page, 2)
    assert found[0]["path"] == "button#b"


def test_two_thousand_nested_boxes(bench: Bench, page: Page) -> None:
    """The browser allows no more boxes. Deeper elements without boxes: tests/geometry/test_bounds.py."""
    fill = """<script>
      let at = document.body
      for (let i = 0; i < 2000; i++) at = at.appendChild(document.createElement('div'))
      at.innerHTML = '<button style="position:absolute;left:200px;top:200px;width:50px;height:20px">Press</button>'
    </script>"""
    page.goto(bench.page("/a", f"{BUTTON}{fill}"))
    page.mouse.click(220, 210)
    (click,) = _sent(bench, page, 1)
    assert click["path"].endswith(">button:1")
    assert len(click["path"]) <= 512


def test_a_storm_of_changes(bench: Bench, page: Page) -> None:
    fill = """<p id=p></p><script>
      setInterval(() => { for (let i = 0; i < 5000; i++) p.textContent = i; p.innerHTML = '<i>x</i>'.repeat(500) }, 20)
    </script>"""
    page.goto(bench.page("/a", f"{BUTTON}{fill}"))
    for _ in range(3):
        page.click("#b")
    assert len(_sent(bench, page, 3)) == 3


def test_a_thousand_clicks_at_once(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    session = page.context.new_cdp_session(page)
    for n in range(1_000):
        for kind in ("mousePressed", "mouseReleased"):
            session.send(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": 20 + n % 50, "y": 20, "button": "left", "clickCount": 1, "buttons": 1},
            )
    page.clock.run_for(9_500)
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) + bs[-1].sum.cut >= 1_000)
    assert len(clicks(batches)) == 1_000
    assert all(len(body) < 20_000 for _, body in bench.bodies)


def test_rows_beyond_the_limit_of_a_view_are_counted(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    for full in (1_000, 2_000, 3_000, 4_000, 5_000, 5_000):
        page.evaluate("for (let i = 0; i < 1000; i++) parcours('event', 'x')")
        # What does not fill a batch waits.
        bench.wait(lambda bs, full=full: _events(bs) > full - wire.MAX_EVENTS)
    page.goto("about:blank")
    batches = bench.wait(lambda bs: _events(bs) + bs[-1].sum.cut == 6_000 if bs else 0)
    assert batches[-1].sum.cut == 1_000
    assert all(len(b.custom.n) <= wire.MAX_EVENTS for b in batches if b.custom)


def test_an_inner_scroller_that_is_closed_again(bench: Bench, page: Page) -> None:
    """It counted as the page and has no height any more: the reach is that of the page behind it."""
    inner = "<div id=s style='height:90vh;overflow:auto'><p style='height:5000px'>inside</p></div>"
    stop_clock(page)
    page.goto(bench.page("/a", f"{BUTTON}{inner}<p style='height:5000px'>behind</p>"))
    page.evaluate("void (b.onclick = () => { document.getElementById('s').style.display = 'none' })")
    page.mouse.move(300, 300)
    wheel(page, 400)
    page.clock.run_for(500)
    assert page.evaluate("document.getElementById('s').scrollTop") > 300
    page.click("#b")
    wheel(page, 400)
    page.clock.run_for(500)
    assert page.evaluate("scrollY") > 300
    page.mouse.click(300, 300)
    assert len(_sent(bench, page, 2)) == 2
    scroll = bench.batches()[-1].scroll
    assert scroll is not None
    assert sum(scroll.bands) > 0
