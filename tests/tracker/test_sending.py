"""Batches arrive once, whatever the collector or the page does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from tests.tracker.bench import SITE_KEY, Answer, Bench, clicks

BUTTON = "<button id=b>Press</button>"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def _stand_still(page: Page) -> None:
    """From here on time passes in the page only when the test says so."""
    page.add_init_script("Math.random = () => 0.5")  # waits are not spread
    page.clock.install(time=NOON)
    page.clock.pause_at(NOON + timedelta(seconds=1))


def test_a_click_is_sent_within_10_seconds(bench: Bench, page: Page) -> None:
    _stand_still(page)
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
    assert second.el is not None  # a batch stands alone
    assert [c["path"] for c in clicks([second])] == ["button#b"]


def test_clicks_without_a_pause_are_sent_too(bench: Bench, page: Page) -> None:
    _stand_still(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(22):
        page.click("#b")
        page.clock.run_for(500)
    sent = clicks(bench.wait(clicks))
    assert len(sent) >= 6  # those of the first seconds: 6 s are waited for effects, 3 s more for other clicks
    assert [c["r"] for c in sent] == [0] * len(sent)


def test_a_bounce_is_one_small_request(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.wait_for_timeout(500)
    page.goto("about:blank")
    bench.wait(lambda batches: batches)
    page.wait_for_timeout(300)
    assert bench.methods == ["POST"]
    assert len(bench.bodies[0][1]) < 700


@pytest.mark.parametrize("status", [503, 429])
def test_refused_for_now_is_sent_again(bench: Bench, page: Page, status: int) -> None:
    bench.answers.append(Answer(status))
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.evaluate("parcours('event', 'one')")
    page.evaluate("parcours('page', '/next')")  # sends the view that ends
    bench.wait(clicks, seconds=8)
    (refused, first), (accepted, again) = bench.bodies
    assert (refused, accepted) == (status, 204)
    assert first.partition(b'"sent"')[0] == again.partition(b'"sent"')[0]  # the same batch, with the time of this try


def test_retry_after_is_honoured(bench: Bench, page: Page) -> None:
    _stand_still(page)
    page.goto(bench.page("/a", BUTTON))
    bench.answers.append(Answer(503, {"Retry-After": "30"}))
    page.click("#b")
    page.clock.run_for(12_000)
    page.wait_for_timeout(300)
    assert [s for s, _ in bench.bodies] == [503]
    page.clock.run_for(20_000)
    page.wait_for_timeout(300)
    assert [s for s, _ in bench.bodies] == [503]
    page.clock.run_for(15_000)
    assert len(clicks(bench.wait(clicks))) == 1


def test_no_network_loses_nothing(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))
    page.context.set_offline(True)
    page.click("#b")
    page.evaluate("parcours('page', '/next')")
    page.wait_for_timeout(500)
    assert bench.bodies == []
    page.context.set_offline(False)
    assert len(clicks(bench.wait(clicks, seconds=8))) == 1


def test_refused_for_good_stops_this_view_with_one_word(bench: Bench, page: Page) -> None:
    words: list[str] = []
    page.on("console", lambda message: words.append(message.text) if message.type == "warning" else None)
    bench.always = Answer(403)
    _stand_still(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(3):
        page.click("#b")
        page.clock.run_for(12_000)
        page.wait_for_timeout(200)
    assert len(bench.bodies) == 1
    assert len(words) == 1
    assert "403" in words[0]


def test_what_the_buffer_cannot_hold_is_counted(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    _stand_still(page)
    page.goto(bench.page("/a", BUTTON))
    for _ in range(40):
        page.evaluate("for (let i = 0; i < 82; i++) parcours('event', 'x'.repeat(60))")
        page.clock.run_for(10)
    page.wait_for_timeout(300)
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


def test_no_beacon_is_no_loss(bench: Bench, page: Page) -> None:
    for script in ("navigator.sendBeacon = () => false", "Navigator.prototype.sendBeacon = undefined"):
        bench.reset()
        page.goto(bench.page("/a", f"<script>{script}</script>{BUTTON}"))
        page.click("#b")
        page.goto("about:blank")
        assert len(clicks(bench.wait(clicks))) == 1


def test_from_another_origin_without_preflight(bench: Bench, page: Page) -> None:
    site = Bench()
    page.goto(site.page("/a", BUTTON, f'<script defer src="{bench.url}/parcours.js" data-site="{SITE_KEY}"></script>'))
    page.click("#b")
    page.evaluate("parcours('page', '/b')")
    bench.wait(clicks)
    assert bench.methods == ["POST"]
    assert site.bodies == []
    page.goto("about:blank")
    site.close()


def test_a_strict_policy_and_blocked_storage_are_no_hindrance(bench: Bench, page: Page) -> None:
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


def test_a_page_that_breaks_the_tracker_stays_whole(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON + "<script>Element.prototype.getBoundingClientRect = null</script>"))
    page.click("#b")  # the fixture `page` fails on anything thrown
    page.mouse.wheel(0, 100)
    page.goto("about:blank")


def test_the_network_back_is_tried_at_once(bench: Bench, page: Page) -> None:
    _stand_still(page)  # so that no wait passes by itself
    page.goto(bench.page("/a", BUTTON))
    page.context.set_offline(True)
    page.click("#b")
    page.clock.run_for(12_000)
    page.wait_for_timeout(300)
    assert bench.bodies == []
    page.context.set_offline(False)
    assert len(clicks(bench.wait(clicks, seconds=5))) == 1


def test_an_outage_in_the_middle_loses_no_event_and_doubles_none(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", BUTTON))

    def act(name: str) -> None:
        for n in range(20):
            page.evaluate(f"parcours('event', '{name} {n}')")
            if not n % 5:
                page.click("#b")
                page.wait_for_timeout(100)
        page.evaluate(f"parcours('page', '/{name}')")

    act("before")
    page.context.set_offline(True)
    act("without")
    page.wait_for_timeout(3_000)
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


def test_what_a_page_could_not_send_the_next_one_does_if_the_site_asks(bench: Bench, page: Page) -> None:
    for snippet, arrived in ((None, 0), (KEEP, 5)):
        bench.reset()
        bench.always = Answer(503)
        page.goto(bench.page("/a", BUTTON, *([snippet] if snippet else [])))
        for _ in range(5):
            page.click("#b")
        bench.page("/b", "there", *([snippet] if snippet else []))
        page.goto(bench.url + "/b", wait_until="commit")
        page.wait_for_timeout(200)
        assert clicks(bench.batches()) == []
        bench.always = Answer()
        page.goto(bench.url + "/b")
        page.goto("about:blank")
        page.wait_for_timeout(1_000)
        assert len(clicks(bench.batches())) == arrived
        page.goto(bench.url + "/b")
        page.evaluate("sessionStorage.clear()")
        page.evaluate("parcours('stop')")


def test_what_is_kept_for_the_next_page_is_bounded(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    page.goto(bench.page("/a", BUTTON, KEEP))
    for _ in range(30):
        page.evaluate("for (let i = 0; i < 82; i++) parcours('event', 'x'.repeat(60))")
    bench.page("/plain", "there", "")
    page.goto(bench.url + "/plain")
    assert 0 < page.evaluate("sessionStorage['parcours.rest'].length") <= 32_000


def test_dwell_goes_first_then_reach_then_the_oldest(bench: Bench, page: Page) -> None:
    bench.always = Answer(503)
    page.goto(bench.page("/a", BUTTON + "<div style='height:2000px'></div>"))
    for name in ("two", "three"):
        page.mouse.move(20, 20)
        page.wait_for_timeout(700)
        page.mouse.move(600, 400)
        page.wait_for_timeout(300)
        page.click("#b")
        page.evaluate(f"parcours('page', '/{name}')")
    page.wait_for_timeout(300)
    page.evaluate("for (let i = 0; i < 2400; i++) parcours('event', 'x'.repeat(60))")
    page.wait_for_timeout(200)
    bench.always = Answer()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(1_000)
    page.evaluate("parcours('page', '/four')")
    batches = bench.wait(lambda bs: bs and len([b for b in bs if b.custom]) > 15)
    page.goto("about:blank")
    # Where whole batches had to go, dwell and reach of all that waited then had gone before.
    assert batches[-1].sum.cut > 100
    full = [b for b in batches if b.custom][:-1]
    assert all(b.hover is None for b in full)
    assert sum(b.scroll is not None for b in full) <= 2  # those that were made last
