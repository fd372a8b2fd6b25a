"""The lives of a page: from the browser's cache, made ahead, frozen, open for days."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.machine import CHROMIUM_ARGS
from tests.tracker.bench import SITE_KEY, Bench, clicks

BUTTON = "<button id=b>Press</button>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """As people have it: with the cache of pages that were left."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=CHROMIUM_ARGS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


def test_a_page_that_comes_back_from_the_cache_is_a_second_view(bench: Bench, page: Page) -> None:
    bench.page("/there", "there", "")
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.evaluate("window.kept = 1")
    page.goto(bench.url + "/there")
    page.go_back(wait_until="commit")
    page.wait_for_function("window.kept === 1")  # the same page, not one that was loaded again
    reasons = page.evaluate("performance.getEntriesByType('navigation')[0].notRestoredReasons")
    assert reasons is None
    page.click("#b")
    page.evaluate("parcours('page', '/end')")
    batches = bench.wait(lambda bs: len(clicks(bs)) == 2)
    assert len({b.view for b in batches if b.click}) == 2
    assert [b.sum.clicks for b in batches if b.click] == [1, 1]


def test_a_frozen_page_has_sent_what_it_had(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("parcours('event', 'one')")
    page.evaluate("document.dispatchEvent(new Event('freeze'))")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.custom is not None


def test_fragments_make_views_only_where_the_site_says_so(bench: Bench, page: Page) -> None:
    for attribute, views in (("", 1), ("data-hash", 3)):
        bench.reset()
        snippet = f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attribute}></script>'
        page.goto(bench.page("/a", BUTTON, snippet))
        page.evaluate("location.hash = 'one'")
        page.evaluate("location.hash = 'two'")
        page.goto("about:blank")
        batches = bench.wait(lambda bs, n=views: len(bs) == n)
        assert {b.ctx.url for b in batches} == {f"{bench.url}/a"}  # the fragment itself stays in the browser


def test_a_tab_that_is_open_for_days_begins_a_new_view(bench: Bench, page: Page) -> None:
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    page.clock.install(time=noon)
    page.clock.pause_at(noon + timedelta(seconds=1))
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(10_000)
    page.clock.fast_forward("50:00:00")
    page.click("#b")
    page.clock.run_for(10_000)
    first, second = [b for b in bench.wait(lambda bs: len(clicks(bs)) == 2) if b.click]
    assert first.view != second.view
    assert second.ctx.url == first.ctx.url
    assert clicks([second])[0]["time"] - first.t0 > 40 * 3_600_000
