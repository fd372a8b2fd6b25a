"""What followed a click: an effect, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import stop_clock

BUTTON = "<button id=b style='width:90px;height:30px'>Press</button><p id=out>-</p>"
BUTTON += "<input id=field><div style='height:3000px'></div><p id=end>end</p>"
ON = "document.getElementById('b').addEventListener"
OUT = "document.getElementById('out').textContent"

TELL_SCROLL = "addEventListener('scroll', () => { window.scrolled = true })"
SCROLL = 2

# name → (script, effect, least and most delay in ms)
CASES = {
    "dead": ("", 0, 0, 0),
    "at once": (f"{ON}('click', () => {OUT} = 'ok')", 1, 0, 100),
    "at 900 ms": (f"{ON}('click', () => setTimeout(() => {OUT} = 'ok', 900))", 1, 850, 1200),
    "at 1800 ms": (f"{ON}('click', () => setTimeout(() => {OUT} = 'ok', 1800))", 0, 0, 0),
    "on press": (f"{ON}('pointerdown', () => {OUT} = 'ok')", 1, 0, 0),
    "scroll": (f"{ON}('click', () => scrollTo({{top: 900, behavior: 'smooth'}}))", 2, 0, 300),
    "address": (f"{ON}('click', () => history.pushState(0, '', '?x'))", 6, 0, 100),
    "broken anchor": ("document.getElementById('b').outerHTML = '<a id=b href=\"#gone\">Press</a>'", 0, 0, 0),
    "animation": (
        f"{ON}('click', () => {{ let n = 0; const t = setInterval(() => {{ b.style.width = 90 + n + 'px';"
        " if (++n > 20) clearInterval(t) }, 20) })",
        1,
        0,
        200,
    ),
    "same value": (f"{ON}('click', () => {{ b.id = b.id; b.setAttribute('title', '') }})", 0, 0, 0),
    "hash": ("document.getElementById('b').outerHTML = '<a id=b href=\"#end\">Press</a>'", 2, 0, 300),
    "focus": (f"{ON}('click', () => field.focus())", 5, 0, 100),
    "ticker, dead": (f"setInterval(() => {{ {OUT} = Math.random() }}, 100)", 0, 0, 0),
    "ticker, alive": (
        f"setInterval(() => {{ {OUT} = Math.random() }}, 100); {ON}('click', () => document.body.append('ok'))",
        1,
        0,
        100,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_first_effect(bench: Bench, page: Page, name: str) -> None:
    script, effect, least, most = CASES[name]
    stop_clock(page)
    page.goto(bench.page("/effects", f"{BUTTON}<script>b.title = ''; {script}; {TELL_SCROLL}</script>"))
    page.click("#b")
    if effect == SCROLL:  # by the browser, not by the page's clock
        page.wait_for_function("window.scrolled")
    page.clock.run_for(1650)
    page.goto("about:blank")
    (click,) = clicks(bench.wait(clicks))
    assert click["r"] == effect
    assert least <= click["d"] * 10 <= most


@pytest.mark.parametrize(
    ("script", "effect"),
    [
        (f"setInterval(() => {{ {OUT} = Math.random() }}, 1000)", 0),
        (f"setInterval(() => {{ {OUT} = Math.random() }}, 2000)", 0),
        (f"setInterval(() => {{ {OUT} = Math.random() }}, 1000); {ON}('click', () => document.body.append('ok'))", 1),
        (f"{ON}('click', () => {{ {OUT} = 'saved'; setTimeout(() => {{ {OUT} = '' }}, 3000) }})", 1),  # a toast
    ],
    ids=["ticker of 1 s", "ticker of 2 s", "ticker and an answer", "toast"],
)
def test_a_slow_ticker_neither_is_an_effect_nor_hides_one(bench: Bench, page: Page, script: str, effect: int) -> None:
    stop_clock(page)
    page.goto(bench.page("/effects", f"{BUTTON}<script>{script}</script>"))
    page.click("#b")
    page.clock.run_for(2_000)
    page.click("#b")
    page.clock.run_for(6_200)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda bs: len(clicks(bs)) == 2))
    assert [c["r"] for c in found] == [effect] * 2


def test_a_counter_pressed_quickly_is_an_effect_of_each_click(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/effects", f"{BUTTON}<script>let n = 0; {ON}('click', () => {OUT} = ++n)</script>"))
    for _ in range(5):
        page.hover("#b")
        page.mouse.down()
        page.clock.run_for(20)
        page.mouse.up()
        page.clock.run_for(150)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) == 5))
    assert [c["r"] for c in found] == [1] * 5


@pytest.mark.parametrize("gap", [400, 1_200])
def test_an_effect_belongs_to_the_last_press_before_it(bench: Bench, page: Page, gap: int) -> None:
    """The dead press before it is dead, however soon the visitor presses what works."""
    stop_clock(page)
    dead = "<a id=dead href='#'>Dead</a><p id=dead2>Dead</p>"
    page.goto(bench.page("/effects", f"{dead}{BUTTON}<script>{ON}('click', () => {OUT} += 'ok')</script>"))
    for selector in ("#b", "#dead", "#dead2", "#b", "#dead", "#b"):
        page.click(selector)
        page.clock.run_for(gap)
    page.clock.run_for(7_000)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) == 6))
    assert [c["r"] for c in found] == [1, 0, 0, 1, 0, 1]


def test_dead_clicks_before_a_link_that_leaves_the_page_are_dead(bench: Bench, page: Page) -> None:
    bench.page("/there", "there")
    page.goto(bench.page("/leaving", "<p id=dead>Dead</p><a href='/there' id=b>Go</a>"))
    page.click("#dead")
    page.click("#dead")
    page.click("#b")
    page.wait_for_url("**/there")

    def found(batches: list[wire.Batch]) -> list[dict[str, Any]]:
        """A beacon of the test before may still arrive."""
        return clicks([batch for batch in batches if batch.ctx.url.endswith("/leaving")])

    effects = [c["r"] for c in found(bench.wait(lambda batches: len(found(batches)) == 3))]
    assert effects[:2] == [0, 0]
    assert effects[2] in (6, 7)


def test_leaving_the_page_is_an_effect(bench: Bench, page: Page) -> None:
    bench.page("/there", "there")
    page.goto(bench.page("/effects", "<a href='/there' id=b>Go</a>"))
    page.click("#b")
    page.wait_for_url("**/there")
    (click,) = clicks(bench.wait(clicks))
    assert click["r"] in (6, 7)


def test_the_observer_is_disconnected_when_the_effect_can_no_longer_come(bench: Bench, page: Page) -> None:
    count = """
    (() => { window.watching = 0
      const {observe, disconnect} = MutationObserver.prototype
      MutationObserver.prototype.observe = function (...a) { window.watching = 1; return observe.apply(this, a) }
      MutationObserver.prototype.disconnect = function () { window.watching = 0; return disconnect.call(this) }
    })()"""
    page.add_init_script(count)
    stop_clock(page)
    page.goto(bench.page("/effects", BUTTON))
    assert page.evaluate("watching") == 0
    page.click("#b")
    assert page.evaluate("watching") == 1
    page.clock.run_for(5_000)
    assert page.evaluate("watching") == 1
    page.clock.run_for(1_500)
    assert page.evaluate("watching") == 0
