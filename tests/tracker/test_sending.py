"""Each batch arrives once, whatever the collector or the page does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.tracker.bench import SITE_KEY, Answer, Bench, clicks
from tests.tracker.clock import stop_clock, until_all_answered, until_answered
from tests.waiting import until

BUTTON = "<button id=b>Press</button>"


def test_a_click_is_sent_within_10_seconds(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(8_500)
    assert bench.batches() == []
    page.clock.run_for(1_500)
    (batch,) = bench.wait(lambda batches: batches)
    assert (batch.seq, batch.sum.clicks) == (0, 1)
    page.click("#b")
    page.clock.run_for(12_000)
    second = bench.wait(lambda batches: len(batches) == 2)[1]
    assert (second.view, second.seq) == (batch.view, 1)
    assert second.ctx.url == batch.ctx.url
    assert second.el is not None  # each batch is complete
    assert [c["path"] for c in clicks([second])] == ["button#b"]


def test_clicks_without_a_pause_are_sent(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(22):
        page.click("#b")
        page.clock.run_for(500)
    sent = clicks(bench.wait(clicks))
    assert len(sent) >= 6  # those of the first seconds: effects take up to 6 s, and 3 s more collect other clicks
    assert [c["r"] for c in sent] == [0] * len(sent)


def test_a_bounce_is_one_small_request(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    page.clock.run_for(500)
    bench.leave(page)
    assert bench.methods == ["POST"]
    assert len(bench.bodies[0][1]) < 700


@pytest.mark.parametrize("status", [503, 429])
def test_a_batch_refused_for_now_is_sent_again(bench: Bench, page: Page, status: int) -> None:
    bench.answers.append(Answer(status))
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.evaluate("parcours('event', 'one')")
    page.evaluate("parcours('page', '/next')")  # ends the view, which is sent
    bench.wait(clicks, seconds=8)
    (refused, first), (accepted, again) = bench.bodies
    assert (refused, accepted) == (status, 204)
    assert (
        first.partition(b'"sent"')[0] == again.partition(b'"sent"')[0]
    )  # the same batch, with the time of this attempt


def test_retry_after_is_honoured(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    bench.answers.append(Answer(503, {"Retry-After": "30"}))
    page.click("#b")
    page.clock.run_for(12_000)
    until_answered(page, 1)
    assert [s for s, _ in bench.bodies] == [503]
    page.clock.run_for(20_000)
    bench.drain(page)
    assert [s for s, _ in bench.bodies] == [503]
    page.clock.run_for(15_000)
    assert len(clicks(bench.wait(clicks))) == 1


def test_nothing_is_lost_while_the_network_is_down(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.context.set_offline(True)
    page.click("#b")
    with page.expect_event("requestfailed"):
        page.evaluate("parcours('page', '/next')")
    assert bench.bodies == []
    page.context.set_offline(False)
    assert len(clicks(bench.wait(clicks, seconds=8))) == 1


def test_a_view_refused_for_good_sends_no_more_and_warns_once(bench: Bench, page: Page) -> None:
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    bench.always = Answer(403)
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(3):
        page.click("#b")
        page.clock.run_for(12_000)
        until_answered(page, 1)
    bench.drain(page)
    assert len(bench.bodies) == 1
    assert len(warnings) == 1
    assert "403" in warnings[0]


def test_rows_that_the_buffer_cannot_hold_are_counted(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(40):
        page.evaluate("for (let i = 0; i < 82; i++) parcours('event', 'x'.repeat(60))")
        page.clock.run_for(10)
    until_answered(page, 1)
    bench.always = Answer()
    page.evaluate("parcours('event', 'last')")
    page.clock.run_for(80_000)
    batches = bench.wait(lambda bs: any(b.custom and "last" in b.custom.n for b in bs))
    arrived = sum(len(b.custom.n) for b in batches if b.custom)
    assert 0 < batches[-1].sum.cut < 40 * 82
    assert arrived + batches[-1].sum.cut == 40 * 82 + 1


def test_leaving_and_closing_deliver(bench: Bench, browser: Browser) -> None:
    for way in ("goto", "close"):
        bench.reset()
        context = browser.new_context()
        page = context.new_page()
        page.goto(bench.page("/a", BUTTON))
        for _ in range(5):
            page.click("#b")
        if way == "goto":
            page.goto("about:blank")
        else:
            page.close(run_before_unload=False)
        assert len(clicks(bench.wait(lambda batches: len(clicks(batches)) == 5))) == 5
        context.close()


def test_nothing_is_lost_without_beacons(bench: Bench, page: Page) -> None:
    for script in ("navigator.sendBeacon = () => false", "Navigator.prototype.sendBeacon = undefined"):
        bench.reset()
        page.goto(bench.page("/a", f"<script>{script}</script>{BUTTON}"))
        page.click("#b")
        page.goto("about:blank")
        assert len(clicks(bench.wait(clicks))) == 1


def test_cross_origin_batches_need_no_preflight(bench: Bench, page: Page) -> None:
    site = Bench()
    page.goto(site.page("/a", BUTTON, f'<script defer src="{bench.url}/parcours.js" data-site="{SITE_KEY}"></script>'))
    page.click("#b")
    page.evaluate("parcours('page', '/b')")
    bench.wait(clicks)
    assert bench.methods == ["POST"]
    assert site.bodies == []
    page.goto("about:blank")
    site.close()


def test_it_works_under_a_strict_policy_and_with_storage_blocked(bench: Bench, page: Page) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    bench.page_headers = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "require-trusted-types-for 'script'"
    }
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.goto("about:blank")
    assert len(clicks(bench.wait(clicks))) == 1
    assert errors == []


def test_a_page_that_breaks_the_tracker_is_not_broken_by_it(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON + "<script>Element.prototype.getBoundingClientRect = null</script>"))
    page.click("#b")  # the fixture `page` fails if anything is thrown
    page.mouse.wheel(0, 100)
    page.goto("about:blank")


def test_unsent_batches_are_sent_as_soon_as_the_network_is_back(bench: Bench, page: Page) -> None:
    stop_clock(page)  # no retry comes by itself
    page.goto(bench.page("/a", BUTTON))
    page.context.set_offline(True)
    page.click("#b")
    page.clock.run_for(12_000)
    until_answered(page, 1)
    assert bench.bodies == []
    page.context.set_offline(False)
    assert len(clicks(bench.wait(clicks, seconds=5))) == 1


def test_an_outage_loses_no_event_and_duplicates_none(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON))

    def act(name: str) -> None:
        for n in range(20):
            page.evaluate(f"parcours('event', '{name} {n}')")
            if not n % 5:
                page.click("#b")
                page.clock.run_for(100)
        page.evaluate(f"parcours('page', '/{name}')")

    act("before")
    page.context.set_offline(True)
    act("without")
    until_all_answered(page)
    page.clock.run_for(3_000)  # and a second attempt
    until_all_answered(page)
    act("still")
    page.context.set_offline(False)
    act("after")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) >= 16 and bs[-1].ctx.url.endswith("/after"))
    names = sorted(name for b in batches if b.custom for name in b.custom.n)
    assert names == sorted(f"{when} {n}" for when in ("before", "without", "still", "after") for n in range(20))
    assert len(clicks(batches)) == 16
    assert all(b.sum.cut == 0 for b in batches)


KEEP = f'<script defer src="/parcours.js" data-site="{SITE_KEY}" data-offline="keep"></script>'


def test_the_next_page_sends_what_a_page_could_not_if_the_site_asks_for_it(bench: Bench, page: Page) -> None:
    for snippet, arrived in ((None, 0), (KEEP, 5)):
        bench.reset()
        bench.always = Answer(503)
        page.goto(bench.page("/a", BUTTON, *([snippet] if snippet else [])))
        for _ in range(5):
            page.click("#b")
        bench.page("/b", "there", *([snippet] if snippet else []))
        page.goto(bench.url + "/b")
        # What was sent while the page was left may arrive after the next page has opened.
        until(lambda: len(clicks(bench.batches(accepted_only=False))) == 5)
        bench.drain(page)
        assert clicks(bench.batches()) == []
        bench.always = Answer()
        page.goto(bench.url + "/b")
        bench.leave(page)
        assert len(clicks(bench.batches())) == arrived
        page.goto(bench.url + "/b")
        page.evaluate("sessionStorage.clear()")
        page.evaluate("parcours('stop')")


def test_the_rest_stored_for_the_next_page_is_limited(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    page.goto(bench.page("/a", BUTTON, KEEP))
    for _ in range(30):
        page.evaluate("for (let i = 0; i < 82; i++) parcours('event', 'x'.repeat(60))")
    bench.page("/plain", "there", "")
    page.goto(bench.url + "/plain")
    assert 0 < page.evaluate("sessionStorage['parcours.rest'].length") <= 32_000


def test_a_full_buffer_drops_dwell_first_then_reach_then_the_oldest_batches(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    stop_clock(page)
    page.goto(bench.page("/a", BUTTON + "<div style='height:2000px'></div>"))
    for name in ("two", "three"):
        page.mouse.move(20, 20)
        page.clock.run_for(700)
        page.mouse.move(600, 400)
        page.clock.run_for(300)
        page.click("#b")
        page.evaluate(f"parcours('page', '/{name}')")
    until_answered(page, 1)
    page.evaluate("for (let i = 0; i < 2400; i++) parcours('event', 'x'.repeat(60))")
    until_all_answered(page)
    bench.always = Answer()
    page.evaluate("dispatchEvent(new Event('online'))")
    until_all_answered(page)
    page.evaluate("parcours('page', '/four')")
    batches = bench.wait(lambda bs: bs and len([b for b in bs if b.custom]) > 15)
    page.goto("about:blank")
    # Whole batches were dropped, so dwell and reach of all that waited had been dropped before.
    assert batches[-1].sum.cut > 100
    full = [b for b in batches if b.custom][:-1]
    assert all(b.hover is None for b in full)
    assert sum(b.scroll is not None for b in full) <= 2  # the last ones
