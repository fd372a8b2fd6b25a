"""Journeys of a site: the list, a new one, and the test of page patterns."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aggregator.queries.pages import all_pages
from store.definitions import Conflict
from store.pages import matches, page_path
from store.records import Journey
from viewer.api.experiments import slug
from viewer.auth import require
from viewer.query import site_of

from .languages import Language
from .nine_stages import NINE, nine_stages
from .page import Page, doc
from .serve import answer, frame_of, go, lines, signed_in, viewer_of

NAME_MOST = 120
SHOWN = 6  # pages named by the tester


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

    template = "journeys.html"
    journeys: list[JourneyRow] = doc("A row a journey")
    stages: str = doc("Names of the stages that a new one begins with")
    action: str = doc("Where the form for a new one posts to")
    name: str = doc("Name typed so far")
    problem: str = doc("Why it could not be made")
    can_edit: bool = doc("Whether the person may make one")


@require("viewer")
async def journeys(request: Request) -> Response:
    """GET lists them."""
    return await _list(request)


@require("editor")
async def new_journey(request: Request) -> Response:
    """POST makes one from the nine stages and opens it for editing."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    name = str((await request.form()).get("name", "")).strip()[:NAME_MOST]
    who = signed_in(request).name
    if not name:
        return await _list(request, name, 422)

    def make() -> Journey:
        base = slug(name)
        for n in range(1, 100):
            try:
                id = base if n == 1 else f"{base}-{n}"
                return viewer.definitions.put(Journey(id=id, site=site.id, name=name, stages=nine_stages()), who)
            except Conflict:
                continue
        raise Conflict(f"There are a hundred journeys like {name!r}: choose another name")

    made = await viewer.run(make)
    return go(viewer.urls.journey(site.id, made.id, edit=1))


async def _list(request: Request, name: str = "", status: int = 200) -> Response:
    viewer, who = viewer_of(request), signed_in(request)
    site = await site_of(viewer, request)
    frame = await frame_of(request, "journeys", site)
    lang = frame.lang
    rows = [
        JourneyRow(
            name=j.name,
            href=viewer.urls.journey(site.id, j.id),
            objective=j.objective,
            stages=lang.plural("%(num)s stage", "%(num)s stages", len(j.stages)),
            touchpoints=lang.number(sum(len(stage.touchpoints) for stage in j.stages)),
            review=lang.day(j.review_on) if j.review_on else "",
        )
        for j in await viewer.run(viewer.definitions.find, Journey, site=site.id)
    ]
    page = JourneysPage(
        frame=frame,
        title=lang.text("Journeys"),
        journeys=rows,
        stages=", ".join((french if lang.code == "fr" else english) for _, english, french in NINE),
        action=viewer.urls.journeys(site.id),
        name=name,
        problem=lang.text("A journey needs a name.") if status == 422 else "",
        can_edit=who.may("editor"),
    )
    return answer(request, page, status)


def known_line(lang: Language, patterns: tuple[str, ...], pages: list[str]) -> str:
    """Which of the known pages the patterns name, in a line."""
    if not patterns:
        return lang.text("No pattern, so nothing is measured here.")
    found = [page for page in pages if any(matches(pattern, page) for pattern in patterns)]
    if not found:
        return lang.text("Fits no page that was visited so far.")
    names = ", ".join(page_path(page) for page in found[:SHOWN])
    more = f", +{lang.number(len(found) - SHOWN)}" if len(found) > SHOWN else ""
    return lang.plural("Fits %(num)s page: %(names)s", "Fits %(num)s pages: %(names)s", len(found), names=names + more)


@require("viewer")
async def matching(request: Request) -> Response:
    """GET ?patterns=: which known pages they name, for the live tester."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    frame = await frame_of(request, "journeys", site)
    patterns = lines(request.query_params.get("patterns", ""))[:20]
    pages = await viewer.run(all_pages, viewer.store, int(site.id))
    return JSONResponse({"words": known_line(frame.lang, patterns, pages)})
