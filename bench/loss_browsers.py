"""How many clicks arrive from each browser when the page is left right after them, by the way it is left.

A plain `sendBeacon` in a `pagehide` listener of the same page is the control: what it loses, no tracker can save.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from bench.loss_clicks import of_batches
from tests.browsers.chromium import Chromium
from tests.browsers.firefox import Firefox
from tests.browsers.tab import Browser, MissingBrowserError, Tab
from tests.browsers.webkit import WebKit
from tests.tracker.bench import Bench
from tests.waiting import until

BROWSERS: tuple[Callable[[], Browser], ...] = (Chromium, Firefox, WebKit)
TRIALS = 20
ARRIVE_S = 3.0  # how long the last requests of a browser may take
BOUND_S = 120.0  # for all trials of one browser

_PATH, _CONTROL = "/a", "control"
_PAGE = (
    f"<script>addEventListener('pagehide', () => navigator.sendBeacon('/{_CONTROL}', '{_CONTROL}'))</script>"
    "<button id=b>Press</button> <a id=in href=/left>in</a> <a id=out href='{out}'>out</a>"
)


@dataclass(frozen=True)
class Way:
    """A way to leave a page. `link`: what is clicked for it."""

    leave: Callable[[Tab], None]
    link: str = ""

    def clicks(self) -> int:
        """Clicks of one trial: on the button, and on the link."""
        return 1 + bool(self.link)


def _by_link(link: str) -> Way:
    def leave(tab: Tab) -> None:
        tab.click_on(link)
        until(lambda: _left(tab), ARRIVE_S)

    return Way(leave, link)


def _left(tab: Tab) -> bool:
    try:
        return tab.evaluate(f"() => location.pathname !== '{_PATH}' && document.readyState === 'complete'")
    except Exception:  # between two pages there is none to ask
        return False


WAYS = {
    "address bar": Way(lambda tab: tab.goto("about:blank")),
    "link within the site": _by_link("#in"),
    "link to another site": _by_link("#out"),
    "closing the tab": Way(lambda tab: None),  # as at the end of every trial
}


def leaving(trials: int = TRIALS) -> dict[str, Any]:
    """Browser → its version, and way → clicks made and arrived, and the same of the control's beacons."""
    found: dict[str, Any] = {}
    for launch in BROWSERS:
        try:
            browser = launch()
        except MissingBrowserError as error:
            print(error, file=sys.stderr)
            continue
        with browser:
            found[browser.name] = _ways(browser, trials)
    return found


def _ways(browser: Browser, trials: int) -> dict[str, Any]:
    end = monotonic() + BOUND_S
    return {"version": browser.version()} | {name: _measure(browser, way, trials, end) for name, way in WAYS.items()}


def _measure(browser: Browser, way: Way, trials: int, end: float) -> dict[str, int]:
    site, other = Bench(), Bench()
    try:
        out = other.page("/there", "there", "").replace("127.0.0.1", "localhost")
        address = site.page(_PATH, _PAGE.format(out=out))
        made = 0
        while made < trials and monotonic() < end:
            _trial(browser, way, site, address)
            made += 1
        clicks, control = _arrived(site)
    finally:
        site.close()
        other.close()
    return {"clicks made": made * way.clicks(), "arrived": clicks, "control made": made, "control arrived": control}


def _trial(browser: Browser, way: Way, site: Bench, address: str) -> None:
    """One visit in a new tab: Firefox ignores some navigations that follow one to another site at once."""
    clicks, control = _arrived(site)
    tab = browser.tab()
    tab.goto(address)
    tab.click_on("#b")
    way.leave(tab)
    tab.close()
    with contextlib.suppress(AssertionError):  # the next tab must not compete with the last requests of this one
        until(lambda: _arrived(site) == (clicks + way.clicks(), control + 1), ARRIVE_S)


def _arrived(site: Bench) -> tuple[int, int]:
    """Clicks and beacons of the control that the site received."""
    bodies = [body for _, body in site.bodies]
    control = bodies.count(_CONTROL.encode())
    return of_batches(body for body in bodies if body != _CONTROL.encode()), control
