"""What a request says: origin, address, device, channel, time, visitor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.addresses import ClientAddress, address_prefix, is_private
from collector.door.limits import Buckets
from collector.enrich.channels import CHANNELS, traffic_source
from collector.enrich.clocks import MAX_AGE, MAX_AGE_DEMO, MAX_AHEAD, shift
from collector.enrich.devices import device
from collector.enrich.visitors import Visitors
from collector.origins import allowed
from collector.report.counters import Counters, scrubbed
from collector.settings import Rate
from store.client import Store
from store.tallies import Tally
from store.zones import DAY_MS, Zone

NOW = 1_800_000_000_000
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("address", "domains", "yes"),
    [
        ("https://shop.example", ("shop.example",), True),
        ("https://www.shop.example", ("shop.example",), True),
        ("https://shop.example", ("www.shop.example",), True),
        ("https://shop.example:8443", ("shop.example",), True),
        ("https://SHOP.example", ("shop.example",), True),
        ("https://a.shop.example", ("shop.example",), False),
        ("https://a.b.shop.example", ("*.shop.example",), True),
        ("https://shop.example", ("*.shop.example",), False),
        ("https://evilshop.example", ("*.shop.example", "shop.example"), False),
        ("https://shop.example.evil.com", ("*.shop.example", "shop.example"), False),
        ("https://shop.example@evil.com", ("shop.example",), False),
        ("http://127.0.0.1:8001", ("127.0.0.1:8001",), True),
        ("http://127.0.0.1:8002", ("127.0.0.1:8001",), False),
        ("http://127.0.0.1:8002", ("localhost",), True),
        ("http://[::1]:9000", ("localhost",), True),
        ("http://[::1]:9000", ("[::1]:9000",), True),
        ("http://localhost", ("shop.example",), False),
        ("http://shop.example", ("https://shop.example",), True),
        ("https://anything.example", ("*",), True),
        ("null", ("*",), False),
        ("", ("*",), False),
        ("http://[::1", ("*",), False),
        ("file:///home/me/x.html", ("*",), False),
        ("https://xn--bcher-kva.example", ("xn--bcher-kva.example",), True),
        ("https://müller.example", ("xn--mller-kva.example",), True),
        ("https://xn--mller-kva.example", ("Müller.example",), True),
        ("https://shop.xn--mller-kva.example.", ("*.müller.example",), True),
        ("https://shop.example.", ("shop.example",), True),
        ("https://WWW.Shop.Example.:8443/a", ("shop.example:8443",), True),
        ("https://shop.example", ("shop.example.",), True),
        ("https://shop.example..", ("shop.example",), False),
        ("https://muller.example", ("müller.example",), False),
    ],
)
def test_origins(address: str, domains: tuple[str, ...], yes: bool) -> None:
    assert allowed(address, domains) is yes


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ((), "1.2.3.4", "9.9.9.9", "1.2.3.4"),
        (("10.0.0.0/8",), "1.2.3.4", "9.9.9.9", "1.2.3.4"),
        (("10.0.0.0/8",), "10.0.0.1", "9.9.9.9", "9.9.9.9"),
        (("10.0.0.0/8",), "10.0.0.1", "6.6.6.6, 9.9.9.9, 10.1.1.1", "9.9.9.9"),
        (("10.0.0.0/8",), "10.0.0.1", "", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", "9.9.9.9:443", "9.9.9.9"),
        (("::1",), "::1", "[2001:db8::1]:443", "2001:db8::1"),
        (("127.0.0.1",), "", "9.9.9.9", "9.9.9.9"),
        (("127.0.0.1",), "127.0.0.1", "nonsense", "nonsense"),
        (("10.0.0.0/8", "127.0.0.1"), "127.0.0.1", "203.0.113.5, ::ffff:10.0.0.9", "203.0.113.5"),
        (("10.0.0.0/8", "127.0.0.1"), "::ffff:127.0.0.1", "203.0.113.5, ::FFFF:A00:9", "203.0.113.5"),
        (("127.0.0.1",), "127.0.0.1", '"[2001:db8::5]:1234"', "2001:db8::5"),
        (("127.0.0.1", "2001:db8:1::/48"), "127.0.0.1", '8.8.8.8, "[2001:DB8:1::7]:80" ', "8.8.8.8"),
        (("127.0.0.1",), "127.0.0.1", '6.6.6.6, "203.0.113.9:443"', "203.0.113.9"),
        (("127.0.0.1",), "127.0.0.1", "[::ffff:203.0.113.9]:443", "203.0.113.9"),
        (("127.0.0.1",), "127.0.0.1", "9.9.9.9, , ", "9.9.9.9"),
        (("127.0.0.1",), "127.0.0.1", " , ", "127.0.0.1"),
        (("::ffff:10.0.0.0/104", "::ffff:192.0.2.7"), "10.2.3.4", "9.9.9.9, 192.0.2.7", "9.9.9.9"),
        ((), "::ffff:1.2.3.4", "9.9.9.9", "1.2.3.4"),
    ],
)
def test_client_address(trusted: tuple[str, ...], peer: str, forwarded: str, client: str) -> None:
    assert ClientAddress(trusted)(peer, forwarded) == client


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "proxy"),
    [
        ((), "127.0.0.1", "203.0.113.5", "127.0.0.1"),
        ((), "172.18.0.1", "", "172.18.0.1"),  # another header than X-Forwarded-For
        ((), "::ffff:10.0.0.4", "203.0.113.5", "10.0.0.4"),
        ((), "100.64.0.9", "203.0.113.5", "100.64.0.9"),  # a shared network (RFC 6598)
        ((), "8.8.8.8", "203.0.113.5", ""),  # anybody can send the header
        (("10.0.0.0/8",), "127.0.0.1", "203.0.113.5", "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.5", ""),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.5, 10.0.0.7", "10.0.0.7"),  # a balancer in front of the proxy
        (("127.0.0.1",), "127.0.0.1", "10.0.0.7", ""),  # a visitor in the office
        (("127.0.0.1",), "127.0.0.1", "6.6.6.6, 203.0.113.9", ""),  # a visitor who made up a hop
        (("127.0.0.1",), "127.0.0.1", "", ""),
    ],
)
def test_untrusted_proxies(trusted: tuple[str, ...], peer: str, forwarded: str, proxy: str) -> None:
    assert ClientAddress(trusted).untrusted_proxy(peer, forwarded) == proxy


def test_prefixes() -> None:
    assert address_prefix("203.0.113.77") == address_prefix("203.0.113.1") == "203.0.113.0/24"
    assert address_prefix("2001:db8:1:2ff::1") == address_prefix("2001:db8:1:200::9")
    assert address_prefix("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert address_prefix("unix") == "unix"
    assert is_private("127.0.0.1")
    assert not is_private("8.8.8.8")
    assert not is_private("x")


def test_bucket_refills() -> None:
    now = [0.0]
    buckets = Buckets(Rate(2, 3), clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    now[0] = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    now[0] = 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_buckets_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.door.limits.MAX_BUCKETS", 10)
    buckets = Buckets(Rate(0.001, 1), clock=lambda: 0.0)
    for n in range(100):
        assert buckets.take(n) == 0
    assert len(buckets._left) <= 10
    assert buckets.take(99) > 0


IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
TAB = "Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
)
TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "touch", "kind", "browser", "os"),
    [
        (IPHONE, True, "phone", "Mobile Safari", "iOS"),
        (MAC, False, "desktop", "Safari", "Mac OS X"),
        (MAC, True, "tablet", "Safari", "Mac OS X"),
        (PIXEL, True, "phone", "Chrome Mobile", "Android"),
        (TAB, True, "tablet", "Chrome", "Android"),
        (FIREFOX, False, "desktop", "Firefox", "Linux"),
        (EDGE, True, "desktop", "Edge", "Windows"),
    ],
)
def test_devices(user_agent: str, touch: bool, kind: str, browser: str, os: str) -> None:
    found = device(user_agent, touch)
    assert (found.kind, found.browser, found.os, found.bot) == (kind, browser, os, "")


def test_devices_without_a_class() -> None:
    assert device(TV, False).kind == "other"
    assert device("", False).kind == "other"
    assert device("x" * 100_000, False).kind == "other"


@pytest.mark.parametrize(
    ("query", "referrer", "channel", "source"),
    [
        ("", "", "direct", ""),
        ("", "https://shop.example/other", "direct", ""),
        ("", "https://www.google.co.uk/", "search", "google"),
        ("", "https://google.com", "search", "google"),
        ("", "https://search.yahoo.com/", "search", "yahoo"),
        ("", "https://duckduckgo.com/", "search", "duckduckgo"),
        ("", "https://mail.google.com/", "mail", "gmail"),
        ("", "https://webmail.provider.example/", "mail", "webmail.provider.example"),
        ("", "https://l.facebook.com/", "social", "facebook"),
        ("", "https://t.co/abc", "social", "x"),
        ("", "https://fr.pinterest.com/", "social", "pinterest"),
        ("", "https://fr.bing.com/", "search", "bing"),
        ("", "https://yandex.com.tr/", "search", "yandex"),
        ("", "https://chatgpt.com/", "ai", "chatgpt"),
        ("", "https://chat.openai.com/", "ai", "chatgpt"),
        ("", "https://www.perplexity.ai/", "ai", "perplexity"),
        ("", "https://gemini.google.com/app", "ai", "gemini"),
        ("", "https://copilot.microsoft.com/", "ai", "copilot"),
        ("", "https://claude.ai/", "ai", "claude"),
        ("utm_source=chatgpt.com", "https://chatgpt.com/", "ai", "chatgpt"),
        ("utm_source=chatgpt.com", "", "ai", "chatgpt"),
        ("", "https://blog.example/post", "referral", "blog.example"),
        ("", "https://notgoogle.example/", "referral", "notgoogle.example"),
        ("utm_source=Spring&utm_medium=CPC&utm_campaign=sale", "https://www.google.com/", "paid", "spring"),
        ("gclid=abc", "https://www.google.com/", "paid", "google"),
        ("utm_source=newsletter&utm_medium=email", "", "mail", "newsletter"),
        ("utm_source=newsletter", "", "mail", "newsletter"),
        ("utm_source=insta&utm_medium=social", "", "social", "insta"),
        ("utm_campaign=flyer", "", "campaign", ""),
        ("utm_source=someone%40home.example", "", "campaign", "*"),
    ],
)
def test_channels(query: str, referrer: str, channel: str, source: str) -> None:
    found = traffic_source(f"https://shop.example/a?{query}", referrer)
    assert (found.channel, found.source) == (channel, source)


@given(st.text(max_size=50), st.text(max_size=50))
@settings(deadline=None)
def test_any_address_has_a_channel(path: str, referrer: str) -> None:
    assert traffic_source(f"https://shop.example/{path}", referrer).channel in CHANNELS
    assert traffic_source("https://shop.example/", f"https://{referrer}").channel in CHANNELS


def test_a_correct_clock_is_not_shifted() -> None:
    assert shift(NOW, NOW - 800, NOW - 5000, 4000).ms == 0


def test_a_wrong_clock_is_corrected() -> None:
    year = 365 * 24 * HOUR
    moved = shift(NOW, NOW - year, NOW - year - 5000, 4000)
    assert (moved.ms, moved.clamped) == (year, False)


@pytest.mark.parametrize(
    ("began", "span", "max_age", "clamped"),
    [
        (NOW - 23 * HOUR, 0, MAX_AGE, False),
        (NOW - 25 * HOUR, 1000, MAX_AGE, True),
        (NOW - 300 * MAX_AGE, 1000, MAX_AGE_DEMO, False),
        (NOW - 401 * MAX_AGE, 1000, MAX_AGE_DEMO, True),
        (NOW, MAX_AHEAD - 1, MAX_AGE, False),
        (NOW, MAX_AHEAD + 1, MAX_AGE, True),
        (0, 0, MAX_AGE, True),
        (NOW + 5 * HOUR, 10, MAX_AGE, True),
    ],
)
def test_impossible_times_are_clamped(began: int, span: int, max_age: int, clamped: bool) -> None:
    moved = shift(NOW, NOW, began, span, max_age)
    assert moved.clamped is clamped
    if clamped:
        assert began + span + moved.ms == NOW


@given(st.integers(0, 4 * 10**12), st.integers(0, 4 * 10**12), st.integers(0, MAX_AGE))
@settings(deadline=None)
def test_no_time_leaves_the_window(sent: int, began: int, span: int) -> None:
    moved = shift(NOW, sent, began, span).ms
    assert began + moved >= NOW - MAX_AGE
    assert began + span + moved <= NOW + MAX_AHEAD


def test_visitors_without_consent_last_a_day() -> None:
    visitors = Visitors(None, today=lambda: date(2027, 1, 15))
    visitors.refresh()
    noon = int(datetime(2027, 1, 15, 12, tzinfo=UTC).timestamp() * 1000)
    one = visitors.cookieless(1, noon, "1.2.3.4", "UA")
    assert one == visitors.cookieless(1, noon + 11 * HOUR, "1.2.3.4", "UA")
    others = {
        visitors.cookieless(1, noon - DAY_MS, "1.2.3.4", "UA"),
        visitors.cookieless(2, noon, "1.2.3.4", "UA"),
        visitors.cookieless(1, noon, "1.2.3.5", "UA"),
        visitors.cookieless(1, noon, "1.2.3.4", "UB"),
        visitors.cookieless(1, noon, "1.2.3.4U", "A"),
        visitors.consented(1, "1.2.3.4"),
    }
    assert len(others | {one}) == 7
    assert all(0 <= n < 1 << 64 for n in others)
    visitors.refresh()
    assert one == visitors.cookieless(1, noon, "1.2.3.4", "UA")


@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_visitors_without_consent_last_a_day_of_the_sites_zone(name: str) -> None:
    """In Tokyo, a day of UTC ends at nine in the morning: who came before and after it is one visitor."""
    visitors, zone = Visitors(None, today=lambda: date(2027, 1, 15)), Zone(name)
    visitors.refresh()
    began, ends = zone.midnight(date(2027, 1, 15)), zone.midnight(date(2027, 1, 16))
    of_day = {visitors.cookieless(1, ms, "1.2.3.4", "UA", zone) for ms in range(began, ends, HOUR)}
    assert len(of_day) == 1
    others = {visitors.cookieless(1, ms, "1.2.3.4", "UA", zone) for ms in (began - 1, ends)}
    assert len(of_day | others) == 3


def test_a_late_view_of_a_day_whose_key_is_gone_counts_to_the_next_day() -> None:
    """The keys of the store are the only ones: none is made that could be computed again later."""
    visitors, zone = Visitors(None, today=lambda: date(2027, 1, 15)), Zone("America/Los_Angeles")
    visitors.refresh()
    late = int(datetime(2027, 1, 14, 2, tzinfo=UTC).timestamp() * 1000)  # 13 January in Los Angeles
    assert visitors.cookieless(1, late, "1.2.3.4", "UA", zone) == visitors.cookieless(1, late, "1.2.3.4", "UA")


def test_a_day_can_not_be_computed_again_48_hours_after_its_end(store: Store) -> None:
    """Two collectors run for days: the key of each day leaves the store, and both memories."""
    began = date(2027, 1, 15)
    clock = [began]
    first, second = (Visitors(store, today=lambda: clock[0]) for _ in range(2))
    noon = int(datetime(2027, 1, 15, 12, tzinfo=UTC).timestamp() * 1000)
    known: set[int] = set()
    for _ in range(4):
        first.refresh()
        second.refresh()
        numbers = {visitors.cookieless(1, noon, "1.2.3.4", "UA") for visitors in (first, second)}
        assert len(numbers) == 1
        if clock[0] - began <= timedelta(days=1):
            known |= numbers
        else:
            assert not numbers & known
        kept = {row["day"] for row in store.rows("SELECT day FROM day_keys")}
        assert min(kept) >= clock[0] - timedelta(days=1)
        clock[0] += timedelta(days=1)
    assert len(known) == 1


def test_visitors_are_the_same_in_every_process(store: Store) -> None:
    today = datetime.now(UTC).date()
    first, second = Visitors(store), Visitors(store)
    first.refresh()
    second.refresh()
    now = int(datetime.now(UTC).timestamp() * 1000)
    assert today
    assert first.cookieless(1, now, "a", "b") == second.cookieless(1, now, "a", "b")
    assert first.consented(1, "id") == second.consented(1, "id")
    assert first.consented(1, "id") != first.consented(2, "id")


def test_examples_are_scrubbed() -> None:
    said = scrubbed(
        "'https://evil.example/a?mail=x@y.z' is not from me@home.example, 203.0.113.7, 2001:db8::1, 12345678"
    )
    assert "mail=" not in said
    for personal in ("@", "203.0", "db8", "12345678"):
        assert personal not in said
    assert scrubbed("$.click.x[0]: Expected `int` <= 10000") == "$.click.x[0]: Expected `int` <= 10000"
    assert len(scrubbed("x " * 1000)) == 200


def test_counts_wait_until_they_are_saved() -> None:
    counters = Counters(clock=lambda: 5.0)
    counters.refused(1, "origin", "a")
    counters.accepted(1, 4_000, bot=False, clamped=False)
    counters.skipped(1, ["pinch", "zoom"])
    taken = counters.unsaved()
    assert taken == {
        (1, "origin"): Tally(1, 5_000, "a"),
        (1, "accepted"): Tally(1, 4_000),
        (1, "skipped"): Tally(1, 5_000, "pinch, zoom"),
    }
    counters.refused(1, "origin", "b")
    assert counters.unsaved()[1, "origin"].count == 2  # nobody has saved any yet
    counters.saved(taken)
    assert counters.unsaved() == {(1, "origin"): Tally(1, 5_000, "b")}
    assert counters.site(1).unsaved == {"origin": Tally(1, 5_000, "b")}
    assert counters.site(1).refused["origin"].count == 2
    assert counters.site(99).accepted == 0
