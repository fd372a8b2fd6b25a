"""What arrives from each browser when the page is left, or when the collector fails."""

from __future__ import annotations

import pytest

from tests.browsers.tab import Browser, Tab
from tests.tracker.bench import Bench, clicks
from tests.waiting import until

BUTTON = "<button id=b>Press</button>"


@pytest.mark.parametrize("by", ["address bar", "link", "link to another site", "closing", "hiding"])
def test_what_is_pending_is_sent_when_the_page_is_left(
    bench: Bench, other_site: Bench, any_browser: Browser, by: str
) -> None:
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
        tab.discard()


def test_batches_wait_for_a_collector_that_fails(bench: Bench, tab: Tab) -> None:
    bench.always.status = 503
    tab.goto(bench.page("/a", BUTTON))
    tab.click_on("#b")
    tab.evaluate("() => parcours('page', '/next')")  # ends the view, which is sent
    until(lambda: any(status == 503 for status, _ in bench.bodies))
    bench.always.status = 204
    assert len(clicks(bench.wait(clicks))) == 1


def test_a_script_that_is_stopped_while_the_page_is_left_sends_whole_rows(bench: Bench, tab: Tab) -> None:
    """Firefox stops a slow handler of `pagehide` anywhere. A batch with half a row is rejected, with all its rows."""
    slow = """<script>
      const own = Array.prototype.push
      Array.prototype.push = function (...all) {
        for (const end = performance.now() + 3; performance.now() < end; );
        return own.apply(this, all)
      }
    </script>"""
    address = bench.page("/a", slow + BUTTON)
    for count in range(1, 4):
        tab.goto(address)
        tab.click_on("#b")
        tab.goto("about:blank")
        bench.wait(lambda bs, count=count: len(clicks(bs)) == count)  # each valid by the wire format


def test_firefox_loses_a_beacon_but_not_the_click(bench: Bench, any_browser: Browser, tab: Tab) -> None:
    """It loses a few when a process ends with its tab."""
    if any_browser.name != "firefox":
        pytest.skip("no beacon was seen to be lost in this browser")
    tab.goto(bench.page("/a", f"<script>navigator.sendBeacon = () => true</script>{BUTTON}"))
    tab.click_on("#b")
    tab.goto("about:blank")
    assert len(clicks(bench.wait(clicks))) == 1
