"""Journeys of a site: the list, and a new one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Conflict, Definitions
from store.records import Journey
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.lookup import slug
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.page import Page, doc
from viewer.pages.journey.nine_stages import NINE, nine_stages
from viewer.registry import Registry

NAME_MOST = 120


@dataclass(frozen=True)
class JourneyRow:
    name: str
    href: str
    objective: str
    stages: str
    touchpoints: str
    review: str


@dataclass(frozen=True, kw_only=True)
class JourneysPage(Page):
    """Journeys of a site, `/sites/3/journeys`."""

    template = "journey/index.html"
    journeys: list[JourneyRow] = doc("A row a journey")
    stages: str = doc("Names of the stages that a new one begins with")
    action: str = doc("Where the form for a new one posts to")
    name: str = doc("Name typed so far")
    problem: str = doc("Why it could not be made")
    can_edit: bool = doc("Whether the person may make one")


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    return await _list(request, registry, frames, urls)


async def new_journey(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """POST makes one from the nine stages and opens it for editing."""
    site = await registry.site(request)
    name = str((await request.form()).get("name", "")).strip()[:NAME_MOST]
    who = signed_in(request).name
    if not name:
        return await _list(request, registry, frames, urls, name, 422)

    def make(definitions: Definitions) -> Journey:
        base = slug(name)
        for n in range(1, 100):
            try:
                id = base if n == 1 else f"{base}-{n}"
                return definitions.put(Journey(id=id, site=site.id, name=name, stages=nine_stages()), who)
            except Conflict:
                continue
        raise Conflict(f"There are a hundred journeys like {name!r}: choose another name")

    made = await registry.change(make)
    return go(urls.journey(site.id, made.id, edit=1))


async def _list(
    request: Request, registry: Registry, frames: Frames, urls: Urls, name: str = "", status: int = 200
) -> Response:
    who = signed_in(request)
    site = await registry.site(request)
    frame = await frames.of(request, "journeys", site)
    lang = frame.lang
    rows = [
        JourneyRow(
            name=j.name,
            href=urls.journey(site.id, j.id),
            objective=j.objective,
            stages=lang.plural("%(num)s stage", "%(num)s stages", len(j.stages)),
            touchpoints=lang.number(sum(len(stage.touchpoints) for stage in j.stages)),
            review=lang.day(j.review_on) if j.review_on else "",
        )
        for j in await registry.journeys(site)
    ]
    page = JourneysPage(
        frame=frame,
        title=lang.text("Journeys"),
        journeys=rows,
        stages=", ".join((french if lang.code == "fr" else english) for _, english, french in NINE),
        action=urls.journeys(site.id),
        name=name,
        problem=lang.text("A journey needs a name.") if status == 422 else "",
        can_edit=who.may("editor"),
    )
    return answer(request, page, status)
