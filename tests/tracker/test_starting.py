"""How the tracker starts: whatever else has its name, and however its script gets onto the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import SITE_KEY, SNIPPET, Bench, clicks

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
OTHER_KEY = "MNOPQRSTUVWX"


def _warnings(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "warning" else None)
    return found


def _one_click(bench: Bench, page: Page) -> str:
    """Clicks and leaves; returns the path of the only click."""
    page.click("#b")
    bench.leave(page)
    (click,) = clicks(bench.wait(clicks))
    return str(click["path"])


@pytest.mark.parametrize(
    "own",
    [
        "var parcours = {on() {}}",
        "var parcours = {on: 1, q: [1]}",
        "function parcours() { return 7 }",
        "window.parcours = Object.create(null)",
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_variable_of_the_page_with_our_name_stays(bench: Bench, page: Page, own: str, after: bool) -> None:
    script = f"<script>{own}; window.theirs = parcours</script>"
    if after:
        bench.pages["/a"] = f"<!doctype html>{SNIPPET.replace('defer ', '')}{script}<body>{BUTTON}</body>"
        page.goto(bench.url + "/a")
    else:
        page.goto(bench.page("/a", script + BUTTON))
    assert page.evaluate("parcours === theirs")
    assert _one_click(bench, page) == "button#b"


@pytest.mark.parametrize("named", ["<section id=parcours></section>", "<form name=parcours></form>"])
def test_an_element_with_our_name_does_not_hide_the_commands(bench: Bench, page: Page, named: str) -> None:
    page.goto(bench.page("/a", named + BUTTON))
    page.evaluate("parcours('event', 'one')")
    assert _one_click(bench, page) == "button#b"


@pytest.mark.parametrize("named", ["<section id=parcours></section>", "<script>var parcours = {on() {}}</script>"])
def test_a_frame_with_something_of_our_name_is_listened_to(bench: Bench, page: Page, named: str) -> None:
    bench.page("/in", named + BUTTON, "")
    page.goto(bench.page("/a", "<iframe id=f src=/in></iframe>"))
    page.frame_locator("#f").locator("#b").click()
    bench.leave(page)
    assert len(clicks(bench.wait(clicks))) == 1


def test_a_page_that_is_written_again_with_the_snippet_is_tracked(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "<p>first</p>"))
    html = f"<!doctype html>{SNIPPET}<body>{BUTTON}"
    page.evaluate("(html) => { document.open(); document.write(html); document.close(); }", html)
    page.wait_for_function("document.readyState === 'complete'")
    assert _one_click(bench, page) == "button#b"


@pytest.mark.parametrize(
    "snippet",
    [
        f'<script defer src="/parcours.js?site={SITE_KEY}"></script>',
        f'<script type=module src="/parcours.js?v=2&site={SITE_KEY}"></script>',
        f'<script type=module src="/parcours.js" data-site="{SITE_KEY}"></script>',
        f'<script>(s => {{ s.src = "/parcours.js?site={SITE_KEY}"; document.head.append(s) }})'
        "(document.createElement('script'))</script>",
        f"<script>fetch('/parcours.js').then((r) => r.text()).then((t) => {{ (0, eval)(t);"
        f" parcours('site', '{SITE_KEY}') }})</script>",
        "<script>window.parcours=window.parcours||function(){(parcours.q=parcours.q||[]).push(arguments)};"
        f"parcours('site', '{SITE_KEY}')</script><script defer src=/parcours.js></script>",
    ],
    ids=["query", "module, query", "module", "inserted", "evaluated", "stub"],
)
def test_the_key_reaches_the_script_without_its_attribute(bench: Bench, page: Page, snippet: str) -> None:
    warnings = _warnings(page)
    page.goto(bench.page("/a", BUTTON, snippet))
    page.wait_for_function("window.parcours?.on")
    assert _one_click(bench, page) == "button#b"
    assert warnings == []


def test_settings_can_be_in_the_query_too(bench: Bench, page: Page) -> None:
    snippet = f'<script defer src="/parcours.js?site={SITE_KEY}&variant=hero:b&keepQuery=sku"></script>'
    bench.page("/a", BUTTON, snippet)
    page.goto(bench.url + "/a?sku=7&other=8")
    bench.leave(page)
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.ctx.variants == {"hero": "b"}
    assert batch.ctx.url.endswith("/a?sku=7")


@pytest.mark.parametrize("kind", ["", "type=module"])
def test_without_a_key_one_warning_says_what_to_do(bench: Bench, page: Page, kind: str) -> None:
    warnings = _warnings(page)
    page.goto(bench.page("/a", BUTTON, f"<script defer {kind} src=/parcours.js></script>"))
    page.click("#b")
    bench.leave(page)
    assert bench.bodies == []
    assert len(warnings) == 1
    assert "?site=KEY" in warnings[0]


def test_the_snippet_of_a_second_site_is_reported(bench: Bench, page: Page) -> None:
    warnings = _warnings(page)
    page.goto(bench.page("/a", BUTTON, SNIPPET + SNIPPET.replace(SITE_KEY, OTHER_KEY)))
    assert _one_click(bench, page) == "button#b"
    (warning,) = warnings
    assert SITE_KEY in warning
    assert OTHER_KEY in warning
