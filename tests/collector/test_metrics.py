"""Histograms, the page for Prometheus, and the log line of each minute."""

from __future__ import annotations

import json
import logging
import math
import threading
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families as parsed

from collector.app import CollectorSettings
from collector.enrich.visitors import Visitors
from collector.histograms import INSERTING, TAKING, WAITING, Histogram, quantile
from collector.report.minute import IntakeTotals, minute_line
from store.client import Store
from tests.collector.batches import batch, body
from tests.collector.conftest import KEY, running
from tests.waiting import until_async

Run = Callable[[Coroutine[Any, Any, Any]], Any]
SECONDS = st.floats(1e-7, 100)


@given(st.lists(SECONDS, min_size=1, max_size=50), st.sampled_from([0.5, 0.99, 1.0]))
def test_a_quantile_lies_in_the_bucket_of_the_value(values: list[float], q: float) -> None:
    histogram = Histogram(WAITING)
    for value in values:
        histogram.observe(value)
    value = sorted(values)[math.ceil(len(values) * q) - 1]
    found = quantile(histogram.bounds, histogram.counts, q)
    low, high = next(edges for edges in pairwise((0.0, *WAITING, math.inf)) if value <= edges[1])
    assert low <= found <= high
    assert histogram.sum == pytest.approx(sum(values))


def test_quantiles_by_hand() -> None:
    histogram = Histogram((1.0, 2.0, 4.0))
    assert quantile(histogram.bounds, histogram.counts, 0.5) == 0.0
    histogram.observe(1.0, 3)  # on the bound: in the bucket below
    histogram.observe(3.0)
    assert histogram.counts == [3, 0, 1, 0]
    assert quantile(histogram.bounds, histogram.counts, 0.75) == 1.0
    assert quantile(histogram.bounds, histogram.counts, 1.0) == 4.0
    histogram.observe(99.0, 100)
    assert quantile(histogram.bounds, histogram.counts, 0.99) == 4.0


@pytest.mark.parametrize("bounds", [TAKING, WAITING, INSERTING])
def test_bounds_rise(bounds: tuple[float, ...]) -> None:
    assert list(bounds) == sorted(set(bounds))


def test_the_page_is_what_prometheus_reads(settings: CollectorSettings, store: Store, run: Run) -> None:
    async def work() -> str:
        async with running(settings, store) as (collector, client):
            for _ in range(40):
                assert (await client.post(f"/c/{KEY}", content=body())).status_code == 204
            await client.post(f"/c/{KEY}", content=body(seq=-1))
            await client.post(f"/c/{KEY}", content=json.dumps(batch(pinch={"t": [1]})))
            await collector.drain()
            app = client._transport.app  # type: ignore[attr-defined]
            near = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=near, base_url="http://collector") as reader:
                return (await reader.get("/metrics")).text

    families = {family.name: family for family in parsed(run(work()))}
    value = {(s.name, *sorted(s.labels.values())): s.value for family in families.values() for s in family.samples}
    assert value["parcours_batches_accepted_total", "7"] == 41
    assert value["parcours_batches_skipped_total", "7"] == 1
    assert value["parcours_batches_refused_total", "7", "shape"] == 1
    assert value["parcours_batches_inserted_total",] == 41
    for name, least, most in (
        ("parcours_taking_seconds", 2, 3),  # one in 16
        ("parcours_durable_seconds", 41, 41),
        ("parcours_insert_seconds", 1, 41),
    ):
        family = families[name]
        assert family.type == "histogram"
        buckets = [(float(s.labels["le"]), s.value) for s in family.samples if s.name.endswith("_bucket")]
        assert buckets == sorted(buckets)
        assert buckets[-1] == (float("inf"), value[f"{name}_count",])
        assert least <= value[f"{name}_count",] <= most
        assert value[f"{name}_sum",] > 0
    assert {family.type for family in families.values()} == {"counter", "gauge", "histogram"}
    assert all(family.documentation for family in families.values())


def test_a_minute_is_one_log_line_and_a_quiet_one_none(
    settings: CollectorSettings, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("collector.app._MINUTE", 0.02)
    passed: list[None] = []
    posted = threading.Event()
    refresh = Visitors.refresh

    def counted(visitors: Visitors) -> None:
        if passed:  # not at the start: the first minute ends when both batches were sent
            assert posted.wait(20)
        passed.append(None)
        refresh(visitors)

    monkeypatch.setattr(Visitors, "refresh", counted)  # once a minute

    def minutes() -> int:
        return len(passed)

    def lines() -> list[str]:
        return [r.getMessage() for r in caplog.records if r.getMessage().startswith("minute ")]

    async def work() -> None:
        async with running(settings) as (_, client):
            for text in (body(), body(seq=-1)):
                await client.post(f"/c/{KEY}", content=text)
            posted.set()
            await until_async(lines)
            quiet = minutes()
            await until_async(lambda: minutes() >= quiet + 3)
            assert len(lines()) == 1
            await client.post(f"/c/{KEY}", content=body())
            await until_async(lambda: len(lines()) == 2)

    with caplog.at_level(logging.INFO, "parcours.collector"):
        run(work())
    first, second = (dict(pair.split("=") for pair in line.split()[1:]) for line in lines())
    assert (first["accepted"], first["refused"], first["refused_shape"], second["accepted"]) == ("1", "1", "1", "1")
    assert 0 < float(first["wait_p50_ms"]) <= float(first["wait_p99_ms"])
    assert int(first["free_bytes"]) > 0
    assert "refused_shape" not in second


def test_the_minute_line_after_a_counter_was_reset() -> None:
    many = IntakeTotals(waits=(9, *[0] * len(WAITING)))
    few = IntakeTotals(waits=(1, *[0] * len(WAITING)), inserts=(1, *[0] * len(INSERTING)))
    assert "inserts=1" in minute_line(many, few, {})
    assert minute_line(few, few, {"backlog_segments": 3}) == ""
