"""A visitor opposes by the link of the owner: each browser stores the choice and reports whether it did."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tests.browsers.tab import Tab
from tests.tracker.bench import SITE_KEY, Bench
from tests.waiting import until


def test_a_visitor_who_follows_the_link_comes_back_and_is_not_counted(
    bench: Bench, tab: Tab, leave: Callable[[], None]
) -> None:
    back = f"/oppose/{SITE_KEY}"
    bench.page(back, "back", "")
    tab.goto(bench.page("/", "<button id=b>Press</button>"))
    tab.evaluate("() => parcours('consent', true)")
    tab.goto(bench.page("/privacy", "<a id=go href='/#parcours-oppose'>Oppose</a>"))
    bench.wait(lambda batches: len(batches) == 1)
    tab.click_on("#go")
    until(lambda: _path(tab) == back)
    assert tab.evaluate("() => location.search") == "?done=1"
    assert tab.evaluate("() => Object.keys(localStorage).join()") == "parcours.off"
    bench.wait(lambda batches: len(batches) == 2)  # the privacy page was still counted
    tab.goto(f"{bench.url}/")
    tab.click_on("#b")
    leave()
    assert len(bench.batches()) == 2


def _path(tab: Tab) -> str:
    with suppress(Exception):  # each driver has an error of its own for a page that is being left
        return str(tab.evaluate("() => location.pathname"))
    return ""
