"""What strangers send in masses: nothing of it stays in memory, it is limited, and visitors are served meanwhile."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import time
import tracemalloc
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from crawlerdetect import CrawlerDetect
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings, Rate
from collector.door import admission
from collector.door.limits import Buckets
from collector.enrich.crawler_list import CrawlerList
from collector.enrich.devices import device
from collector.enrich.robots import MAX_UA
from collector.text_cache import text_cache
from tests.collector.batches import at, batch, body
from tests.collector.bodies import Sent
from tests.collector.conftest import CHROME, DEMO, HEADERS, KEY, SITE, Sites, running
from tests.collector.door import running as at_the_door

Run = Callable[[Coroutine[Any, Any, Any]], Any]
POST = f"/c/{KEY}"
MANY = 200  # requests
LONG = 60_000  # letters
MOST = 2 << 20  # bytes that may stay
_number = itertools.count()


def unique(length: int = LONG, letter: str = "a") -> str:
    return f"{next(_number):08d}".ljust(length, letter)


def with_header(name: str, value: str) -> Sent:
    return Sent(body(), HEADERS | {name: value})


FLOODS: dict[str, Callable[[], Sent]] = {
    "Origin": lambda: with_header("origin", "https://" + unique()),
    "Origin of the site": lambda: with_header("origin", f"https://shop.example:{unique()}"),
    "Referer": lambda: Sent(body(), HEADERS | {"origin": "", "referer": "https://shop.example/" + unique()}),
    "User-Agent": lambda: with_header("user-agent", "Mozilla/5.0 (X11) " + unique()),
    "User-Agent of a usual length": lambda: with_header("user-agent", "Mozilla/5.0 (X11) " + unique(480)),
    "Accept-Language": lambda: with_header("accept-language", unique()),
    "Sec-CH-UA": lambda: with_header("sec-ch-ua", unique()),
    "Sec-Purpose": lambda: with_header("sec-purpose", unique()),
    "Content-Type": lambda: with_header("content-type", unique()),
    "Content-Encoding": lambda: with_header("content-encoding", unique()),
    "X-Forwarded-For": lambda: with_header("x-forwarded-for", "198.51.100.7, " + unique()),
    "addresses": lambda: with_header("x-forwarded-for", "2001:db8:{:x}:{:x}::1".format(*divmod(next(_number), 65_536))),
    "any header": lambda: with_header("x-" + unique(50), unique()),
    "key": lambda: Sent(body(), path="/c/" + unique()),
    "short key": lambda: Sent(body(), path="/c/" + unique(30)),
    "query": lambda: Sent(body(), path=f"{POST}?a={unique()}"),
    "preflight": lambda: Sent(b"", {"origin": "https://" + unique()}, method="OPTIONS"),
    "preflight with a short Origin": lambda: Sent(b"", {"origin": "https://" + unique(500)}, method="OPTIONS"),
    "page": lambda: Sent(at("ctx.url", "https://shop.example/" + unique(2_000))),
    "page in another alphabet": lambda: Sent(at("ctx.url", "https://shop.example/" + unique(2_000, "я"))),
    "short page": lambda: Sent(at("ctx.url", "https://shop.example/" + unique(200))),
    "foreign page": lambda: Sent(at("ctx.url", f"https://{unique(2_000)}.example/")),
    "referrer": lambda: Sent(at("ctx.ref", "https://" + unique(2_000))),
    "event": lambda: Sent(body(custom={"t": [1], "n": [unique(64)], "v": [None]})),
    "element": lambda: Sent(at("el.p", ["main>" + unique(500), "main>a:1"])),
    "id": lambda: Sent(json.dumps(batch(ctx=batch()["ctx"] | {"consent": True, "id": unique(64)})).encode()),
    "unknown field": lambda: Sent(body(**{unique(): 1})),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_memory_does_not_grow_with_what_strangers_choose(
    settings: CollectorSettings, flood: Callable[[], Sent]
) -> None:
    collector = Collector(None, replace(settings, trusted_proxies=("203.0.113.9",)), Sites(SITE, DEMO))
    with at_the_door(collector) as door:
        for _ in range(5):
            door.ask(flood())
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(MANY):
                door.ask(flood())
            gc.collect()
            left = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert left < MOST


@pytest.mark.parametrize("name", ["origin", "content-type", "content-encoding"])
def test_an_overlong_header_is_counted_for_its_site(settings: CollectorSettings, run: Run, name: str) -> None:
    async def work() -> None:
        async with running(settings) as (collector, client):
            answer = await client.post(POST, content=body(), headers={name: "x" * 600})
            assert answer.status_code == 431
            assert answer.json()["error"]["code"] == "long_head"
            assert "access-control-allow-origin" not in answer.headers or name != "origin"
            assert collector.health(7).refused["long_head"].count == 1
            assert (await client.post(POST, content=body())).status_code == 204

    run(work())


REJECTED: dict[str, tuple[int, dict[str, Any]]] = {
    "long Origin": (431, {"headers": {"origin": "https://" + "a" * 60_000}}),
    "foreign Origin": (403, {"headers": {"origin": "https://evil.example"}}),
    "foreign page": (403, {"content": at("ctx.url", "https://evil.example/")}),
    "no JSON": (400, {"content": b"no"}),
    "no batch": (400, {"content": b"{}"}),
    "too long": (413, {"content": b" " * 70_000}),
    "content type": (415, {"headers": {"content-type": "image/png"}}),
    "method": (405, {"method": "PUT"}),
    "unknown key": (404, {"url": "/c/nosuchsite"}),
    "damaged gzip": (400, {"content": b"no", "headers": {"content-encoding": "gzip"}}),
}


@pytest.mark.parametrize(("status", "request_"), REJECTED.values(), ids=REJECTED)
def test_rejected_requests_are_limited_and_cost_their_neighbours_nothing(
    settings: CollectorSettings, run: Run, status: int, request_: dict[str, Any]
) -> None:
    limited = replace(settings, address_rate=Rate(0.001, 5), site_rate=Rate(0.001, 5))

    async def work() -> None:
        async with running(limited) as (collector, client):
            assert (await client.post(POST, content=body())).status_code == 204
            answers = [
                await client.request(**{"method": "POST", "url": POST, "content": body()} | request_) for _ in range(20)
            ]
            assert [answer.status_code for answer in answers] == [status] * 5 + [429] * 15
            assert answers[-1].json()["error"]["code"] == "rejected_rate"
            assert int(answers[-1].headers["retry-after"]) > 0
            counted = [collector.health(site).refused.get("rejected_rate") for site in (7, 0)]
            assert sum(tally.count for tally in counted if tally) == 15
            for _ in range(4):  # from the same address
                assert (await client.post(POST, content=body())).status_code == 204
            assert (await client.post(POST, content=body())).status_code == 429

    run(work())


def test_nothing_is_looked_up_for_a_network_that_guesses_keys(settings: CollectorSettings, run: Run) -> None:
    asked: list[str] = []

    class Asked(Sites):
        def by_key(self, key: str) -> Any:
            asked.append(key)
            return super().by_key(key)

    async def work() -> None:
        collector = Collector(None, replace(settings, address_rate=Rate(0.001, 5)), Asked(SITE))
        await collector.start()
        try:
            transport = httpx.ASGITransport(app=Starlette(routes=collector.routes))
            async with httpx.AsyncClient(transport=transport, base_url="http://c", headers=HEADERS) as client:
                assert (await client.post(POST, content=body())).status_code == 204
                for n in range(100):
                    await client.post(f"/c/guess{n}", content=body())
                assert len(set(asked)) == 6
                assert (await client.post(POST, content=body())).status_code == 204
        finally:
            await collector.stop()

    run(work())


def test_an_office_behind_one_address_is_not_limited_but_a_flood_is(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the default limits: 500 visitors at once; an attacker's valid batches end at the burst."""
    # No time passes: a busy machine sends hardly faster than the limit refills.
    monkeypatch.setattr(admission, "Buckets", partial(Buckets, clock=lambda: 0.0))
    settings = CollectorSettings(journal=tmp_path / "journal", min_free_bytes=1 << 20, tune_gc=False)

    async def work() -> None:
        async with running(settings) as (_, client):

            async def statuses(number: int) -> list[int]:
                return [
                    a.status_code
                    for a in await asyncio.gather(*(client.post(POST, content=body()) for _ in range(number)))
                ]

            assert set(await statuses(500)) == {204}
            flood = await statuses(1_500)
            assert set(flood) == {204, 429}
            assert flood.count(429) == 500 + 1_500 - settings.address_rate.burst

    run(work())


