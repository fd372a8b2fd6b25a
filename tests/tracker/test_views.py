"""One display of a page is one view, whichever script changes the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import stop_clock

BUTTON = "<button id=b>Press</button>"
OLD_BROWSER = "delete window.navigation; Object.defineProperty(window, 'navigation', {value: undefined})"


@pytest.mark.parametrize("browser_kind", ["navigation API", "history alone"])
def test_pushed_addresses_are_views_replaced_ones_are_not(bench: Bench, page: Page, browser_kind: str) -> None:
    if browser_kind == "history alone":
        page.add_init_script(OLD_BROWSER)
    page.goto(bench.page("/a", BUTTON) + "?utm_source=mail&session=1")
    page.click("#b")
    page.evaluate("history.replaceState(1, '', location.href)")
    page.evaluate("history.replaceState(1, '', '/a')")  # removes the campaign from the address
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


def test_a_router_that_replaces_the_address_in_pushstate_makes_no_loop(bench: Bench, page: Page) -> None:
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


def test_a_page_restored_from_the_back_forward_cache_is_a_new_view(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.click("#b")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len({b.view for b in bs}) == 2)
    assert [b.sum.clicks for b in batches] == [0, 1]


def test_a_background_tab_is_no_view_until_it_is_shown(bench: Bench, page: Page) -> None:
    page.add_init_script("""
      window.away = true
      Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})
    """)
    page.goto(bench.page("/a", BUTTON))
    page.evaluate("parcours('event', 'early')")
    bench.leave(page)
    assert bench.bodies == []
    page.goto(bench.url + "/a")
    page.evaluate("parcours('event', 'early')")
    page.evaluate("away = false; document.dispatchEvent(new Event('visibilitychange'))")
    bench.leave(page)  # with the copy that a page sends which counts as shown: it must not arrive in the next test
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.custom is not None
    assert batch.custom.n == ["early"]


def test_commands_called_before_and_after_loading(bench: Bench, page: Page) -> None:
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


def test_a_variant_can_be_set_in_the_script_tag(bench: Bench, page: Page) -> None:
    snippet = '<script defer src="/parcours.js" data-site="ABCDEFGHIJKL" data-variant="price:low:2"></script>'
    page.goto(bench.page("/a", BUTTON, snippet))
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.ctx.variants == {"price": "low:2"}


def test_a_second_copy_is_ignored(bench: Bench, page: Page) -> None:
    snippet = '<script defer src="/parcours.js" data-site="ABCDEFGHIJKL"></script>'
    page.goto(bench.page("/a", BUTTON, snippet * 2))
    page.click("#b")
    bench.leave(page)
    assert len(bench.batches()) == 1
    assert len(clicks(bench.batches())) == 1


def test_resizes_in_quick_succession_are_one(bench: Bench, page: Page) -> None:
    page.add_init_script("addEventListener('resize', () => { window.heard = innerWidth })")
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    for width, height in ((900, 700), (800, 600)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("(width) => window.heard === width", arg=width)
    page.clock.run_for(800)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.resize is not None
    assert (batch.resize.w, batch.resize.h) == ([800], [600])
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


def test_stop_removes_all_listeners_and_the_id(bench: Bench, page: Page) -> None:
    stop_clock(page)
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
    page.clock.run_for(1600)
    assert _listeners(page) == before
    bench.leave(page)
    assert bench.bodies == []
