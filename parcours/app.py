"""The application: collector and viewer over one store, in one process or in separate ones."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from collector.addresses import ClientAddress
from collector.app import Collector, CollectorSettings, DayLimit, Rate
from collector.backend import Senders
from parcours.data_folder import prepare
from parcours.heap import one_heap
from parcours.prefix import UnderPath
from parcours.proxies import save_proxies
from parcours.proxy_watch import ProxyWatch, WatchProxies
from parcours.secret_key import secret_key
from parcours.settings import Settings
from store.client import Store, open_store
from store.definitions import Definitions
from store.engine import release_program_code
from store.migrations import migrate
from store.runs import QueryLimits
from store.sites import SiteDirectory
from store.snapshots import Snapshots
from store.tokens import TokenDirectory
from viewer.app import Surroundings, Viewer, ViewerSettings
from viewer.http.urls import Urls
from viewer.mail.account import smtp_account

Part = Literal["collector", "viewer"]
ALL: tuple[Part, ...] = ("collector", "viewer")


@dataclass
class Parcours:
    """The parts that one process runs. Build it with `open_parcours`, serve `app`, then `close`."""

    app: Starlette
    store: Store
    definitions: Definitions
    collector: Collector | None
    viewer: Viewer | None
    service_token: str  # gives commands on this machine an owner's rights in the API

    def close(self) -> None:
        self.store.close()


def open_parcours(settings: Settings, parts: Iterable[Part] = ALL, *, serving: bool = True) -> Parcours:
    """Open the store, create or migrate its tables, and build these parts.

    `serving`: False for a single command, which leaves the pictures of an earlier process alone.
    Raises StoreError if another process uses the folder, a newer version wrote it, or the server is unreachable.
    """
    one_heap()
    parts = tuple(parts)
    prepare(settings.data, whole=serving)
    store = open_store(settings.location, cluster=settings.cluster)
    try:
        migrate(store)
        definitions = Definitions(store)
        service_token = secrets.token_urlsafe(32)
        collector = _collector(settings, store, definitions, service_token) if "collector" in parts else None
        about = _about(settings, service_token, serving)
        watch = ProxyWatch(settings)
        viewer = _viewer(about, store, definitions, _around(collector, watch)) if "viewer" in parts else None
    except BaseException:
        store.close()
        raise
    if not store.server:
        release_program_code()
    app = _app(collector, viewer)
    if serving:
        save_proxies(settings, watch.seen())
        app.add_middleware(WatchProxies, watch=watch)
    if root := Urls(settings.url).root:
        app.add_middleware(UnderPath, root=root)
    return Parcours(app, store, definitions, collector, viewer, service_token)


def _collector(settings: Settings, store: Store, definitions: Definitions, token: str) -> Collector:
    intake = CollectorSettings(
        journal=settings.data / "journal",
        trusted_proxies=settings.trusted_proxies,
        segment_seconds=settings.segment_seconds,
        geoip=Path(settings.geoip) if settings.geoip else None,
        datacentres=Path(settings.datacentres) if settings.datacentres else None,
        metrics_token=settings.metrics_token,
        address_rate=Rate(settings.address_rate, settings.address_burst),
        site_rate=Rate(settings.site_rate, settings.site_burst),
        day=DayLimit(settings.day_megabytes * 1_000_000, settings.day_pages, settings.day_elements, settings.day_names),
    )
    sites = SiteDirectory(definitions)
    return Collector(store, intake, sites, Senders(TokenDirectory(definitions, service=token), sites))


def _around(collector: Collector | None, watch: ProxyWatch) -> Surroundings:
    if collector is None:
        return Surroundings(untrusted_proxies=watch.untrusted)
    return Surroundings(
        collector.health,
        collector.drain,
        collector.erase,
        untrusted_proxies=watch.untrusted,
        script_asked=collector.script_asked,
    )


def _viewer(about: ViewerSettings, store: Store, definitions: Definitions, around: Surroundings) -> Viewer:
    return Viewer(store, definitions, Snapshots(store), about, around)


def _about(settings: Settings, token: str, serving: bool) -> ViewerSettings:
    return ViewerSettings(
        base_url=settings.url,
        chromium=settings.chromium,
        pictures_at_once=settings.pictures_at_once,
        server=f"{socket.gethostname()}:{settings.data.resolve()}",
        serving=serving,
        service_token=token,
        credentials_key=secret_key(settings),
        client_address=ClientAddress(settings.trusted_proxies),
        smtp=smtp_account(settings.smtp_url, settings.mail_from),
        query_limits=QueryLimits(settings.query_seconds, settings.query_memory_mb * 1_000_000),
    )


def _app(collector: Collector | None, viewer: Viewer | None) -> Starlette:
    parts = [part for part in (collector, viewer) if part is not None]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        started: list[Collector | Viewer] = []
        try:
            for part in parts:
                await part.start()
                started.append(part)
            yield
        finally:
            await asyncio.gather(*(part.stop() for part in started))

    routes: list[BaseRoute] = list(collector.routes) if collector else []
    if viewer is not None:
        return viewer.application(extra_routes=routes, lifespan=lifespan)
    return Starlette(routes=[Route("/healthz", _healthz), *routes], lifespan=lifespan)


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ready"})
