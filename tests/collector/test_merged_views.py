"""Imported views in the tables: files of an export, in any order and more than once, give the rows of the one file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import Any

import httpx
import pytest

from collector.app import CollectorSettings
from parcours.importing.sending import chunks
from store.client import Store
from store.errors import StoreError
from tests.collector.backend import BATCHES, LINES, Run, ndjson, running
from tests.collector.batches import batch
from tests.collector.exports import MIDNIGHT, Row, export, files_of, items_of, row
from tests.collector.test_merging import H10, H11
from tests.databases import Databases

QUERIES = {
    "views": "SELECT * EXCEPT (site, visitor, seq) FROM views FINAL ORDER BY view, day",
    "points": "SELECT * EXCEPT (site, visitor) FROM points ORDER BY view, time, page_x, page_y, viewport_w",
    "touches": "SELECT * EXCEPT (site, visitor) FROM touches ORDER BY view, time",
    "events": "SELECT * EXCEPT (site, visitor) FROM events ORDER BY view, time",
    "elements": "SELECT * EXCEPT (site) FROM elements FINAL",
}


def tables(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {name: store.rows(sql) for name, sql in QUERIES.items()}


async def send(client: httpx.AsyncClient, file: list[Row]) -> list[dict[str, Any]]:
    answers = []
    for chunk in chunks(items_of(file)):
        lines = ndjson(*(item.body for item in chunk))  # type: ignore[union-attr]
        answer = await client.post(f"/api/v1/{chunk[0].kind}?site=Shop", content=lines, headers=LINES)  # type: ignore[union-attr]
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
        assert answers[-1]["refused"] == []
    return answers


def stored(run: Run, settings: CollectorSettings, store: Store, files: list[list[Row]], restarts: bool = False) -> Any:
    """The tables after these files were imported; `restarts`: each by another collector."""

    async def scenario() -> None:
        for part in [[file] for file in files] if restarts else [files]:
            async with running(settings, store) as (collector, client):
                for file in part:
                    await send(client, file)
                await collector.drain()

    run(scenario())
    return tables(store)


@pytest.mark.parametrize("seed", range(4))
def test_any_files_of_an_export_give_the_rows_of_the_one_file(
    run: Run, settings: CollectorSettings, databases: Databases, store: Store, seed: int
) -> None:
    random = Random(seed)
    whole = export(random, views=12)
    several = databases.lend()
    expected = stored(run, settings, store, [whole])
    assert len(expected["views"]) == len(expected["touches"]) == 12
    other = replace(settings, journal=settings.journal.with_name("other"))
    assert stored(run, other, several, files_of(random, whole) * 2, restarts=seed % 2 == 1) == expected
    databases.take_back(several)


def test_hour_files_that_share_a_view(run: Run, settings: CollectorSettings, store: Store) -> None:
    async def scenario() -> list[tuple[int, int]]:
        async with running(settings, store) as (collector, client):
            counted = []
            for file in (H11, H10, H11):  # the newest first
                (answer,) = await send(client, file)
                counted.append((answer["accepted"], answer["duplicates"]))
            await collector.drain()
            return counted

    assert run(scenario()) == [(3, 0), (2, 0), (0, 3)]
    found = tables(store)
    assert sorted(point["page_y"] for point in found["points"]) == [10, 20, 30, 40]
    assert [(view["clicks"], view["time"]) for view in found["views"]] == [(4, MIDNIGHT - 3_600_000)]
    assert [touch["time"] for touch in found["touches"]] == [MIDNIGHT - 3_600_000]


def test_newest_first_across_midnight(run: Run, settings: CollectorSettings, store: Store) -> None:
    files = [[row(20, "$heatmap", points=((1, 10),))], [row(-10, "$pageview")]]
    found = stored(run, settings, store, files)
    assert [(str(view["day"]), view["clicks"]) for view in found["views"]] == [("2026-11-20", 1)]
    assert len(found["touches"]) == len(found["points"]) == 1


def test_what_an_interrupted_merge_left_is_erased_by_the_next(
    run: Run, settings: CollectorSettings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store fails after the new rows are durable and before the replaced ones are erased."""
    after, before = [row(20, "$heatmap", points=((1, 10),))], [row(-10, "$pageview")]

    async def scenario() -> int:
        async with running(settings, store) as (collector, client):
            await send(client, after)
            with monkeypatch.context() as failing:
                failing.setattr("collector.backend.merger.erase_stale", _fails)
                lines = ndjson(*(item.body for item in items_of(before)))
                answer = await client.post(f"{BATCHES}?site=Shop", content=lines, headers=LINES)
            await collector.drain()
            assert len(tables(store)["touches"]) == 2
            assert (await send(client, before))[0]["duplicates"] == 1
            return answer.status_code

    assert run(scenario()) == 503
    found = tables(store)
    assert (len(found["touches"]), len(found["views"]), found["views"][0]["clicks"]) == (1, 1, 1)


def _fails(*_: object) -> None:
    raise StoreError("the store is away")


def test_two_imports_at_once_store_each_click_once(run: Run, settings: CollectorSettings, store: Store) -> None:
    async def scenario() -> None:
        async with running(settings, store) as (collector, client):
            await asyncio.gather(*(send(client, file) for file in (H10, H11, H10 + H11, H11)))
            await collector.drain()

    run(scenario())
    assert sorted(point["page_y"] for point in tables(store)["points"]) == [10, 20, 30, 40]


def test_only_clicks_can_be_merged(run: Run, settings: CollectorSettings) -> None:
    made = batch(t0=MIDNIGHT, sent=MIDNIGHT)
    assert "hover" in made

    async def scenario() -> dict[str, Any]:
        async with running(settings) as (_, client):
            body = ndjson({"batch": made, "site": "Shop", "merge": True})
            answer = await client.post(BATCHES, content=body, headers=LINES)
            return {"status": answer.status_code} | answer.json()["error"]

    refused = run(scenario())
    assert (refused["status"], refused["code"]) == (400, "event_shape")
    assert "only clicks can be merged" in refused["message"]


def test_more_time_spent_in_a_view_replaces_the_earlier_figure(
    run: Run, settings: CollectorSettings, store: Store
) -> None:
    made = {"v": 1, "view": "a" * 24, "seq": 0, "sent": MIDNIGHT, "t0": MIDNIGHT}
    made |= {"ctx": {"url": "https://shop.example/", "vw": 390, "vh": 844, "pw": 390, "ph": 0}}

    async def scenario() -> list[int]:
        accepted = []
        async with running(settings, store) as (collector, client):
            for ms in (0, 8_000, 8_000, 0):
                body = ndjson({"batch": made | {"sum": {"ms": ms}}, "site": "Shop", "merge": True})
                accepted.append((await client.post(BATCHES, content=body, headers=LINES)).json()["accepted"])
            await collector.drain()
        return accepted

    assert run(scenario()) == [1, 1, 0, 0]
    assert [view["engaged_ms"] for view in tables(store)["views"]] == [8_000]
    assert len(tables(store)["touches"]) == 1