def test_a_rejected_beacon_is_counted_as_lost(settings: CollectorSettings, run: Run) -> None:
    async def work() -> None:
        async with running(replace(settings, address_rate=Rate(0.001, 1))) as (collector, client):
            await client.post(POST, content=body())
            beacon = {"sec-fetch-mode": "no-cors", "accept-language": "en"}
            answer = await client.post(POST, content=body(), headers=beacon)
            assert (answer.status_code, answer.json()["error"]["code"]) == (429, "address_rate")
            await client.post(POST, content=body(), headers={"sec-fetch-mode": "cors", "accept-language": "en"})
            refused = collector.health(7).refused
            assert (refused["beacon_rate"].count, refused["address_rate"].count) == (1, 1)

    run(work())


def test_a_token_is_given_back() -> None:
    now = [0.0]
    buckets = Buckets(Rate(1, 2), clock=lambda: now[0])
    assert [buckets.take("a"), buckets.take("a"), buckets.is_empty("a"), buckets.is_empty("b")] == [0, 0, True, False]
    buckets.give_back("a")
    assert not buckets.is_empty("a")
    assert buckets.take("a") == 0
    now[0] = 1.0
    assert not buckets.is_empty("a")
    for _ in range(9):
        buckets.give_back("a")  # never more than the burst
    assert [bool(buckets.take("a")) for _ in range(3)] == [False, False, True]


