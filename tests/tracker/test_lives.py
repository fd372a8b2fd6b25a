"""The life cycle of a page: restored from the back/forward cache, frozen, open for days."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.machine import CHROMIUM_ARGS
from tests.tracker.bench import SITE_KEY, Bench, clicks
from tests.tracker.clock import stop_clock

BUTTON = "<button id=b>Press</button>"


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """With a back/forward cache, which Playwright's default arguments turn off and the headless shell does not have."""
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
    page.wait_for_function("window.kept === 1")  # restored, not loaded again
    reasons = page.evaluate("performance.getEntriesByType('navigation')[0].notRestoredReasons")
    assert reasons is None
    page.click("#b")
    page.evaluate("parcours('page', '/end')")
    batches = bench.wait(lambda bs: len(clicks(bs)) == 2)
    assert len({b.view for b in batches if b.click}) == 2
    assert [b.sum.clicks for b in batches if b.click] == [1, 1]


def test_a_page_sends_everything_before_it_is_frozen(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("parcours('event', 'one')")
    page.evaluate("document.dispatchEvent(new Event('freeze'))")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.custom is not None


def test_fragments_begin_views_only_if_the_site_says_so(bench: Bench, page: Page) -> None:
    for attribute, views in (("", 1), ("data-hash", 3)):
        bench.reset()
        snippet = f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attribute}></script>'
        page.goto(bench.page("/a", BUTTON, snippet))
        page.evaluate("location.hash = 'one'")
        page.evaluate("location.hash = 'two'")
        page.goto("about:blank")
        batches = bench.wait(lambda bs, n=views: len(bs) == n)
        assert {b.ctx.url for b in batches} == {f"{bench.url}/a"}  # the fragment itself is never sent


def test_each_route_is_a_page_of_its_own_only_if_the_site_says_so(bench: Bench, page: Page) -> None:
    routes = """<div id=app></div><script>
      function go() {
        app.innerHTML = location.hash === '#/b'
          ? '<h1>Prices</h1><button>Buy the big plan</button>' : '<h1>Welcome</h1><button>Watch the film</button>'
      }
      addEventListener('hashchange', go)
      go()
    </script>"""
    for attribute, pages in (("", {"/hash"}), ("data-hash", {"/hash#/a", "/hash#/b", "/hash#!/order/*", "/hash"})):
        bench.reset()
        snippet = f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attribute}></script>'
        page.goto(bench.page("/hash", routes, snippet) + "#/a")
        page.click("button")
        for route in ("/b", "!/order/1234567", "/"):
            page.evaluate("(route) => { location.hash = route }", route)
            page.click("button")
        page.goto("about:blank")
        batches = bench.wait(lambda bs: len(clicks(bs)) == 4)
        assert {b.ctx.url.removeprefix(bench.url) for b in batches} == pages
        if attribute:
            assert all(len(clicks([b])) == 1 for b in batches if b.click)


def test_pages_whose_names_are_masked_are_views_of_their_own(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("history.pushState(0, '', '/item/507f1f77bcf86cd799439011?utm_source=mail&sku=1')")
    page.evaluate("history.pushState(0, '', '/item/507f1f77bcf86cd799439012?gclid=1')")
    page.evaluate("history.replaceState(0, '', '/item/507f1f77bcf86cd799439012')")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(bs) == 3)
    assert [b.ctx.url.removeprefix(bench.url) for b in batches] == [
        "/a", "/item/*?utm_source=mail", "/item/*?gclid=*",
    ]  # fmt: skip


def test_a_tab_that_is_open_for_days_begins_a_new_view(bench: Bench, page: Page) -> None:
    stop_clock(page)
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
