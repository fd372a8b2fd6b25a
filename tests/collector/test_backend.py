"""What a backend sends: accepted once, refused in words, and on the same visitor as the browser's."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from collector.backend import BackendSettings, Senders
from collector.backend.refusal import Unfit
from collector.refusal import Because
from collector.settings import Rate
from store.client import Store
from store.definitions import Definitions, Missing
from store.migrations import migrate
from store.records import Site, Token
from store.visitors import consented_visitor, owners_secret, staff_mark
from tests.collector.batches import batch
from tests.collector.conftest import DEMO, HEADERS, KEY, SITE, Sites

Run = Callable[[Coroutine[Any, Any, Any]], Any]
EVENTS = "/api/v1/events"
LINES = {"content-type": "application/x-ndjson"}
ORDER = {"name": "order", "site": "Shop", "value": 59.9}


class Named(Sites):
    """A directory that also knows names and ids."""

    def get(self, id_or_name: str) -> Site:
        for site in self.sites.values():
            if id_or_name in (site.id, site.name):
                return site
        raise Missing(id_or_name)


class Tokens:
    """Three tokens without a store."""

    def by_text(self, text: str) -> Token | None:
        roles: dict[str, Any] = {"shop": "editor", "screen": "viewer", "other": "owner"}
        return Token(id=text, name=text, digest="", role=roles[text]) if text in roles else None


@asynccontextmanager
async def running(
    settings: CollectorSettings,
    store: Store | None = None,
    backend: BackendSettings | None = None,
    team: Site | None = None,
) -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    sites = Named(SITE, DEMO, *([team] if team else []))
    collector = Collector(store, settings, sites, Senders(Tokens(), sites), backend)
    await collector.start()
    try:
        transport = httpx.ASGITransport(app=Starlette(routes=collector.routes))
        headers = {"authorization": "Bearer shop"}
        async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=headers) as client:
            yield collector, client
    finally:
        await collector.stop()


def ndjson(*lines: object) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)


@pytest.fixture
def store(fresh_store: Callable[[], Store]) -> Store:
    made = fresh_store()
    migrate(made)
    return made


# --- what is stored


def test_an_event_is_a_row_of_events_and_no_view(run: Run, settings: CollectorSettings, store: Store) -> None:
    when = int(time.time() * 1000) - 3_600_000
    event = ORDER | {
        "id": "order-1", "time": when, "page": "https://shop.example/thanks?x=1", "variants": {"hero": "b"},
    }  # fmt: skip

    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            answer = await client.post(EVENTS, json=event)
            assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "duplicates": 0, "refused": []})
            await collector.drain()

    run(scenario())
    (row,) = store.rows("SELECT * FROM events")
    assert (row["site"], row["page"], row["kind"], row["name"]) == (7, "shop.example/thanks", "custom", "order")
    assert (row["value"], row["variants"], row["time"]) == (59.9, {"hero": "b"}, when)
    assert (row["visitor"], row["bot"], row["excluded"]) == (0, "", 0)
    for table in ("views", "touches", "points", "scrolls", "elements"):
        assert store.rows(f"SELECT count() AS n FROM {table}") == [{"n": 0}], table


def test_it_falls_on_the_visitor_of_the_browser(run: Run, settings: CollectorSettings, store: Store) -> None:
    """As the tracker sends it after parcours('identify', 'customer 7'), and before, with the id of the browser."""
    named, first_party = batch(), batch()
    named["ctx"] = named["ctx"] | {"consent": True, "id": "@customer 7"}
    first_party["ctx"] = first_party["ctx"] | {"consent": True, "id": "q1w2e3r4t5"}

    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            for made in (named, first_party):
                assert (await client.post(f"/c/{KEY}", content=json.dumps(made), headers=HEADERS)).status_code == 204
            sent = [ORDER | {"visitor": "customer 7"}, ORDER | {"browser_id": "q1w2e3r4t5"}]
            assert (await client.post(EVENTS, json={"events": sent})).json()["accepted"] == 2
            await collector.drain()

    run(scenario())
    seen = {row["visitor"] for row in store.rows("SELECT visitor FROM views")}
    assert len(seen) == 2
    assert {row["visitor"] for row in store.rows("SELECT visitor FROM events WHERE name = 'order'")} == seen
    assert store.rows("SELECT count() AS n FROM views") == [{"n": 2}]


def test_a_place_that_is_no_page(run: Run, settings: CollectorSettings, store: Store) -> None:
    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            call = {"name": "call", "site": "7", "touchpoint": "call-centre", "time": "2026-11-20T10:00:00+01:00"}
            assert (await client.post(EVENTS, json=call)).status_code == 200
            await collector.drain()

    run(scenario())
    (row,) = store.rows("SELECT page, time FROM events")
    assert row == {"page": "touchpoint/call-centre", "time": 1_795_165_200_000}


def test_the_team_is_excluded_here_too(run: Run, settings: CollectorSettings, store: Store) -> None:
    visitor = consented_visitor(owners_secret(Definitions(store)), 9, "@anna")
    team = Site(
        id="9", name="Team", key="teamteamteam", domains=("shop.example",),
        staff_networks=("10.0.0.0/8",), staff_ids=(staff_mark(visitor),),
    )  # fmt: skip

    async def scenario() -> None:
        async with running(settings, store, team=team) as (collector, client):
            sent = [{"name": "order", "site": "Team", "visitor": who} for who in ("anna", "customer 7")]
            assert (await client.post(EVENTS, json={"events": sent})).status_code == 200
            await collector.drain()

    run(scenario())
    rows = store.rows("SELECT visitor, excluded FROM events ORDER BY excluded")
    assert [row["excluded"] for row in rows] == [0, 1]
    assert rows[1]["visitor"] == visitor


# --- once


def test_the_same_id_is_stored_once(run: Run, settings: CollectorSettings, store: Store) -> None:
    """In one request, in the next, and after a restart when the journal has forgotten it."""
    event = ORDER | {"id": "order-1"}
    forgetful = replace(settings, keep_done_bytes=0, keep_done_seconds=0)

    async def scenario() -> list[dict[str, Any]]:
        told = []
        async with running(settings, store) as (collector, client):
            told += [(await client.post(EVENTS, json={"events": [event, event]})).json()]
            told += [(await client.post(EVENTS, content=ndjson(event), headers=LINES)).json()]
            await collector.drain()
        for path in settings.journal.glob("*.done"):
            path.unlink()
        async with running(forgetful, store) as (collector, client):
            told += [(await client.post(EVENTS, json=event)).json()]
            told += [(await client.post(EVENTS, json=event | {"id": "order-2"})).json()]
            await collector.drain()
        return told

    told = run(scenario())
    assert [(t["accepted"], t["duplicates"]) for t in told] == [(1, 1), (0, 1), (0, 1), (1, 0)]
    assert store.rows("SELECT count() AS n FROM events") == [{"n": 2}]


def test_the_header_names_events_without_an_id(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> list[tuple[int, int]]:
        told = []
        async with running(settings) as (_, client):
            for key in ("a", "a", "b", ""):
                headers = {"idempotency-key": key} if key else {}
                answer = await client.post(EVENTS, json={"events": [ORDER, ORDER]}, headers=headers)
                told.append((answer.json()["accepted"], answer.json()["duplicates"]))
        return told

    assert run(scenario()) == [(2, 0), (0, 2), (2, 0), (2, 0)]


def test_an_id_of_another_site_is_another(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> int:
        async with running(settings) as (_, client):
            sent = [ORDER | {"id": "1"}, ORDER | {"id": "1", "site": "Demo"}]
            accepted: int = (await client.post(EVENTS, json={"events": sent})).json()["accepted"]
            return accepted

    assert run(scenario()) == 2


# --- refusals


def refused(run: Run, settings: CollectorSettings, **request: Any) -> httpx.Response:
    backend = request.pop("backend", None)
    method = request.pop("method", "POST")

    async def scenario() -> httpx.Response:
        async with running(settings, backend=backend) as (_, client):
            return await client.request(method, request.pop("url", EVENTS), **request)

    answer: httpx.Response = run(scenario())
    assert set(answer.json()["error"]) == {"code", "message", "hint"}
    return answer


OLD = int(time.time() * 1000) - 1_101 * 86_400_000
SOON = int(time.time() * 1000) + 700_000


@pytest.mark.parametrize(
    ("request_", "status", "code", "words"),
    [
        ({"headers": {"authorization": ""}, "json": ORDER}, 401, "token", "needs a token"),
        ({"headers": {"authorization": "Bearer stolen"}, "json": ORDER}, 401, "bad_token", "not known"),
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
        ({"json": {"events": [ORDER | {"time": SOON}]}}, 400, "event_time", "$.events[0].time"),
        ({"json": ORDER | {"time": "2026-11-20T10:00:00"}}, 400, "event_shape", "timezone"),
        ({"json": ORDER | {"visitor": "a", "browser_id": "b"}}, 400, "event_shape", "visitor and browser_id"),
        ({"json": ORDER | {"page": "https://shop.example/", "touchpoint": "a"}}, 400, "event_shape", "page and touch"),
        ({"json": ORDER, "url": "/api/v1/batches"}, 415, "content_type", "NDJSON only"),
    ],
)  # fmt: skip
def test_refused_in_words(
    run: Run, settings: CollectorSettings, request_: dict[str, Any], status: int, code: str, words: str
) -> None:
    if "content" in request_:
        request_ = {"headers": {"content-type": "application/json"}} | request_
    answer = refused(run, settings, **request_)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert words in answer.json()["error"]["message"]


def test_too_many_requests_and_no_room(run: Run, settings: CollectorSettings) -> None:
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


def test_each_line_is_judged_by_itself(run: Run, settings: CollectorSettings, store: Store) -> None:
    lines = ndjson(ORDER, b"{", ORDER | {"name": ""}, b"", ORDER | {"time": OLD}, ORDER | {"site": "x"}, ORDER)

    async def scenario() -> tuple[httpx.Response, dict[str, int], int]:
        async with running(settings, store) as (collector, client):
            answer = await client.post(EVENTS, content=lines, headers=LINES)
            await collector.drain()
            counted = {code: r.count for code, r in collector.health(7).refused.items()}
            return answer, counted, collector.health(7).from_backend

    answer, counted, accepted = run(scenario())
    told = answer.json()
    assert (answer.status_code, told["accepted"], told["duplicates"]) == (200, 2, 0)
    assert [(r["line"], r["code"]) for r in told["refused"]] == [
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
    ours = {(reason.value.status, reason.value.code) for reason in Unfit}
    collectors = {(reason.value.status, reason.value.code) for reason in Because}
    assert ours <= written <= ours | collectors


def test_lines_of_which_none_is_good(run: Run, settings: CollectorSettings) -> None:
    answer = refused(run, settings, content=ndjson(b"{", b"["), headers=LINES)
    assert answer.status_code == 400
    assert [r["line"] for r in answer.json()["refused"]] == [1, 2]


def test_a_wrong_event_in_a_list_refuses_all(run: Run, settings: CollectorSettings, store: Store) -> None:
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


# --- batches of the past


def past(**changes: Any) -> dict[str, Any]:
    t0 = int(time.time() * 1000) - 40 * 86_400_000
    return batch(t0=t0, sent=t0 + 5000) | changes


def test_batches_of_the_past_keep_their_times(run: Run, settings: CollectorSettings, store: Store) -> None:
    made = past()
    made["ctx"] = made["ctx"] | {"id": "@customer 7"}
    line = {"batch": made, "site": "Shop", "device": "phone", "browser": "Safari", "os": "iOS"}

    async def scenario() -> list[dict[str, Any]]:
        told = []
        for _ in range(2):
            async with running(settings, store) as (collector, client):
                for path in settings.journal.glob("*.done"):
                    path.unlink()
                told.append((await client.post("/api/v1/batches", content=ndjson(line), headers=LINES)).json())
                await collector.drain()
        return told

    assert [(t["accepted"], t["duplicates"]) for t in run(scenario())] == [(1, 0), (0, 1)]
    (view,) = store.rows("SELECT * FROM views FINAL")
    assert (view["time"], view["device"], view["browser"], view["bot"]) == (made["t0"], "phone", "Safari", "")
    times = [row["time"] for row in store.rows("SELECT time FROM points WHERE kind = 'click' ORDER BY time")]
    assert times == [made["t0"] + 1000, made["t0"] + 1500]
    assert store.rows("SELECT count() AS n FROM touches") == [{"n": 1}]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ({"batch": {"v": 1}}, "event_shape", "$.batch"),
        ({"batch": past(t0=OLD)}, "event_time", "$.batch.t0"),
        ({"batch": past(ctx=batch()["ctx"] | {"url": "https://evil.example/"})}, "event_page", "$.batch.ctx.url"),
        ({"batch": past(), "device": "fridge"}, "event_shape", "$.device"),
    ],
)
def test_refused_batches(run: Run, settings: CollectorSettings, line: dict[str, Any], code: str, words: str) -> None:
    answer = refused(run, settings, content=ndjson(line | {"site": "Shop"}), headers=LINES, url="/api/v1/batches")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert words in answer.json()["error"]["message"]


def test_an_unknown_site_of_the_request_is_told_before_its_body(run: Run, settings: CollectorSettings) -> None:
    answer = refused(run, settings, json=ORDER, url=f"{EVENTS}?site=Nowhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_site")
