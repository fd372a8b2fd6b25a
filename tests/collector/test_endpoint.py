"""Requests and their answers: every row of the table in docs/collector.md."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.app import CollectorSettings, Rate
from collector.door.answers import preflight
from collector.enrich.robots import by_request
from collector.origins import on_this_machine
from tests.collector.batches import at, batch, body
from tests.collector.conftest import CHROME, KEY, ORIGIN, kept, running

Run = Callable[[Coroutine[Any, Any, Any]], Any]
POST = f"/c/{KEY}"


def test_accepted_means_in_the_journal(settings: CollectorSettings, run: Run) -> None:
    made = batch()

    async def work() -> None:
        async with running(settings) as (collector, client):
            answer = await client.post(POST, json=made)
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "access-control-allow-credentials" not in answer.headers
            counts = collector.health(7)
            assert (counts.accepted, counts.bots, counts.clamped) == (1, 0, 0)
            assert counts.last_accepted_ms >= made["sent"]

    run(work())
    [(x, stored)] = kept(settings)
    assert (x["site"], x["page"], x["device"], x["channel"]) == (7, "shop.example/lamps/a", "desktop", "direct")
    assert stored["click"] == made["click"]


CASES: list[tuple[str, dict[str, Any], int, str]] = [
    ("get", {"method": "GET", "content": b""}, 405, "method"),
    ("put", {"method": "PUT"}, 405, "method"),
    ("form", {"headers": {"content-type": "application/x-www-form-urlencoded"}}, 415, "content_type"),
    ("no type", {"headers": {"content-type": ""}}, 415, "content_type"),
    ("brotli", {"headers": {"content-encoding": "br"}}, 415, "content_encoding"),
    ("too long", {"content": b" " * 65_537}, 413, "too_large"),
    ("bomb", {"content": gzip.compress(b" " * 1_000_000), "headers": {"content-encoding": "gzip"}}, 413, "too_large"),
    ("dense", {"content": gzip.compress(b" " * 60_000), "headers": {"content-encoding": "gzip"}}, 413, "too_large"),
    ("no gzip", {"content": b"{}", "headers": {"content-encoding": "gzip"}}, 400, "not_gzip"),
    ("cut gzip", {"content": gzip.compress(body())[:-9], "headers": {"content-encoding": "gzip"}}, 400, "not_gzip"),
    ("empty", {"content": b""}, 400, "not_json"),
    ("not json", {"content": b"hello"}, 400, "not_json"),
    ("NaN", {"content": body().replace(b'"seq":0', b'"seq":NaN')}, 400, "not_json"),
    ("infinity", {"content": body().replace(b'"seq":0', b'"seq":-Infinity')}, 400, "not_json"),
    ("1e999", {"content": body().replace(b'"seq":0', b'"seq":1e999')}, 400, "shape"),
    ("negative size", {"content": at("ctx.pw", -5)}, 400, "shape"),
    ("10^9 px", {"content": at("click.px", [1_000_000_000, 1])}, 400, "shape"),
    ("columns", {"content": at("click.x", [1])}, 400, "shape"),
    ("no element", {"content": at("click.e", [0, 5])}, 400, "shape"),
    ("version", {"content": body(v=7)}, 400, "version"),
    ("no page", {"content": at("ctx.url", "about:blank")}, 400, "page"),
    ("unknown key", {"url": "/c/nosuchkey"}, 404, "unknown_site"),
    ("odd key", {"url": "/c/%F0%9F%92%A9"}, 404, "unknown_site"),
    ("foreign", {"headers": {"origin": "https://evil.example"}}, 403, "origin"),
    ("null origin", {"headers": {"origin": "null"}}, 403, "origin"),
    ("suffix", {"headers": {"origin": "https://notshop.example"}}, 403, "origin"),
    ("foreign referer", {"headers": {"origin": "", "referer": "https://evil.example/x"}}, 403, "origin"),
    ("foreign page", {"content": at("ctx.url", "https://evil.example/")}, 403, "origin"),
]


@pytest.mark.parametrize(
    ("requested", "granted"),
    [
        ("", ""),
        ("traceparent", "traceparent"),
        ("baggage,sentry-trace, X-Requested-With", "baggage, sentry-trace, x-requested-with"),
        ("content-type, Content-Type, tracestate", "tracestate"),
        ("a\x01b, bad name, \xe9t\xe9, , x-ok:", ""),
        ("x" * 101 + ",x-b3-traceid", "x-b3-traceid"),
    ],
)
def test_a_preflight_grants_the_headers_that_it_asks_for(requested: str, granted: str) -> None:
    asked = ((b"access-control-request-headers", requested.encode("latin-1")),)
    headers = dict(preflight(b"https://shop.example", asked).headers)
    expected = ", ".join(filter(None, ("content-type, content-encoding", granted)))
    assert headers[b"access-control-allow-headers"].decode() == expected
    assert headers[b"access-control-max-age"] == b"86400"


def test_the_answer_to_a_preflight_is_bounded() -> None:
    many = b",".join(b"x-%d" % n for n in range(30_000))
    granted = dict(preflight(b"", [(b"access-control-request-headers", many)] * 2).headers)
    assert len(granted[b"access-control-allow-headers"]) < 2_500


def test_a_preflight_over_http_names_every_header(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings) as (_, client):
            asked = [("access-control-request-headers", "traceparent"), ("access-control-request-headers", "x-shop")]
            answer = await client.options(POST, headers=asked)
            granted = answer.headers["access-control-allow-headers"]
            assert granted == "content-type, content-encoding, traceparent, x-shop"

    run(work())


@pytest.mark.parametrize(("request_", "status", "code"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_refused(settings: CollectorSettings, run: Run, request_: dict[str, Any], status: int, code: str) -> None:
    async def work() -> None:
        async with running(settings) as (collector, client):
            answer = await client.request(**{"method": "POST", "url": POST, "content": body()} | request_)
            assert answer.status_code == status
            error = answer.json()["error"]
            assert error["code"] == code
            assert error["message"]
            assert error["hint"]
            site = 0 if code == "unknown_site" else 7
            if code != "method":
                assert collector.health(site).refused[code].count == 1
            assert collector.health(7).accepted == 0

    run(work())
    assert kept(settings) == []


def test_answers_carry_what_http_asks_for(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings) as (_, client):
            assert (await client.get(POST)).headers["allow"] == "POST, OPTIONS"
            assert "supported: 1" in (await client.post(POST, content=body(v=2))).json()["error"]["message"]
            assert (await client.post(POST, content=b" " * 70_000)).headers["connection"] == "close"
            preflight = await client.options(POST, headers={"access-control-request-private-network": "true"})
            assert preflight.status_code == 204
            assert preflight.headers["access-control-allow-origin"] == ORIGIN
            assert preflight.headers["access-control-allow-methods"] == "POST"
            assert preflight.headers["access-control-allow-private-network"] == "true"

    run(work())


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:8000"}, {"origin": "https://a.b.shop.example"}, {"origin": "https://WWW.shop.example"},
        {"origin": "", "referer": "https://shop.example/page?x=1"}, {"origin": "", "referer": ""},
        {"content-type": "application/json"}, {"content-type": "TEXT/PLAIN; charset=utf-8"},
    ],
)  # fmt: skip
def test_accepted_variants_of_a_request(settings: CollectorSettings, run: Run, headers: dict[str, str]) -> None:
    async def work() -> None:
        async with running(settings) as (_, client):
            assert (await client.post(POST, content=body(), headers=headers)).status_code == 204

    run(work())


def test_gzip(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings) as (_, client):
            packed = gzip.compress(body())
            assert (await client.post(POST, content=packed, headers={"content-encoding": "gzip"})).status_code == 204

    run(work())


def test_same_batch_twice_at_once_and_later(settings: CollectorSettings, run: Run) -> None:
    text = body()

    async def work() -> None:
        async with running(settings) as (collector, client):
            answers = await asyncio.gather(*(client.post(POST, content=text) for _ in range(20)))
            assert {a.status_code for a in answers} == {204}
            assert (await client.post(POST, content=text)).status_code == 204
            assert (collector.health(7).accepted, collector.health(7).duplicates) == (1, 20)
        async with running(settings) as (collector, client):  # known after a restart too
            assert (await client.post(POST, content=text)).status_code == 204
            assert (collector.health(7).accepted, collector.health(7).duplicates) == (0, 1)

    run(work())
    assert len(kept(settings)) == 1


def test_rates(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings, address_rate=Rate(0.001, 3)) as (_, client):
            answers = [await client.post(POST, content=body()) for _ in range(5)]
            assert [a.status_code for a in answers] == [204, 204, 204, 429, 429]
            assert answers[-1].json()["error"]["code"] == "address_rate"
            assert int(answers[-1].headers["retry-after"]) > 0
        async with running(settings, site_rate=Rate(0.001, 1)) as (_, client):
            answers = [await client.post(POST, content=body()) for _ in range(2)]
            assert [a.status_code for a in answers] == [204, 429]
            assert answers[-1].json()["error"]["code"] == "site_rate"

    run(work())


def test_every_cut_of_a_batch_is_a_400(settings: CollectorSettings, run: Run) -> None:
    whole = body()

    async def work() -> None:
        async with running(settings) as (_, client):
            for length in range(len(whole)):
                assert (await client.post(POST, content=whole[:length])).status_code == 400

    run(work())


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_PLACES = [
    *batch(), *(f"ctx.{k}" for k in batch()["ctx"]), *(f"click.{k}" for k in batch()["click"]), "el.p", "el.f",
    "ctx.ref", "ctx.variants", "ctx.id", "ctx.lang", "scroll.e", "hover.e", "custom", "resize",
]  # fmt: skip
_bodies = st.one_of(
    st.binary(max_size=300),
    _json.map(lambda v: json.dumps(v).encode()),
    st.builds(lambda place, value: at(place, value), st.sampled_from(_PLACES), _json),
    st.builds(lambda url: at("ctx.url", "https://shop.example" + url), st.text(max_size=60)),
    st.builds(lambda url: at("ctx.ref", url), st.text(max_size=60) | st.just("http://[::1")),
    st.builds(lambda n, b: body()[:n] + b + body()[n:], st.integers(0, 900), st.binary(max_size=4)),
)


def test_any_body_gets_an_answer(settings: CollectorSettings, run: Run) -> None:
    """No 5xx and no traceback (the transport of the test raises what the endpoint raises)."""
    loop = asyncio.new_event_loop()
    context = running(settings)
    _, client = loop.run_until_complete(context.__aenter__())

    @given(text=_bodies)
    @settings_of(300)
    def post(text: bytes) -> None:
        answer = loop.run_until_complete(client.post(POST, content=text))
        assert answer.status_code in (204, 400, 403)

    try:
        post()
    finally:
        loop.run_until_complete(context.__aexit__(None, None, None))
        loop.close()


def settings_of(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("headers", "context", "verdict"),
    [
        ({"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, {}, "crawler"),
        ({"user-agent": "python-requests/2.32"}, {}, "crawler"),
        ({"user-agent": CHROME.replace("Chrome", "HeadlessChrome")}, {}, "headless"),
        ({"user-agent": ""}, {}, "no_user_agent"),
        ({}, {"auto": True}, "webdriver"),
        ({"sec-purpose": "prefetch;prerender"}, {}, "prefetch"),
        ({}, {}, ""),
    ],
)
def test_robots_are_stored_with_the_reason(
    settings: CollectorSettings, run: Run, headers: dict[str, str], context: dict[str, Any], verdict: str
) -> None:
    made = batch()
    made["ctx"] |= context

    async def work() -> None:
        async with running(settings) as (collector, client):
            assert (await client.post(POST, json=made, headers=headers)).status_code == 204
            assert collector.health(7).bots == bool(verdict)

    run(work())
    [(x, _)] = kept(settings)
    assert x["bot"] == verdict


@pytest.mark.parametrize(
    ("agent", "automated", "host", "verdict"),
    [
        ("headless", False, "127.0.0.1:8001", ""),
        ("", True, "localhost:3000", ""),
        ("", True, "[::1]:3000", ""),
        ("", True, "shop.localhost", ""),
        ("crawler", False, "127.0.0.1:8001", "crawler"),
        ("headless", False, "shop.example", "headless"),
        ("", True, "127.example", "webdriver"),
        ("", True, "10.0.0.7", "webdriver"),
    ],
)
def test_a_test_on_the_own_machine_is_not_a_robot(agent: str, automated: bool, host: str, verdict: str) -> None:
    assert by_request(agent, CHROME, b"", True, automated, "", on_this_machine(host)) == verdict


def test_no_address_and_no_id_on_disk(settings: CollectorSettings, run: Run) -> None:
    made = batch()
    made["ctx"] |= {"consent": True, "id": "customer-4711"}

    async def work() -> None:
        async with running(settings, trusted_proxies=("127.0.0.1",)) as (_, client):
            headers = {"x-forwarded-for": "203.0.113.77"}
            assert (await client.post(POST, json=made, headers=headers)).status_code == 204
            assert (await client.post(POST, content=body(), headers=headers)).status_code == 204
            await client.post(POST, content=b"no", headers=headers)

    run(work())
    written = b"".join(p.read_bytes() for p in settings.journal.rglob("*") if p.is_file())
    assert b"203.0.113" not in written
    assert b"customer-4711" not in written
    assert len(kept(settings)) == 2


def test_metrics_and_their_readers(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(settings) as (_, client):
            await client.post(POST, content=body())
            await client.post(POST, content=b"no")
            text = (await client.get("/metrics")).text
            assert 'parcours_batches_accepted_total{site="7"} 1.0' in text
            assert 'parcours_batches_refused_total{reason="not_json",site="7"} 1.0' in text
        async with running(settings, trusted_proxies=("127.0.0.0/8",)) as (_, client):
            assert (await client.get("/metrics", headers={"x-forwarded-for": "8.8.8.8"})).status_code == 403
        async with running(settings, metrics_token="open") as (_, client):
            assert (await client.get("/metrics")).status_code == 403
            assert (await client.get("/metrics", headers={"authorization": "Bearer open"})).status_code == 200

    run(work())


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.9", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.1"}, 403),
        ("::1", {"X-Real-IP": "::1"}, 403),
        ("172.18.0.1", {}, 403),  # Docker's gateway: any client of a published port
        ("192.168.1.4", {}, 403),
        ("2001:db8::1", {}, 403),
    ],
)
def test_metrics_without_a_token_are_for_this_machine(
    settings: CollectorSettings, run: Run, peer: str, headers: dict[str, str], status: int
) -> None:
    async def work() -> int:
        async with running(settings) as (_, client):
            app = client._transport.app  # type: ignore[attr-defined]
            transport = httpx.ASGITransport(app=app, client=(peer, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://collector") as reader:
                return (await reader.get("/metrics", headers=headers)).status_code

    assert run(work()) == status


def test_an_invalid_setting_is_named(tmp_path: Path) -> None:
    from collector.app import SettingsError

    with pytest.raises(SettingsError, match="trusted_proxies: 'everyone'"):
        CollectorSettings(journal=tmp_path, trusted_proxies=("everyone",))
    with pytest.raises(SettingsError, match="segment_seconds must be more than 0"):
        CollectorSettings(journal=tmp_path, segment_seconds=0)
