"""`parcours demo`: everything in one process, and visitors to the shop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import secrets
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette

from parcours.app import Parcours, open_parcours
from parcours.demo.chromium import NoChromium, ensure_chromium
from parcours.demo.prepare import DemoFailed, Preparation, find_site
from parcours.demo.processes import descendants, end_children
from parcours.demo.progress import Stages
from parcours.demo.shop import shop_app
from parcours.server import noted, server_config
from parcours.settings import Settings
from store.records import Site

OWNER = "demo"


class QuietServer(uvicorn.Server):
    """Leaves signals to the demo, which stops both servers and the browsers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def run_demo(settings: Settings, once: bool = False) -> None:
    """Serve Parcours at `settings.port` and the shop at the next port, and send visitors.

    Runs until Ctrl-C, or, with `once`, until the demo is prepared. An existing data folder is reused and completed.
    Raises ClickException if the demo cannot run.
    """
    began = time.monotonic()
    with Stages() as stages:
        try:
            chromium = ensure_chromium(settings.chromium, stages.say)
        except NoChromium as error:
            raise click.ClickException(str(error)) from None
        # Simulated visitors have their own addresses, passed on as a proxy would.
        settings = replace(settings, chromium=chromium, trusted_proxies=(*settings.trusted_proxies, "127.0.0.1"))
        parcours = open_parcours(settings)
        browsers: list[int] = []
        factory = server_config(parcours.app, settings).get_loop_factory()
        try:
            with noted(settings, parcours.service_token), asyncio.Runner(loop_factory=factory) as runner:
                runner.run(_serve(parcours, settings, stages, once, began, browsers))
        except DemoFailed as error:
            raise click.ClickException(str(error)) from None
        finally:
            parcours.close()
            end_children(browsers)


async def _serve(
    parcours: Parcours, settings: Settings, stages: Stages, once: bool, began: float, browsers: list[int]
) -> None:
    """`browsers` receives the child processes that were running when the stop was requested."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        browsers.extend(descendants(os.getpid()))
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, end)
    shop_url = f"http://127.0.0.1:{settings.port + 1}"
    site = await asyncio.to_thread(find_site, parcours.definitions, settings.port)
    shop = shop_app(settings.url, site.key)
    shop_settings = replace(settings, port=settings.port + 1)
    async with _running(parcours.app, settings), _running(shop, shop_settings):
        preparing = asyncio.create_task(Preparation(parcours, settings, site, shop_url, stages).run())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({preparing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            stages.say("Stopping …")
            preparing.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await preparing
            return
        preparing.result()
        _tell(parcours, site, shop_url, time.monotonic() - began)
        if not once:
            await stopped
            stages.say("Stopping …")


def _tell(parcours: Parcours, site: Site, shop_url: str, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    click.echo(f"\nReady after {seconds:.0f} s.")
    click.echo(f"Parcours: {_sign_in_link(parcours, site)}")
    click.echo(f"The shop: {shop_url}/  (your own visits count too)")
    click.echo(f"Peak memory: {peak:.0f} MB, without the browsers")
    click.echo("Press Ctrl-C to stop everything.")


def _sign_in_link(parcours: Parcours, site: Site) -> str:
    """A link to the pages of the shop, signed in as the owner of the demo, whose password is random."""
    if parcours.viewer is None:
        raise DemoFailed("The demo needs the viewer.")
    users, urls = parcours.viewer.users, parcours.viewer.urls
    owner = users.get(OWNER) or users.add(OWNER, secrets.token_urlsafe(24), "owner")
    return parcours.viewer.sign_in_url(owner, next=urls.pages(site.id))


@asynccontextmanager
async def _running(app: Starlette, settings: Settings) -> AsyncIterator[None]:
    server = QuietServer(server_config(app, settings))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                task.result()
                raise DemoFailed(f"The server at port {settings.port} did not start.")
            await asyncio.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        await task
