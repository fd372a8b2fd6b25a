"""The form of a report, `/sites/3/reports/basket/edit`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import NoSnapshot
from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.resolve import Known
from store.definitions import Conflict, Stored
from store.reports import MOST_PARTS, Report, SavedMap
from viewer.access.person import signed_in
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.reports.draft import ReportDraft
from viewer.pages.reports.words import label, map_line
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.reports import ReportWriter


@dataclass(frozen=True)
class PartField:
    """A part in the form. `line`: what its map shows, in words; `href`: that map."""

    n: int
    kind: str
    heading: str
    text: str
    query: str
    whole: bool
    line: str
    href: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class ReportFormPage(Page):
    """The form of a new or stored report."""

    template = "reports/edit.html"
    docs = "reports"
    name: str = doc("Its name as typed")
    lead: str = doc("What it says first")
    sections: list[PartField] = doc("Its parts in order")
    version: int = doc("The version that is changed")
    faults: FormFaults = doc("What is wrong with it")
    maps: list[Choice] = doc("The saved maps that can be added; the address of each is its id")
    can_add: bool = doc("Whether it can have one more part")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")


@dataclass(frozen=True)
class _Form:
    """What is shown again after a button."""

    known: Known
    stored: Stored | None
    draft: ReportDraft
    faults: FormFaults = FormFaults()


class ReportEditor:
    """Shows the form of a report."""

    def __init__(self, frames: Frames, urls: Urls, registry: Registry) -> None:
        self._frames = frames
        self._urls = urls
        self._registry = registry

    async def answer(self, request: Request, form: _Form) -> Response:
        site, urls = form.known.site, self._urls
        frame = await self._frames.of(request, "pages", site)
        lang, draft = frame.lang, form.draft
        saved = (await self._registry.listing(SavedMap, site)).records
        id = form.stored.id if form.stored else ""
        page = ReportFormPage(
            frame=frame,
            title=draft.name or lang.text("New report"),
            name=draft.name,
            lead=draft.lead,
            sections=[self._part(lang, site.id, draft, n) for n in range(len(draft.parts))],
            version=draft.version,
            faults=form.faults,
            maps=[Choice(one.name, one.id) for one in saved],
            can_add=len(draft.parts) < MOST_PARTS,
            action=urls.edit_report(site.id, id) if id else urls.new_report(site.id),
            cancel=urls.kept_report(site.id, id) if id else urls.reports(site.id),
        )
        return answer(request, page, form.faults.status)

    def _part(self, lang: Language, site: str, draft: ReportDraft, n: int) -> PartField:
        part = draft.parts[n]
        query = {str(k): str(v) for k, v in dict(part.get("query") or {}).items()}
        return PartField(
            n=n,
            kind=str(part.get("kind", "text")),
            heading=str(part.get("heading", "")),
            text=str(part.get("text", "")),
            query=json.dumps(query, ensure_ascii=False),
            whole=bool(part.get("whole")),
            line=map_line(lang, query) if query else "",
            href=self._urls.heatmap(site, **query) if query else "",
            is_first=n == 0,
            is_last=n == len(draft.parts) - 1,
        )


async def show(request: Request, *, registry: Registry, questions: Questions, frames: Frames,
               editor: ReportEditor) -> Response:  # fmt: skip
    """GET the form."""
    known, stored = await questions.known(request), None
    draft, faults = ReportDraft(), FormFaults()
    if "report" in request.path_params:
        found = await registry.find(Report, request.path_params["report"], known.site)
        stored = stored_of(found)
        lang = (await frames.of(request, "pages", known.site)).lang
        draft, faults = ReportDraft.of(stored), stored_faults(lang, found, label)
    return await editor.answer(request, _Form(known, stored, draft, faults))


async def save(request: Request, *, registry: Registry, questions: Questions, frames: Frames, urls: Urls,
               editor: ReportEditor, writer: ReportWriter) -> Response:  # fmt: skip
    """POST changes the form, or saves or deletes the report."""
    known, by = await questions.known(request), signed_in(request).name
    site, stored = known.site, None
    if "report" in request.path_params:
        stored = stored_of(await registry.find(Report, request.path_params["report"], site))
    form = await request.form()
    do, _, which = str(form.get("do", "save")).partition(":")
    if do == "delete" and stored:
        gone = stored
        await registry.change(lambda definitions: definitions.delete_stored(Report, gone, by))
        return go(urls.reports(site.id))
    draft = ReportDraft.of(stored) if do == "again" and stored else ReportDraft.typed(form)
    if changed := await _changed(draft, do, which, registry, known):
        return await editor.answer(request, _Form(known, stored, changed))
    lang = (await frames.of(request, "pages", site)).lang
    try:
        saved = await writer.save(known, draft.given(), stored, by)
        return go(urls.kept_report(site.id, saved.id))
    except InvalidDefinition as error:
        faults = form_faults(lang, "report", error.faults, label)
    except Conflict as error:
        faults = too_late(lang, error)
    except Problem as problem:
        faults = FormFaults(note=problem_words(lang, problem), status=problem.status)
    except NoSnapshot:
        faults = FormFaults(note=lang.text("A map of this report has no picture."), status=422)
    return await editor.answer(request, _Form(known, stored, draft, faults))


async def _changed(draft: ReportDraft, do: str, which: str, registry: Registry, known: Known) -> ReportDraft | None:
    """The draft after a button that changes the form; None for one that saves."""
    n = int(which) if which.isdecimal() and len(which) < 3 else -1
    if do == "text":
        return draft.with_text()
    if do == "map":
        found = await registry.find(SavedMap, which, known.site)
        return draft.with_map(found.query) if isinstance(found, SavedMap) else draft
    if do == "remove":
        return draft.without(n)
    if do in ("up", "down"):
        return draft.moved(n, -1 if do == "up" else 1)
    return None
