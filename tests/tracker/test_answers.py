"""Which answers end a batch: the collector's own, and nobody else's. What goes by beacon when the page is hidden."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Answer, Bench, clicks
from tests.tracker.clock import stop_clock, until_answered

BUTTON = "<button id=b>Press</button>"
FOREIGN = {
    "a page": Answer(200, {"Content-Type": "text/html"}, b"<p>You are offline"),
    "an empty 200": Answer(200, {}, b""),
    "a redirect to a sign-in page": Answer(303, {"Location": "/left"}, b""),
    "a sign-in proxy's 403": Answer(403, {"Content-Type": "text/html"}, b"<h1>Sign in</h1>"),
    "a 403 in JSON": Answer(403, {"Content-Type": "application/json"}, b'{"error": "access_denied"}'),
    "an error with a number": Answer(404, {"Content-Type": "application/json"}, b'{"error": {"code": 404}}'),
    "an empty 404": Answer(404, {}, b""),
    "Retry-After as a date": Answer(503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""),
}
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true})
  document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))
}"""


@pytest.mark.parametrize("name", FOREIGN)
def test_a_batch_is_kept_after_an_answer_that_is_not_the_collectors(bench: Bench, page: Page, name: str) -> None:
    stop_clock(page)
    bench.answers.append(FOREIGN[name])
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(10_000)
    until_answered(page, 1)
    assert clicks(bench.batches()) == []
    page.clock.run_for(5_000)
    until_answered(page, 2)
    assert len(clicks(bench.wait(clicks))) == 1


def test_a_service_worker_that_answers_while_the_network_is_down(bench: Bench, page: Page) -> None:
    bench.pages["/sw.js"] = """
      addEventListener('activate', (event) => event.waitUntil(clients.claim()))
      addEventListener('fetch', (event) => event.respondWith(
        fetch(event.request).catch(() => new Response('<p>You are offline'))))"""
    bench.page_headers = {"Content-Type": "text/javascript"}
    page.goto(bench.url + "/left")
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => 0)")
    bench.page_headers = {}
    page.goto(bench.page("/a", BUTTON))
    page.wait_for_function("navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.click("#b")
    assert page.evaluate("fetch('/c/x', {method: 'POST', body: '{}'}).then((answer) => answer.status)") == 200
    page.evaluate("parcours('page', '/next')")
    page.context.set_offline(False)
    assert len(clicks(bench.wait(clicks, seconds=20))) == 1


def test_a_rejected_batch_is_dropped_and_counted_and_the_view_goes_on(bench: Bench, page: Page) -> None:
    stop_clock(page)
    bench.answers.append(Answer(400))
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(10_000)
    until_answered(page, 1)
    page.click("#b")
    page.clock.run_for(12_000)
    (batch,) = bench.wait(clicks)
    assert [status for status, _ in bench.bodies] == [400, 204]
    assert batch.sum.cut == 2  # the click, and the dwell on the button


def test_what_waits_for_the_next_attempt_goes_by_beacon_when_the_page_is_hidden(bench: Bench, page: Page) -> None:
    stop_clock(page)
    bench.answers.append(Answer(503, {"Retry-After": "50"}))
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(10_000)
    until_answered(page, 1)
    page.click("#b")
    page.evaluate(HIDE, True)
    assert len(clicks(bench.wait(lambda bs: len(clicks(bs)) == 2))) == 2


def test_a_request_in_flight_does_not_keep_the_rest_from_being_sent(bench: Bench, page: Page) -> None:
    page.add_init_script("window.fetch = () => new Promise(() => {})")  # never answered
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.evaluate("parcours('page', '/next')")
    page.click("#b")
    page.evaluate(HIDE, True)
    assert len(clicks(bench.wait(lambda bs: len(clicks(bs)) == 2))) == 2
    sent = len(bench.bodies)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    page.evaluate(HIDE, True)
    page.evaluate("navigator.sendBeacon('/left')")
    assert len(bench.bodies) == sent  # each goes once


@pytest.mark.parametrize("at", ["JSON.stringify", "navigator.sendBeacon", "Date.now"])
def test_a_pagehide_handler_that_is_stopped_midway_loses_nothing(bench: Bench, page: Page, at: str) -> None:
    """As Firefox does: the handler of `pagehide` ends anywhere, then that of `visibilitychange` runs."""
    owner, name = at.split(".")
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.evaluate(
        f"""() => {{
          const own = {owner}.{name}
          {owner}.{name} = () => {{ {owner}.{name} = own; throw new Error('stopped') }}
          dispatchEvent(new Event('pagehide'))
          {owner}.{name} = own
        }}"""
    )
    page.evaluate(HIDE, True)
    assert len(clicks(bench.wait(clicks))) == 1
