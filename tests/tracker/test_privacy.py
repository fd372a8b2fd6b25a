"""What never leaves the browser, and what is kept there."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench, clicks

KEY = "ABCDEFGHIJKL"
SECRETS = ("hunter2", "Confidential", "Mustermann", "anna@example.org", "4929111122223333", "tok_s3cr3t", "hovertext")
PAGE = """
<h1>Confidential report of Mustermann</h1>
<form><label>Hovertext <input id=name placeholder="Mustermann" title="Confidential"></label>
<textarea id=text>Confidential</textarea><div contenteditable id=edit>Mustermann</div>
<button type=button id=b aria-label="Confidential" value="hunter2">Mustermann</button></form>
<a id=a href="/user/anna@example.org?token=tok_s3cr3t">Mustermann</a>
<script>document.getElementById('a').addEventListener('click', (e) => e.preventDefault())</script>
"""


def _snippet(attributes: str) -> str:
    return f'<script defer src="/parcours.js" data-site="{KEY}" {attributes}></script>'


def test_no_text_no_value_no_query_in_any_byte(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/user/anna@example.org/4929111122223333", PAGE) + "?token=tok_s3cr3t&utm_source=a#hunter2")
    page.fill("#name", "hunter2")
    for selector in ("#name", "#text", "#edit", "#b", "#a", "h1", "label"):
        page.click(selector)
    page.keyboard.type("hunter2")
    page.evaluate("history.pushState(0, '', '/next?token=tok_s3cr3t&email=anna@example.org')")
    page.click("#b")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) >= 7)
    sent = b"".join(body for _, body in bench.bodies).decode()
    for secret in SECRETS:
        assert secret.lower() not in sent.lower()
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in sent
    assert batches[0].ctx.url == f"{bench.url}/user/*/*?utm_source=a"
    assert batches[1].ctx.url == f"{bench.url}/next"


def test_query_keys_that_the_owner_keeps(bench: Bench, page: Page) -> None:
    url = bench.page("/a", "x", _snippet('data-keep-query="sku, color"'))
    page.goto(url + "?sku=12&token=1&color=anna%40example.org")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.ctx.url == f"{bench.url}/a?sku=12&color=*"


def test_without_consent_nothing_is_kept(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert (batch.ctx.consent, batch.ctx.id) == (False, "")


def test_consent_gives_an_id_and_takes_it(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    page.evaluate("parcours('consent', true)")
    page.goto(bench.url + "/a")  # the next page knows it without being told
    page.evaluate("parcours('identify', 'customer 7')")
    page.goto(bench.url + "/a")
    page.evaluate("parcours('consent', false)")
    assert page.evaluate("localStorage.length") == 0
    page.goto("about:blank")
    first, second, third = bench.wait(lambda bs: len(bs) == 3)
    assert first.ctx.consent
    assert len(first.ctx.id) == 24
    assert second.ctx.id == "@customer 7"
    assert (third.ctx.consent, third.ctx.id) == (False, "")


@pytest.mark.parametrize("signal", ["globalPrivacyControl: {get: () => true}", "doNotTrack: {get: () => '1'}"])
def test_a_refusal_by_the_browser_stands(bench: Bench, page: Page, signal: str) -> None:
    page.add_init_script(f"Object.defineProperties(Navigator.prototype, {{{signal}}})")
    page.goto(bench.page("/a", "x", _snippet("data-consent")))
    page.evaluate("parcours('consent', true)")
    page.evaluate("parcours('identify', 'anna')")
    assert page.evaluate("localStorage.length") == 0
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert (batch.ctx.consent, batch.ctx.id) == (False, "")


def test_waiting_for_consent_holds_all_back(bench: Bench, page: Page) -> None:
    for given in (True, False):
        bench.reset()
        page.goto(bench.page("/a", "<button id=b>x</button>", _snippet('data-consent="wait"')))
        page.click("#b")
        page.evaluate("parcours('page', '/b')")
        page.wait_for_timeout(300)
        assert bench.bodies == []
        page.evaluate(f"parcours('consent', {str(given).lower()})")
        if given:
            assert len(clicks(bench.wait(clicks))) == 1
            page.evaluate("parcours('stop')")
        page.goto("about:blank")
        page.wait_for_timeout(300)
        if not given:
            assert bench.bodies == []


def test_exclude_sends_nothing_until_taken_back(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    page.evaluate("parcours('exclude')")
    page.goto(bench.url + "/a")
    page.evaluate("parcours('event', 'x')")
    page.goto("about:blank")
    page.wait_for_timeout(300)
    assert bench.bodies == []
    page.goto(bench.url + "/a")
    page.evaluate("parcours('exclude', false)")
    page.goto(bench.url + "/a")
    page.goto("about:blank")
    assert len(bench.wait(lambda bs: bs)) == 1
