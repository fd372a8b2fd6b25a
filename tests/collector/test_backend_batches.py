"""Imported batches."""

from __future__ import annotations

import time
from typing import Any

import pytest

from collector.app import CollectorSettings
from store.client import Store
from tests.collector.backend import BATCHES, EVENTS, LINES, OLD, ORDER, Run, ndjson, refused, running
from tests.collector.batches import batch


def past(**changes: Any) -> dict[str, Any]:
    t0 = int(time.time() * 1000) - 40 * 86_400_000
    return batch(t0=t0, sent=t0 + 5000) | changes


def test_imported_batches_keep_their_times(run: Run, settings: CollectorSettings, store: Store) -> None:
    made = past()
    made["ctx"] = made["ctx"] | {"id": "@customer 7"}
    line = {"batch": made, "site": "Shop", "device": "phone", "browser": "Safari", "os": "iOS"}

    async def scenario() -> list[dict[str, Any]]:
        replies = []
        for _ in range(2):
            async with running(settings, store) as (collector, client):
                for path in settings.journal.glob("*.done"):
                    path.unlink()
                replies.append((await client.post(BATCHES, content=ndjson(line), headers=LINES)).json())
                await collector.drain()
        return replies

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
    answer = refused(run, settings, content=ndjson(line | {"site": "Shop"}), headers=LINES, url=BATCHES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert words in answer.json()["error"]["message"]


def test_an_unknown_site_is_refused_before_the_body_is_read(run: Run, settings: CollectorSettings) -> None:
    answer = refused(run, settings, json=ORDER, url=f"{EVENTS}?site=Nowhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_site")
