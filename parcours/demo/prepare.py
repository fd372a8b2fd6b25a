"""Fills a data folder with the demo: definitions, pictures, visits, simulated visitors; each only once."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Error as PlaywrightError

from parcours.app import Parcours
from parcours.connection import Api
from parcours.demo import journey_map, scenario
from parcours.demo.answering import surveys
from parcours.demo.browser_visits import make_visits, read_visits
from parcours.demo.page_layout import PageLayout
from parcours.demo.progress import Stages
from parcours.demo.simulate import Crowd, SimulationRefused, simulate
from parcours.settings import Settings
from rules.journey_template import NewMap, future_fields
from rules.site import add_site
from store.definitions import Definitions
from store.journeys import Journey
from store.pages import canonical_page, page_path
from store.records import Site
from store.snapshots import Snapshots
from store.zone_names import machine_zone
from viewer.snapshot import Camera, PictureRequest, SnapshotError
from viewer.states import planned_pictures

VISITORS = 6000  # simulated
NOTE = "demo.json"
CAMERAS = 2  # browsers in parallel: half of the time of a picture is spent waiting for the page to come to rest
PICTURES = "Pictures of the shop"


class DemoFailed(Exception):
    """The demo cannot continue; the message says why."""


@dataclass
class DemoProgress:
    """What this data folder already has, noted in `demo.json`. `began`: ms since 1970, for visitors the present."""

    visits: bool = False
    visitors: int = 0
    began: int = 0


def find_site(definitions: Definitions, port: int) -> Site:
    """The site of the demo, added if missing. Raises DemoFailed if it was added for another port."""
    shop, own = f"127.0.0.1:{port + 1}", f"127.0.0.1:{port}"
    for site in definitions.find(Site, name=scenario.SITE):
        if shop not in site.domains:
            made_for = int(site.domains[0].rpartition(":")[2]) - 1
            raise DemoFailed(
                f"This data folder holds a demo of port {made_for}, and its pages are stored with that address. "
                f"Use --port {made_for}, or another folder: --data demo-data-{port}."
            )
        return site
    # Parcours itself is among the domains, so that pictures may load the tracker from it.
    zone = machine_zone().name
    return add_site(definitions, scenario.SITE, [shop, own], allow_private=True, demo=True, timezone=zone)


class Preparation:
    """The stages, in order. Each is noted when done, so that a stopped demo continues where it was."""

    def __init__(self, parcours: Parcours, settings: Settings, site: Site, shop_url: str, stages: Stages) -> None:
        self.parcours, self.settings, self.site, self.shop_url, self.stages = parcours, settings, site, shop_url, stages
        self.snapshots = Snapshots(parcours.store)
        self._note = settings.data / NOTE
        self.done = _read_note(self._note)

    async def run(self) -> None:
        """Do everything that is missing. Raises DemoFailed."""
        try:
            await self._all()
        except ExceptionGroup as group:
            raise _demo_failed(group) from None

    async def _all(self) -> None:
        headers = {"authorization": f"Bearer {self.parcours.service_token}"}
        async with httpx.AsyncClient(base_url=f"{self.settings.url}/api/v1", headers=headers, timeout=60) as api:
            await self._define(api)
            await self._plan_the_future(api)
            if self.done.visits:
                await self._pictures()
            else:
                # visits mostly wait, so they run well in parallel with the pictures
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pictures())
                    group.create_task(self._visits())
            await self._define_missing(api, "zones", "name", scenario.zones())
        await self._visitors()
        if self.parcours.collector:
            await self.parcours.collector.drain()

    async def _define(self, api: httpx.AsyncClient) -> None:
        for kind, key, bodies in (
            ("goals", "name", scenario.goals()),
            ("segments", "name", scenario.segments()),
            ("experiments", "id", [scenario.experiment(self.shop_url)]),
            ("journeys", "name", [journey_map.journey()]),
            ("states", "key", scenario.states()),
            ("surveys", "name", surveys()),
        ):
            await self._define_missing(api, kind, key, bodies)

    async def _define_missing(
        self, api: httpx.AsyncClient, kind: str, key: str, bodies: Sequence[dict[str, Any]]
    ) -> None:
        """Define what the site does not have yet; `key`: the field that tells them apart."""
        path = f"/sites/{self.site.id}/{kind}"
        known = {one[key] for one in (await _ask(api, "GET", path))[kind]}
        for body in bodies:
            if body[key] not in known:
                await _ask(api, "POST", path, body)

    async def _plan_the_future(self, api: httpx.AsyncClient) -> None:
        """The map of next year: that of today, with its own targets and texts."""
        (today,) = self.parcours.definitions.find(Journey, site=self.site.id, name=journey_map.NAME)
        fields = future_fields(today, NewMap(journey_map.FUTURE))
        await self._define_missing(api, "journeys", "name", [journey_map.future(fields)])

    async def _pictures(self) -> None:
        found = self.snapshots.list(int(self.site.id))
        taken = {(s.url, s.variant.replace("=", ":"), s.state, s.width) for s in found}
        wanted = [
            (picture, width)
            for picture in scenario.PICTURES
            for width in scenario.WIDTHS
            if (self.shop_url + picture.path, picture.variant, picture.state, width) not in taken
        ]
        if not wanted:
            return
        self.stages.begin(PICTURES, len(wanted))
        cameras = [Camera(self.settings.chromium) for _ in range(CAMERAS)]
        try:
            async with asyncio.TaskGroup() as group:
                for camera in cameras:
                    group.create_task(self._take(camera, wanted))
        finally:
            await asyncio.gather(*(asyncio.to_thread(camera.close) for camera in cameras))
        self.stages.end(PICTURES)

    async def _take(self, camera: Camera, wanted: list[tuple[scenario.DemoPicture, int]]) -> None:
        """Take pictures from the front of `wanted` until none is left."""
        while wanted:
            picture, width = wanted.pop(0)
            self.stages.now(PICTURES, f"{picture.path}{picture.state and f' ({picture.state})'} at {width} px")
            address, variant = self.shop_url + picture.path, picture.variant.replace(":", "=")
            page = canonical_page(address)
            (planned,) = await asyncio.to_thread(
                planned_pictures, self.parcours.definitions, self.site, page, (width,), picture.state
            )
            request = PictureRequest(self.site, address, (width,), variant, planned.recipe)
            for shot in await asyncio.to_thread(camera.take, request):
                await asyncio.to_thread(self.snapshots.save, shot.snapshot, shot.layout, shot.strips)
            self.stages.step(PICTURES)

    async def _visits(self) -> None:
        name = "Visits by Chromium"
        self.stages.begin(name, len(read_visits()))
        missed = await make_visits(self.shop_url, self.settings.chromium, lambda: self.stages.step(name))
        if missed:
            self.stages.say(f"{missed} steps of the visits were skipped: the machine was slow.")
        self.done.visits = True
        self._save()
        self.stages.end(name)

    async def _visitors(self) -> None:
        if self.done.visitors >= VISITORS:
            return
        layouts = await asyncio.to_thread(self._layouts)
        self.done.began = self.done.began or time.time_ns() // 1_000_000
        self._save()
        name = "Simulated visitors"
        self.stages.begin(name, VISITORS)
        crowd = Crowd(self.shop_url, layouts, VISITORS, self.done.began)
        await asyncio.to_thread(self._simulate, crowd, partial(self.stages.reach, name))
        self.done.visitors = VISITORS
        self._save()
        self.stages.end(name)

    def _simulate(self, crowd: Crowd, reach: Callable[[int], None]) -> None:
        with httpx.Client(base_url=self.settings.url, timeout=60, trust_env=False) as client:
            api = Api(client.request, self.parcours.service_token)
            simulate(api, self.site.name, crowd, self.settings.data, reach)

    def _layouts(self) -> dict[tuple[str, int, str], PageLayout]:
        """The layouts of the newest pictures, by page path, width and variant, including the page's states."""
        found = self.snapshots.list(int(self.site.id))
        layouts = {
            (page_path(s.page), s.width, s.variant.partition("=")[2]): PageLayout(self.snapshots.layout(s.id))
            for s in found
            if not s.state
        }
        for s in (s for s in found if s.state):
            opened = PageLayout(self.snapshots.layout(s.id))
            for (path, width, _), layout in layouts.items():
                if (path, width) == (page_path(s.page), s.width):
                    layout.states[s.state] = opened
        return layouts

    def _save(self) -> None:
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self.done)))
        os.replace(draft, self._note)


def _demo_failed(group: ExceptionGroup[Exception]) -> Exception:
    """The first error of a group of parallel tasks, as a DemoFailed where its cause is known."""
    first: Exception = group
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    if isinstance(first, SnapshotError):
        return DemoFailed(f"No picture of the shop: {first}")
    if isinstance(first, PlaywrightError):
        return DemoFailed(f"The visits by Chromium failed: {first.message.splitlines()[0]}")
    return DemoFailed(str(first)) if isinstance(first, SimulationRefused) else first


def _read_note(path: Path) -> DemoProgress:
    try:
        return DemoProgress(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return DemoProgress()


async def _ask(api: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    answer = await api.request(method, path, json=body)
    if answer.status_code >= 400:
        raise DemoFailed(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
    return answer.json()
