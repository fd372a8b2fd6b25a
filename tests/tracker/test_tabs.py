"""Tabs that hide each other, and prerendered pages: a browser without Playwright's settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracker.bench import LEFT_TO, Bench, clicks
from tests.tracker.plain import PlainChromium

LEFT, BLUR = 7, 8  # EFFECTS in collector/wire.py
RULES = '<script type="speculationrules">{"prerender": [{"urls": ["/ahead"], "eagerness": "immediate"}]}</script>'
TELL = "<button id=b>Press</button><script>window.made = document.prerendering</script>"


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[PlainChromium]:
    chromium = PlainChromium(tmp_path)
    yield chromium
    chromium.close()


@pytest.mark.parametrize("attributes", ["target=_blank", "target=_blank rel=opener", "target=named"])
def test_a_click_on_a_link_into_a_new_tab_has_an_effect(bench: Bench, chromium: PlainChromium, attributes: str) -> None:
    bench.page("/there", "there", "")
    chromium.goto(bench.page("/a", f"<a id=out href=/there {attributes}>Out</a><p id=none>nothing</p>"))
    chromium.click("#none")
    chromium.click("#out")
    chromium.wait(lambda: chromium.evaluate("document.hidden"))
    nothing, out = clicks(bench.wait(lambda bs: len(clicks(bs)) == 2))
    assert (nothing["path"], out["path"]) == ("p#none", "a#out")
    assert out["r"] in (LEFT, BLUR)
    assert out["d"] * 10 <= 1_000  # within what makes a dead click


def test_a_prerendered_page_sends_nothing_until_it_is_shown(bench: Bench, chromium: PlainChromium) -> None:
    bench.page("/ahead", TELL)
    start = bench.page("/a", f"<a id=go href=/ahead>Go</a>{RULES}")
    chromium.goto(start)
    shown = chromium.turn_to_prerendered_page()
    assert chromium.evaluate("document.prerendering")
    chromium.evaluate("parcours('event', 'early')")
    chromium.evaluate("dispatchEvent(new Event('pagehide'))")  # no row waits to be sent either
    chromium.evaluate(f"fetch('{LEFT_TO}', {{method: 'POST'}})")
    assert bench.bodies == []
    ahead, chromium.page = chromium.page, shown
    chromium.click("#go")
    chromium.page = ahead
    chromium.wait(lambda: chromium.evaluate("!document.prerendering && !document.hidden"))
    assert chromium.evaluate("made")  # the prerendered page, not a new one
    chromium.click("#b")
    chromium.goto("about:blank")
    batches = bench.wait(lambda bs: len({b.view for b in bs}) == 2 and len(clicks(bs)) == 2)
    assert {b.ctx.url for b in batches} == {start, f"{bench.url}/ahead"}
    theirs = [b for b in batches if b.ctx.url.endswith("/ahead")]
    assert [name for b in theirs if b.custom for name in b.custom.n] == ["early"]
    assert [c["path"] for c in clicks(theirs)] == ["button#b"]


def test_a_prerendered_page_that_is_never_shown_sends_nothing(bench: Bench, chromium: PlainChromium) -> None:
    # More than a batch holds: these would be sent at once.
    many = "<script>onload = () => { for (let i = 0; i < 200; i++) parcours('event', 'early') }</script>"
    bench.page("/ahead", TELL + many)
    start = bench.page("/a", f"<p id=p>stay</p>{RULES}")
    chromium.goto(start)
    shown = chromium.turn_to_prerendered_page()
    chromium.page = shown
    chromium.goto("about:blank")  # and with it the prerendered page
    batches = bench.wait(lambda bs: bs)
    chromium.goto(bench.url + LEFT_TO)
    chromium.evaluate(f"fetch('{LEFT_TO}', {{method: 'POST'}})")
    assert {b.ctx.url for b in [*batches, *bench.batches()]} == {start}
