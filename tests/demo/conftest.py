"""The shop on a free port, and a stand-in collector that keeps what its pages send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from collector import wire
from parcours.demo.shop import shop_app
from tests.machine import CHROMIUM_ARGS, HEADLESS

ROOT = Path(__file__).resolve().parents[2]
KEY = "lampyretests"


def serve(app: Starlette, port: int) -> tuple[uvicorn.Server, threading.Thread]:
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    return server, thread


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass
class Lampyre:
    """Addresses of the shop and the collector; `batches`: what its pages sent, decoded by the collector's own wire."""

    url: str
    collector: str
    batches: list[wire.Batch] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)  # user agents of the batches


@pytest.fixture(scope="package")
def lampyre() -> Iterator[Lampyre]:
    collector_port, shop_port = free_ports(2)
    shop = Lampyre(f"http://127.0.0.1:{shop_port}", f"http://127.0.0.1:{collector_port}")

    async def tracker(_: Request) -> Response:
        return FileResponse(ROOT / "tracker_js/dist/parcours.js", media_type="text/javascript")

    async def take(request: Request) -> Response:
        shop.batches.append(wire.decode(await request.body()))
        shop.agents.append(request.headers["user-agent"])
        return Response(status_code=204, headers={"access-control-allow-origin": "*"})

    collector = Starlette(routes=[Route("/parcours.js", tracker), Route(f"/c/{KEY}", take, methods=["POST"])])
    running = [
        serve(collector, collector_port),
        serve(shop_app(shop.collector, KEY), shop_port),
    ]
    yield shop
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(10)


# Not longer than a module: while Playwright's loop stands open, no other test can run one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        yield browser
        browser.close()
