"""The revisions of a journey: who changed what and when, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules import journey_history as history
from rules.faults import InvalidDefinition
from rules.journey_history import JourneyRevision, journey_revisions
from store.journeys import Journey
from viewer.access.person import signed_in
from viewer.http.parameters import number
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.journey.change_words import change_words
from viewer.pages.journey.form import label
from viewer.registry import Registry

VERSIONS = 200  # that one page compares
SHOWN = 8  # changes of a revision that are not folded


@dataclass(frozen=True)
class RevisionRow:
    """`changes`: sentences; `more`: those that are folded. `back`: where one goes back to it, "" for the newest."""

    when: str
    by: str
    changes: tuple[str, ...]
    more: tuple[str, ...]
    version: int
    back: str


@dataclass(frozen=True, kw_only=True)
class RevisionsPage(Page):
    """Who changed what in a journey, `/sites/3/journeys/first-lamp/revisions`."""

    template = "journey/revisions.html"
    docs = "journeys#revisions"
    map_href: str = doc("Address of its map")
    revisions: tuple[RevisionRow, ...] = doc("Newest first")
    older: str = doc("Address of older ones; empty if there are none")
    newest: str = doc("Address of the newest ones; empty if these are shown")
    faults: FormFaults = doc("Why one could not go back")


async def show(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    return await _answer(request, registry, frames, urls)


async def go_back(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """POST stores an earlier version again, as a new one."""
    site, by = await registry.site(request), signed_in(request).name
    name, text = request.path_params["journey"], request.path_params["version"]
    version = int(text) if text.isdecimal() and len(text) < 10 else 0
    try:
        await registry.change(lambda all: history.go_back(all, site.id, name, version, by))
    except InvalidDefinition as error:
        frame = await frames.of(request, "journeys", site)
        return await _answer(request, registry, frames, urls, form_faults(frame.lang, "journey", error.faults, label))
    return go(urls.revisions(site.id, name))


async def _answer(
    request: Request, registry: Registry, frames: Frames, urls: Urls, faults: FormFaults | None = None
) -> Response:
    site = await registry.site(request)
    journey = await registry.journey(site, request.path_params["journey"])
    frame = await frames.of(request, "journeys", site)
    before = number(request.query_params, "before", 1, 999_999_999) or 0
    found = await registry.read(lambda all: all.revisions(Journey, journey.id, before, VERSIONS + 1))
    may_edit, lang = signed_in(request).may("editor"), frame.lang
    entries = journey_revisions(found)
    page = RevisionsPage(
        frame=frame,
        title=lang.text("Revisions of %(name)s", name=journey.name),
        map_href=urls.journey(site.id, journey.id),
        revisions=tuple(
            _row(lang, one, urls.revision(site.id, journey.id, one.version) if may_edit and _can(one, journey) else "")
            for one in entries
        ),
        older=urls.revisions(site.id, journey.id, before=entries[-1].first) if len(found) > VERSIONS else "",
        newest=urls.revisions(site.id, journey.id) if before else "",
        faults=faults or FormFaults(),
    )
    return answer(request, page, page.faults.status)


def _can(one: JourneyRevision, journey: Journey) -> bool:
    """Whether one can go back to a revision: not to the newest, nor to a deletion."""
    return one.version != journey.version and not one.deleted


def _row(lang: Language, one: JourneyRevision, back: str) -> RevisionRow:
    _ = lang.text
    whole = _("Created") if one.begun else _("Deleted") if one.deleted else _("Restored") if one.restored else ""
    changes = tuple(change_words(lang, change) for change in one.changes)
    shown = (*((whole,) if whole else ()), *changes) or (_("Saved without a change"),)
    return RevisionRow(lang.moment(one.time), one.author, shown[:SHOWN], shown[SHOWN:], one.version, back)
