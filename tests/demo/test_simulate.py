"""Simulated visitors post as a browser does, at a pace the collector takes."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from collector import wire
from parcours.demo import simulate as simulation
from parcours.demo.simulate import Pace, SimulationRefused, simulate
from tests.demo.conftest import free_ports
from tests.demo.test_simulated_visits import HABITS, SHOP, layout_of
from tests.waiting import until_async

LAYOUTS = {
    (page, width, v): layout_of(page, width) for page in HABITS for width in (1366, 768, 390) for v in ("", "a", "b")
}


async def against(answers: list[Response], visitors: int) -> tuple[int, list[tuple[Request, wire.Batch]]]:
    """Simulate against a stand-in collector that gives `answers` first, then 204."""
    taken: list[tuple[Request, wire.Batch]] = []

    async def take(request: Request) -> Response:
        body = await request.body()
        if answers:
            return answers.pop(0)
        taken.append((request, wire.decode(body)))
        return Response(status_code=204)

    (port,) = free_ports(1)
    app = Starlette(routes=[Route("/c/{key}", take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    await until_async(lambda: server.started)
    try:
        sent = await simulate(f"http://127.0.0.1:{port}", "KEY", SHOP, LAYOUTS, visitors, random=Random(3))
    finally:
        server.should_exit = True
        await serving
    return sent, taken


def test_batches_look_like_those_of_a_browser() -> None:
    sent, taken = asyncio.run(against([], 40))
    assert sent == len(taken) > 40
    for request, batch in taken:
        assert request.headers["origin"] == SHOP
        assert request.headers["content-type"].startswith("text/plain")  # no preflight
        assert request.headers["user-agent"].startswith("Mozilla/5.0")
        assert batch.t0 < batch.sent  # the past is told by a clock that is right
    assert len({request.headers["x-forwarded-for"] for request, _ in taken}) > 30


def test_a_busy_collector_is_tried_again() -> None:
    busy = [
        PlainTextResponse("busy", 503, {"retry-after": "0"}),
        PlainTextResponse("slow down", 429, {"retry-after": "0"}),
    ]
    sent, taken = asyncio.run(against(busy, 10))
    assert sent == len(taken)


def test_a_rejection_is_reported() -> None:
    with pytest.raises(ExceptionGroup) as told:
        asyncio.run(against([PlainTextResponse("no such site", 404)] * 100, 10))
    assert told.group_contains(SimulationRefused, match="404 no such site")


def test_pace_allows_a_burst_then_a_fixed_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "BURST", 5)
    monkeypatch.setattr(simulation, "PACE", 200)

    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def all_waits() -> None:
        pace = Pace(clock=lambda: now, sleep=sleep)
        for _ in range(45):
            await pace.wait()

    asyncio.run(all_waits())
    assert now == pytest.approx(0.2)
