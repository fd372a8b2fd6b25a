"""Refusals of a backend's requests: message, position, status and count."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.app import CollectorSettings
from collector.backend import BackendSettings
from collector.backend.refusal import BackendReason
from collector.door.refusal import Reason
from collector.settings import Rate
from store.client import Store
from tests.collector.backend import EVENTS, FUTURE, LINES, OLD, ORDER, Run, ndjson, refused, running
from tests.collector.conftest import KEY


@pytest.mark.parametrize(
    ("request_", "status", "code", "words"),
    [
        ({"headers": {"authorization": ""}, "json": ORDER}, 401, "token", "needs a token"),
        ({"headers": {"authorization": "Bearer stolen"}, "json": ORDER}, 401, "bad_token", "unknown"),
        ({"headers": {"authorization": "Bearer late"}, "json": ORDER}, 401, "token_ended", "ended on 2023-11-14"),
        ({"headers": {"authorization": "Bearer screen"}, "json": ORDER}, 403, "role", "'screen' has the role viewer"),
        ({"method": "GET"}, 405, "method", "POST"),
        ({"content": b"a=b", "headers": {"content-type": "text/plain"}}, 415, "content_type", "text/plain"),
        ({"content": b"", "headers": LINES | {"content-encoding": "br"}}, 415, "content_encoding", "br"),
        ({"content": b"x" * (1 << 20) + b"x"}, 413, "too_large", "1048577 bytes"),
        ({"json": {"events": [ORDER] * 1001}}, 413, "too_many", "1001 in one request"),
        ({"content": ndjson(*[ORDER] * 1001), "headers": LINES}, 413, "too_many", "1001"),
        ({"content": b'{"name":', "headers": {"content-type": "application/json"}}, 400, "not_json", "truncated"),
        ({"json": {"site": "Shop"}}, 400, "event_shape", "missing required field `name`"),
        ({"json": {"events": [ORDER, ORDER | {"value": "9"}]}}, 400, "event_shape", "$.events[1].value"),
        ({"json": ORDER | {"valeu": 1}}, 400, "event_shape", "unknown field `valeu`"),
        ({"json": ORDER | {"value": 1e13}}, 400, "event_shape", "$.value"),
        ({"json": {"events": []}}, 400, "event_shape", "no event"),
        ({"json": ORDER | {"site": "Nowhere"}}, 400, "no_site", "There is no site 'Nowhere'"),
        ({"json": {"name": "order"}}, 400, "no_site", "No site is named"),
        ({"json": ORDER | {"page": "https://evil.example/"}}, 400, "event_page", "not on a domain"),
        ({"json": ORDER | {"page": "/thanks"}}, 400, "event_page", "$.page: '/thanks'"),
        ({"json": ORDER | {"time": OLD}}, 400, "event_time", "more than 1100 days ago"),
        ({"json": {"events": [ORDER | {"time": FUTURE}]}}, 400, "event_time", "$.events[0].time"),
        ({"json": ORDER | {"time": "2026-11-20T10:00:00"}}, 400, "event_shape", "timezone"),
        ({"json": ORDER | {"visitor": "a", "browser_id": "b"}}, 400, "event_shape", "visitor and browser_id"),
        ({"json": ORDER | {"page": "https://shop.example/", "touchpoint": "a"}}, 400, "event_shape", "page and touch"),
        ({"json": ORDER, "url": f"{EVENTS}?site=Shop&valeu=1"}, 400, "unknown_parameter", "'valeu'"),
        ({"json": ORDER, "url": f"{EVENTS}?name="}, 400, "unknown_parameter", "'name'"),
        ({"json": ORDER, "url": "/api/v1/batches"}, 415, "content_type", "NDJSON only"),
    ],
)  # fmt: skip
def test_refused_with_a_message(
    run: Run, settings: CollectorSettings, request_: dict[str, Any], status: int, code: str, words: str
) -> None:
    if "content" in request_:
        request_ = {"headers": {"content-type": "application/json"}} | request_
    answer = refused(run, settings, **request_)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert words in answer.json()["error"]["message"]


def test_too_many_requests_and_no_capacity(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> list[httpx.Response]:
        async with running(settings, backend=BackendSettings(rate=Rate(0.01, 1))) as (_, client):
            first = await client.post(EVENTS, json=ORDER)
            second = await client.post(EVENTS, json=ORDER)
            other = await client.post(EVENTS, json=ORDER, headers={"authorization": "Bearer other"})
        async with running(replace(settings, min_free_bytes=1 << 60)) as (_, client):
            return [first, second, other, await client.post(EVENTS, json=ORDER)]

    answers = run(scenario())
    assert [a.status_code for a in answers] == [200, 429, 200, 503]
    assert answers[1].headers["retry-after"] == "1"
    assert answers[3].json()["error"]["code"] == "disk_full"


def test_each_line_is_validated_separately(run: Run, settings: CollectorSettings, store: Store) -> None:
    lines = ndjson(ORDER, b"{", ORDER | {"name": ""}, b"", ORDER | {"time": OLD}, ORDER | {"site": "x"}, ORDER)

    async def scenario() -> tuple[httpx.Response, dict[str, int], int]:
        async with running(settings, store) as (collector, client):
            answer = await client.post(EVENTS, content=lines, headers=LINES)
            await collector.drain()
            counted = {code: r.count for code, r in collector.health(7).refused.items()}
            return answer, counted, collector.health(7).from_backend

    answer, counted, accepted = run(scenario())
    answered = answer.json()
    assert (answer.status_code, answered["accepted"], answered["duplicates"]) == (200, 2, 0)
    assert [(r["line"], r["code"]) for r in answered["refused"]] == [
        (2, "not_json"), (3, "event_shape"), (5, "event_time"), (6, "no_site"),
    ]  # fmt: skip
    assert counted["event_time"] == 1
    assert accepted == 2
    assert store.rows("SELECT count() AS n FROM events") == [{"n": 2}]


def test_refusals_count_for_their_site(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> tuple[dict[str, int], dict[str, int]]:
        async with running(settings) as (collector, client):
            await client.post(f"{EVENTS}?site=Shop", content=ndjson(b"{", ORDER), headers=LINES)
            await client.post(f"{EVENTS}?site=Shop", json={"nam": "x"})
            await client.post(EVENTS, json={"events": [ORDER | {"time": OLD}]})
            await client.post(EVENTS, json=ORDER, headers={"authorization": "Bearer stolen"})
            shop, nobody = ({code: r.count for code, r in collector.health(n).refused.items()} for n in (7, 0))
            return shop, nobody

    assert run(scenario()) == ({"not_json": 1, "event_shape": 1, "event_time": 1}, {"bad_token": 1})


def test_the_docs_name_every_answer() -> None:
    page = (Path(__file__).parents[2] / "docs" / "server-events.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d{3}) \| (`[^|]+) \|", page, re.M)
    written = {(int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    ours = {(reason.value.status, reason.value.code) for reason in BackendReason}
    collectors = {(reason.value.status, reason.value.code) for reason in Reason}
    assert ours <= written <= ours | collectors


def test_a_request_without_any_valid_line(run: Run, settings: CollectorSettings) -> None:
    answer = refused(run, settings, content=ndjson(b"{", b"["), headers=LINES)
    assert answer.status_code == 400
    assert [r["line"] for r in answer.json()["refused"]] == [1, 2]


def test_an_invalid_event_in_a_list_refuses_all(run: Run, settings: CollectorSettings, store: Store) -> None:
    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            assert (await client.post(EVENTS, json={"events": [ORDER, ORDER | {"time": OLD}]})).status_code == 400
            await collector.drain()

    run(scenario())
    assert store.rows("SELECT count() AS n FROM events") == [{"n": 0}]


def test_gzip_and_the_site_of_the_request(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> list[int]:
        async with running(settings) as (_, client):
            packed = gzip.compress(ndjson(*[{"name": "order"}] * 900))
            lines = await client.post(
                f"{EVENTS}?site=Shop", content=packed, headers=LINES | {"content-encoding": "gzip"}
            )
            listed = await client.post(EVENTS, json={"site": KEY, "events": [{"name": "order"}]})
            return [lines.json()["accepted"], listed.json()["accepted"]]

    assert run(scenario()) == [900, 1]


def test_unknown_tokens_are_throttled_and_a_valid_one_is_not(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> tuple[list[int], int]:
        async with running(settings) as (_, client):
            guesses = [
                (await client.post(EVENTS, json=ORDER, headers={"authorization": f"Bearer guess {n}"})).status_code
                for n in range(40)
            ]
            return guesses, (await client.post(EVENTS, json=ORDER)).status_code

    guesses, valid = run(scenario())
    assert guesses == [401] * 30 + [429] * 10
    assert valid == 200


@pytest.mark.parametrize(("token", "status"), [("screen", 200), ("shop", 200), ("stolen", 403), ("", 403)])
def test_a_token_of_the_api_reads_the_metrics_through_a_proxy(
    run: Run, settings: CollectorSettings, token: str, status: int
) -> None:
    async def scenario() -> int:
        async with running(settings) as (_, client):
            headers = {"authorization": f"Bearer {token}", "x-forwarded-for": "127.0.0.1"}
            return (await client.get("/metrics", headers=headers)).status_code

    assert run(scenario()) == status
