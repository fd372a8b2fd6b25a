"""Pages that nobody should make: bounded time, bounded bytes, and what was cut is counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench, clicks

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
    for selector in ("#b", "input"):  # not by the test's own look at them: it reads names as well
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


@pytest.mark.parametrize(("depth", "display"), [(10_000, "contents"), (2_000, "block")])
def test_ten_thousand_deep(bench: Bench, page: Page, depth: int, display: str) -> None:
    """Of boxes in boxes the browser itself bears fewer."""
    fill = f"""<script>
      let at = document.body
      for (let i = 0; i < {depth}; i++) {{
        at = at.appendChild(document.createElement('div'))
        at.style.display = '{display}'
      }}
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


def test_a_thousand_clicks_in_a_moment(bench: Bench, page: Page) -> None:
    """By the keyboard, where the browser makes them as fast as the page can take them."""
    page.goto(bench.page("/a", BUTTON))
    session = page.context.new_cdp_session(page)
    for n in range(1_000):
        for kind in ("mousePressed", "mouseReleased"):
            session.send(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": 20 + n % 50, "y": 20, "button": "left", "clickCount": 1, "buttons": 1},
            )
    page.wait_for_timeout(9_500)
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) + bs[-1].sum.cut >= 1_000)
    assert len(clicks(batches)) == 1_000
    assert all(len(body) < 20_000 for _, body in bench.bodies)


def test_what_a_view_may_hold_is_counted_beyond(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    for _ in range(6):
        page.evaluate("for (let i = 0; i < 1000; i++) parcours('event', 'x')")
        page.wait_for_timeout(100)
    page.goto("about:blank")
    batches = bench.wait(lambda bs: sum(len(b.custom.n) for b in bs if b.custom) + bs[-1].sum.cut == 6_000 if bs else 0)
    assert batches[-1].sum.cut == 1_000
    assert all(len(b.custom.n) <= wire.MAX_EVENTS for b in batches if b.custom)


def test_an_inner_page_that_is_closed_again(bench: Bench, page: Page) -> None:
    """What played the page has no height any more: what was in view is the page behind it, and never nonsense."""
    inner = "<div id=s style='height:90vh;overflow:auto'><p style='height:5000px'>inside</p></div>"
    page.goto(bench.page("/a", f"{BUTTON}{inner}<p style='height:5000px'>behind</p>"))
    page.evaluate("void (b.onclick = () => { document.getElementById('s').style.display = 'none' })")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(500)  # until it has been looked at
    assert page.evaluate("document.getElementById('s').scrollTop") > 300
    page.click("#b")
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") > 300
    page.mouse.click(300, 300)
    assert len(_sent(bench, page, 2)) == 2
    scroll = bench.batches()[-1].scroll
    assert scroll is not None
    assert sum(scroll.bands) > 0
