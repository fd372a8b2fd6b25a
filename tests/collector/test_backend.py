"""Events of a backend are stored once, with the same visitor as in the browser."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from collector.app import CollectorSettings
from store.client import Store
from store.definitions import Definitions
from store.records import Site
from store.visitors import consented_visitor, owners_secret, staff_mark
from tests.collector.backend import EVENTS, LINES, ORDER, Run, ndjson, running
from tests.collector.batches import batch
from tests.collector.conftest import HEADERS, KEY


def test_an_event_is_a_row_of_events_and_not_a_view(run: Run, settings: CollectorSettings, store: Store) -> None:
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


def test_names_of_events_are_masked(run: Run, settings: CollectorSettings, store: Store) -> None:
    """Like the parts of a path, whether a backend or a browser sends them."""
    made = batch(custom={"t": [1, 2], "n": ["sent to anna@home.example", "basket"], "v": [None, None]})

    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            event = ORDER | {"name": "order 1234567", "page": "https://shop.example/#/order/1234567"}
            assert (await client.post(EVENTS, json=event)).json()["accepted"] == 1
            assert (await client.post(f"/c/{KEY}", content=json.dumps(made), headers=HEADERS)).status_code == 204
            await collector.drain()

    run(scenario())
    names = {(row["name"], row["page"]) for row in store.rows("SELECT name, page FROM events")}
    assert names == {
        ("order *", "shop.example/#/order/*"), ("*", "shop.example/lamps/a"), ("basket", "shop.example/lamps/a"),
    }  # fmt: skip


def test_an_event_belongs_to_the_same_visitor_as_in_the_browser(
    run: Run, settings: CollectorSettings, store: Store
) -> None:
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


def test_a_touchpoint_that_is_not_a_page(run: Run, settings: CollectorSettings, store: Store) -> None:
    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            call = {"name": "call", "site": "7", "touchpoint": "call-centre", "time": "2026-11-20T10:00:00+01:00"}
            assert (await client.post(EVENTS, json=call)).status_code == 200
            await collector.drain()

    run(scenario())
    (row,) = store.rows("SELECT page, time FROM events")
    assert row == {"page": "touchpoint/call-centre", "time": 1_795_165_200_000}


def test_events_of_the_team_are_excluded(run: Run, settings: CollectorSettings, store: Store) -> None:
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
        replies = []
        async with running(settings, store) as (collector, client):
            replies += [(await client.post(EVENTS, json={"events": [event, event]})).json()]
            replies += [(await client.post(EVENTS, content=ndjson(event), headers=LINES)).json()]
            await collector.drain()
        for path in settings.journal.glob("*.done"):
            path.unlink()
        async with running(forgetful, store) as (collector, client):
            replies += [(await client.post(EVENTS, json=event)).json()]
            replies += [(await client.post(EVENTS, json=event | {"id": "order-2"})).json()]
            await collector.drain()
        return replies

    replies = run(scenario())
    assert [(t["accepted"], t["duplicates"]) for t in replies] == [(1, 1), (0, 1), (0, 1), (1, 0)]
    assert store.rows("SELECT count() AS n FROM events") == [{"n": 2}]


def test_the_header_names_events_without_an_id(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> list[tuple[int, int]]:
        replies = []
        async with running(settings) as (_, client):
            for key in ("a", "a", "b", ""):
                headers = {"idempotency-key": key} if key else {}
                answer = await client.post(EVENTS, json={"events": [ORDER, ORDER]}, headers=headers)
                replies.append((answer.json()["accepted"], answer.json()["duplicates"]))
        return replies

    assert run(scenario()) == [(2, 0), (0, 2), (2, 0), (2, 0)]


def test_the_same_id_on_another_site_is_another_event(run: Run, settings: CollectorSettings) -> None:
    async def scenario() -> int:
        async with running(settings) as (_, client):
            sent = [ORDER | {"id": "1"}, ORDER | {"id": "1", "site": "Demo"}]
            accepted: int = (await client.post(EVENTS, json={"events": sent})).json()["accepted"]
            return accepted

    assert run(scenario()) == 2
