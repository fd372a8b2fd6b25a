"""A web site and a Parcours on ports of this machine: real pages, the real script, collector, store and viewer."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from rules.site import add
from store.client import Store
from store.definitions import Definitions
from store.records import Site
from store.sites import SiteDirectory
from tests.machine import free_port
from tests.waiting import until
from viewer.app import Viewer


@dataclass
class WebSite:
    """A web site of one page, served at any path. A test sets what it answers."""

    html: str = "<!doctype html><title>Shop</title><h1>Shop</h1><button>Buy</button>"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, line: str) -> None:
        """Paste a line before the end of the head."""
        self.html = f"<!doctype html><head><title>Shop</title>{line}</head><h1>Shop</h1><button>Buy</button>"


@contextmanager
def web_site() -> Iterator[WebSite]:
    site = WebSite()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = site.html.encode()
            self.send_response_only(site.status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **site.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class RunningParcours:
    """Collector and viewer in one process, at `address`."""

    address: str
    viewer: Viewer
    collector: Collector

    def add(self, name: str, web: WebSite, **fields: object) -> Site:
        """A site with the domain of the web site, whose pages may be read on this machine."""
        given = {"name": name, "domains": [web.domain], "allow_private": True} | fields
        return add(self.viewer.definitions, given, "odile")


@contextmanager
def running_parcours(make_viewer: Callable[..., Viewer], store: Store, journal: Path) -> Iterator[RunningParcours]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = CollectorSettings(journal=journal, segment_seconds=0.2)
    collector = Collector(store, settings, SiteDirectory(Definitions(store)))
    viewer = make_viewer(
        base_url=address, intake=collector.health, drain=collector.drain, script_asked=collector.script_asked
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await collector.start()
        try:
            yield
        finally:
            await collector.stop()

    app = viewer.application(extra_routes=collector.routes, lifespan=lifespan)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield RunningParcours(address, viewer, collector)
    finally:
        server.should_exit = True
        thread.join(20)
