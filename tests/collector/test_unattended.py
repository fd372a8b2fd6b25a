"""Programs that do not say what they are: they come by a timetable, or imitate a device, and never do anything."""

from __future__ import annotations

import json
import time
from random import Random
from typing import Any

import pytest

from collector import wire
from collector.app import CollectorSettings
from collector.enrich import unattended
from collector.enrich.robots import is_lighthouse
from collector.enrich.unattended import UnattendedViews, attended
from tests.collector.backend import Run
from tests.collector.batches import batch
from tests.collector.conftest import CHROME, HEADERS, KEY, kept, running
from tests.collector.test_request_facts import MAC

MINUTE = 60_000
MOTO = (
    "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 "
    "Mobile Safari/537.36"
)
VISITOR = (7, 1)


def encoded(made: dict[str, Any]) -> bytes:
    return json.dumps(made).encode()


def idle(n: int = 0, **changes: Any) -> wire.Batch:
    made = {name: value for name, value in batch().items() if name in ("v", "seq", "sent", "t0", "ctx", "sum")}
    context = made["ctx"] | changes.pop("ctx", {})
    return wire.decode(encoded(made | {"view": f"{n:024}", "ctx": context} | changes))


def scheduled(times: list[int], **changes: Any) -> list[bool]:
    views = UnattendedViews()
    return [views.scheduled(VISITOR, at, idle(n, **changes)) for n, at in enumerate(times)]


@pytest.mark.parametrize("interval", [MINUTE, 5 * MINUTE, 60 * MINUTE])
def test_a_monitor_is_known_by_its_timetable(interval: int) -> None:
    random = Random(interval)
    times = [n * interval + random.randrange(interval // 40) for n in range(12)]
    assert scheduled(times) == [False] * 5 + [True] * 7


@pytest.mark.parametrize(
    "times",
    [
        [0, 40_000, 200_000, 260_000, 500_000, 520_000, 900_000],  # somebody who looks in now and then
        [n * 5_000 for n in range(20)],  # tabs opened one after the other
        [0] * 20,
        [n * MINUTE for n in (5, 4, 3, 2, 1, 0)],  # late batches
    ],
)
def test_idle_views_of_people_are_no_timetable(times: list[int]) -> None:
    assert not any(scheduled(times))


def test_one_action_begins_the_count_again() -> None:
    views = UnattendedViews()
    clicked = wire.decode(encoded(batch(view="c" * 24)))
    assert attended(clicked)
    for n in range(5):
        assert not views.scheduled(VISITOR, n * MINUTE, idle(n))
    assert not views.scheduled(VISITOR, 5 * MINUTE, clicked)
    assert not views.scheduled(VISITOR, 6 * MINUTE, idle(6))


def test_a_later_batch_of_a_view_is_no_view_of_its_own() -> None:
    views = UnattendedViews()
    for n in range(4):
        assert not views.scheduled(VISITOR, n * MINUTE, idle(n))
        assert not views.scheduled(VISITOR, n * MINUTE, idle(n, seq=1))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"sum": {"ms": 15_000}}, False),
        ({"sum": {"cut": 3}}, True),
        ({"scroll": {"e": 0, "y": 0, "depth": 768, "ph": 4000}, "ctx": {"vh": 768}}, False),
        ({"scroll": {"e": 0, "y": 0, "depth": 1500, "ph": 4000}, "ctx": {"vh": 768}}, True),
    ],
)
def test_what_shows_that_somebody_is_there(changes: dict[str, Any], expected: bool) -> None:
    if "scroll" in changes:
        changes = changes | {"el": {"p": ["html"], "f": ["~" * 11]}}
    assert attended(idle(**changes)) == expected


def test_the_number_of_visitors_that_are_remembered_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unattended, "MAX_VISITORS", 10)
    views = UnattendedViews()
    for visitor in range(100):
        views.scheduled((7, visitor), 0, idle())
    assert len(views._begun) == 10


@pytest.mark.parametrize(
    ("window", "agent", "expected"),
    [
        ((412, 823, 1.75), MOTO, True),
        ((1350, 940, 1.0), MAC, True),
        ((412, 784, 1.75), MOTO, False),
        ((412, 823, 2.625), MOTO, False),
        ((1350, 940, 1.0), CHROME, False),
        ((1350, 940, 2.0), MAC, False),
    ],
)
def test_the_windows_of_lighthouse(window: tuple[int, int, float], agent: str, expected: bool) -> None:
    context = idle(ctx=dict(zip(("vw", "vh", "dpr"), window, strict=True))).ctx
    assert is_lighthouse(context, agent) == expected


def test_the_collector_marks_them(run: Run, settings: CollectorSettings) -> None:
    now = int(time.time() * 1000)
    lighthouse = {"vw": 412, "vh": 823, "dpr": 1.75}

    def sent(n: int, at: int, context: dict[str, Any]) -> bytes:
        made = {name: value for name, value in batch().items() if name in ("v", "seq", "ctx", "sum")}
        return encoded(made | {"view": f"{n:024}", "t0": at, "sent": now, "ctx": made["ctx"] | context})

    async def scenario() -> None:
        async with running(settings) as (_, client):
            for n in range(7):
                await client.post(f"/c/{KEY}", content=sent(n, now - (10 - n) * MINUTE, {}))
            headers = HEADERS | {"user-agent": MOTO}
            await client.post(f"/c/{KEY}", content=sent(7, now, lighthouse), headers=headers)

    run(scenario())
    assert [x["bot"] for x, _ in kept(settings)] == [""] * 5 + ["scheduled"] * 2 + ["emulated"]
