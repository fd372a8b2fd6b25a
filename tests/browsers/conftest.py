from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Playwright

from tests.browsers.chromium import Chromium
from tests.browsers.firefox import Firefox
from tests.browsers.tab import Browser, MissingBrowserError, Tab
from tests.browsers.webkit import WebKit
from tests.tracker.bench import LEFT_TO, Bench
from tests.tracker.conftest import other_site, playwright

__all__ = ["other_site", "playwright"]

REQUIRED = "ALL_BROWSERS"  # set: a missing browser fails its tests (.ci/run); not set: it skips them


@pytest.fixture(scope="package", params=["chromium", "firefox", "webkit"])
def any_browser(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Browser]:
    """Each of the three, one after another; it runs all tests of the folder."""
    launch: dict[str, Callable[[], Browser]] = {
        "chromium": lambda: Chromium(playwright),
        "firefox": Firefox,
        "webkit": WebKit,
    }
    try:
        browser = launch[request.param]()
    except MissingBrowserError as error:
        if os.environ.get(REQUIRED):
            raise
        pytest.skip(str(error))
    with browser:
        yield browser


@pytest.fixture
def bench() -> Iterator[Bench]:
    """One for each test: a browser may send what a closed tab had pending while the next test runs."""
    site = Bench()
    yield site
    site.close()


@pytest.fixture
def tab(any_browser: Browser) -> Iterator[Tab]:
    """A tab of a new visitor."""
    tab = any_browser.tab()
    yield tab
    tab.discard()


@pytest.fixture
def leave(bench: Bench, tab: Tab) -> Callable[[], None]:
    """Leaves the page for another of this site."""
    return lambda: tab.goto(bench.url + LEFT_TO)