def test_long_texts_are_not_cached() -> None:
    called: list[str] = []

    @text_cache(letters=3)
    def function(text: str, more: bytes = b"") -> str:
        called.append(text)
        return text

    for text, more in [("abc", b"1"), ("abc", b"1"), ("abcd", b""), ("abcd", b""), ("a", b"1234"), ("a", b"1234")]:
        assert function(text, more) == text
    assert called == ["abc", "abcd", "abcd", "a", "a"]


AGENTS = json.loads((Path(__file__).parents[1] / "examples" / "user_agents.json").read_text("utf-8"))


def test_the_list_of_crawlers_decides_as_its_package_does() -> None:
    package, ours = CrawlerDetect(), CrawlerList()
    texts = [text[:MAX_UA] for kind in ("people", "robots") for text in AGENTS[kind]]
    assert len(texts) > 500
    assert [text for text in texts if (text in ours) != package.isCrawler(text)] == []
    for text in ("YandexSearch", "Yandex", "MyYandexMobile", " ", ""):
        assert (text in ours) == package.isCrawler(text)


@pytest.mark.parametrize("word", ["a", "1.", "Yandex", "Mozilla/5.0 (", "я"])
def test_no_user_agent_takes_long(word: str) -> None:
    device(CHROME, False)  # reads the lists
    began = time.process_time()
    for n in range(20):
        device(f"{CHROME} {n:06d}{word * MAX_UA}"[:MAX_UA], False)
    assert (time.process_time() - began) / 20 < 0.005  # s; the pattern of crawlerdetect took 0.02
