"""One showing of a page is one view, whoever changes the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench, clicks

BUTTON = "<button id=b>Press</button>"
OLD_BROWSER = "delete window.navigation; Object.defineProperty(window, 'navigation', {value: undefined})"


@pytest.mark.parametrize("browser_kind", ["navigation API", "history alone"])
def test_pushed_addresses_are_views_replaced_ones_are_not(bench: Bench, page: Page, browser_kind: str) -> None:
    if browser_kind == "history alone":
        page.add_init_script(OLD_BROWSER)
    page.goto(bench.page("/a", BUTTON) + "?utm_source=mail&session=1")
    page.click("#b")
    page.evaluate("history.replaceState(1, '', location.href)")
    page.evaluate("history.replaceState(1, '', '/a')")  # the campaign's words leave the address bar
    page.evaluate("history.pushState(1, '', '/a#part')")
    page.evaluate("history.pushState(1, '', '/b?session=2')")
    page.click("#b")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) == 2)
    assert [b.ctx.url for b in batches] == [f"{bench.url}/a?utm_source=mail", f"{bench.url}/b"]
    assert len({b.view for b in batches}) == 2
    assert [b.sum.clicks for b in batches] == [1, 1]
    assert batches[1].ctx.ref == f"{bench.url}/a?utm_source=mail"


def test_going_back_is_a_view(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("history.pushState(1, '', '/b')")
    page.go_back()
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(bs) == 3)
    assert [b.ctx.url.removeprefix(bench.url) for b in batches] == ["/a", "/b", "/a"]


def test_a_router_that_answers_itself_makes_no_loop(bench: Bench, page: Page) -> None:
    page.add_init_script(OLD_BROWSER)
    router = """<script>
      const own = history.pushState
      history.pushState = function (...a) { own.apply(this, a); history.replaceState(0, '', '/c') }
    </script>"""
    page.goto(bench.page("/a", router + BUTTON))
    page.evaluate("history.pushState(1, '', '/b')")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(bs) >= 2)
    assert batches[-1].ctx.url.endswith("/c")


def test_a_page_from_the_browsers_cache_is_a_new_view(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.click("#b")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len({b.view for b in bs}) == 2)
    assert [b.sum.clicks for b in batches] == [0, 1]


def test_a_background_tab_is_no_view_until_it_is_seen(bench: Bench, page: Page) -> None:
    page.add_init_script("""
      window.away = true
      Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})
    """)
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("parcours('event', 'early')")
    page.goto("about:blank")
    page.wait_for_timeout(300)
    assert bench.bodies == []
    page.goto(bench.url + "/a")
    page.evaluate("parcours('event', 'early')")
    page.evaluate("away = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.custom is not None
    assert batch.custom.n == ["early"]


def test_commands(bench: Bench, page: Page) -> None:
    stub = "<script>window.parcours=window.parcours||function(){(parcours.q=parcours.q||[]).push(arguments)}</script>"
    early = "<script>parcours('event', 'early', 2.5)</script>"
    page.goto(bench.page("/a", stub + early + BUTTON))
    page.evaluate("parcours('event', 'late')")
    page.evaluate("parcours('event', '\\u00e9t\\u00e9'.repeat(40), 1e300)")
    page.evaluate("parcours('variant', 'hero', 'b')")
    page.evaluate("parcours('variant', 'not a word', 'x'); parcours('variant', 'x'); parcours('nothing'); parcours()")
    page.evaluate("parcours('page', '/virtual')")
    page.evaluate("parcours('event', 'there')")
    page.goto("about:blank")
    first, second = bench.wait(lambda bs: len(bs) == 2)
    assert first.custom is not None
    assert second.custom is not None
    assert first.custom.n == ["early", "late", ("été" * 40)[:64]]
    assert first.custom.v == [2.5, None, None]
    assert first.ctx.variants == {"hero": "b"}
    assert second.ctx.url == bench.url + "/virtual"
    assert second.custom.n == ["there"]


def test_variants_from_the_script_tag(bench: Bench, page: Page) -> None:
    snippet = '<script defer src="/parcours.js" data-site="ABCDEFGHIJKL" data-variant="price:low:2"></script>'
    page.goto(bench.page("/a", BUTTON, snippet))
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.ctx.variants == {"price": "low:2"}


def test_a_second_copy_is_ignored(bench: Bench, page: Page) -> None:
    snippet = '<script defer src="/parcours.js" data-site="ABCDEFGHIJKL"></script>'
    page.goto(bench.page("/a", BUTTON, snippet * 2))
    page.click("#b")
    page.goto("about:blank")
    bench.wait(clicks)
    page.wait_for_timeout(300)
    assert len(bench.batches()) == 1
    assert len(clicks(bench.batches())) == 1


def test_a_resize_is_told_once(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.set_viewport_size({"width": 900, "height": 700})
    page.set_viewport_size({"width": 800, "height": 600})
    page.wait_for_timeout(800)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.resize is not None
    assert (batch.resize.w[-1], batch.resize.h[-1]) == (800, 600)
    assert (batch.ctx.vw, batch.ctx.vh) == (800, 600)


def _listeners(page: Page) -> list[str]:
    """Types of the listeners on the window, the document, the history and a button of the page."""
    session = page.context.new_cdp_session(page)
    types: list[str] = []
    for target in (
        "window",
        "document",
        "document.documentElement",
        "window.navigation",
        "document.querySelector('#b')",
    ):
        found = session.send("Runtime.evaluate", {"expression": target})["result"]["objectId"]
        listeners = session.send("DOMDebugger.getEventListeners", {"objectId": found})["listeners"]
        types += [f"{target} {one['type']}" for one in listeners]
    session.detach()
    return sorted(types)


def test_stop_leaves_nothing(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON, ""))
    before = _listeners(page)
    page.goto(bench.page("/a", BUTTON))
    ours = set(_listeners(page)) - set(before)
    assert 10 < len(ours) <= 25
    assert all(one.startswith(("window", "document ")) for one in ours)  # none on elements
    page.evaluate("parcours('consent', true)")
    page.click("#b")
    page.evaluate("parcours('stop')")
    assert page.evaluate("localStorage.length") == 0
    page.click("#b")
    page.evaluate("parcours('event', 'after')")
    page.wait_for_timeout(1600)
    assert _listeners(page) == before
    page.goto("about:blank")
    page.wait_for_timeout(400)
    assert bench.bodies == []
