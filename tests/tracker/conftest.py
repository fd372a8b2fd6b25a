from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.machine import CHROMIUM_ARGS, HEADLESS
from tests.tracker.bench import Bench


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for all tests of the folder: each test opens a context of its own."""
    browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def _bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def bench(_bench: Bench) -> Bench:
    _bench.reset()
    return _bench


@pytest.fixture
def other_site() -> Iterator[Bench]:
    """Another origin than `bench`'s; by name it is another site."""
    site = Bench()
    yield site
    site.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile; the test fails if anything was thrown into it."""
    context = browser.new_context(viewport={"width": 1366, "height": 800})
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    page.evaluate("window.parcours && parcours('stop')")  # so that nothing of this test arrives in the next
    context.close()
    assert thrown == []
