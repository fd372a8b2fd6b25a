"""Reports and saved maps of a site, `/sites/3/reports`, and the page that keeps a map."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import NoSnapshot
from rules import report as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from store.definitions import Conflict
from store.reports import Report, SavedMap
from viewer.access.person import signed_in
from viewer.http.errors import bad_parameter
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.reports.draft import ReportDraft, query_of
from viewer.pages.reports.words import label, map_line
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.reports import ReportWriter


@dataclass(frozen=True)
class ReportRow:
    """A report in the list."""

    name: str
    href: str
    edit: str
    line: str


@dataclass(frozen=True)
class SavedMapRow:
    """A saved map in the list. `line`: what it shows, in words."""

    id: str
    name: str
    href: str
    line: str


@dataclass(frozen=True, kw_only=True)
class ReportsPage(Page):
    """The reports and the saved maps."""

    template = "reports/index.html"
    docs = "reports"
    reports: list[ReportRow] = doc("One row per report, by name")
    maps: list[SavedMapRow] = doc("One row per saved map, by name")
    new_href: str = doc("Address of the form for a new report")
    action: str = doc("Where saved maps are renamed and deleted")
    can_edit: bool = doc("Whether the person may make reports and save maps")
    faults: FormFaults = doc("Why a map was not renamed")


@dataclass(frozen=True, kw_only=True)
class KeepMapPage(Page):
    """Keeps a map under a name, or in a report, `/sites/3/keep-map?page=…`."""

    template = "reports/keep.html"
    docs = "reports"
    line: str = doc("What the map shows, in words")
    query: str = doc("Its parameters, as the form sends them")
    name: str = doc("The name as typed")
    faults: FormFaults = doc("Why it was not kept")
    reports: list[Choice] = doc("The reports that it can be added to; the address of each is its id")
    action: str = doc("Where the form posts to")
    back: str = doc("The map")


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    return await _listed(request, registry, frames, urls, FormFaults())


async def change(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """POST renames or deletes a saved map."""
    site, by = await registry.site(request), signed_in(request).name
    form = await request.form()
    found = await registry.find(SavedMap, str(form.get("map", "")), site)
    stored, faults = stored_of(found), FormFaults()
    lang = (await frames.of(request, "pages", site)).lang
    match form.get("do"):
        case "delete":
            await registry.change(lambda definitions: definitions.delete_stored(SavedMap, stored, by))
        case "rename":
            fields = {"name": str(form.get("name", "")).strip(), "query": stored.fields.get("query")}
            try:
                await registry.change(lambda one: rules.change_map(one, stored, site.id, fields, by))
            except InvalidDefinition as error:
                faults = form_faults(lang, "saved_map", error.faults, label)
            except Conflict as error:
                faults = too_late(lang, error)
        case other:
            raise bad_parameter("do", f"{str(other)[:40]!r} is not valid.", "rename, delete")
    return await _listed(request, registry, frames, urls, faults) if faults else go(urls.reports(site.id))


async def keep(request: Request, *, questions: Questions, registry: Registry, frames: Frames, urls: Urls,
               writer: ReportWriter) -> Response:  # fmt: skip
    """GET asks how to keep a map; POST saves it under a name, or adds it to a report."""
    known, by = await questions.known(request), signed_in(request).name
    site, faults, name = known.site, FormFaults(), ""
    frame = await frames.of(request, "pages", site)
    lang = frame.lang
    if request.method == "POST":
        form = await request.form()
        query, name = query_of(str(form.get("query", ""))), str(form.get("name", "")).strip()
        query = await writer.query(known, query, "last" if form.get("days") == "last" else "fixed")
        try:
            if form.get("do") == "report":
                id = str(form.get("report", ""))
                stored = stored_of(await registry.find(Report, id, site)) if id else None
                draft = (ReportDraft.of(stored) if stored else ReportDraft(name)).with_map(query)
                saved = await writer.save(known, draft.given(), stored, by)
                return go(urls.edit_report(site.id, saved.id))
            fields: dict[str, object] = {"name": name, "query": query}
            await registry.change(lambda definitions: rules.add_map(definitions, site.id, fields, by))
            return go(urls.reports(site.id))
        except InvalidDefinition as error:
            faults = form_faults(lang, "saved_map", error.faults, label)
        except Conflict as error:
            faults = too_late(lang, error)
        except NoSnapshot:
            faults = FormFaults(note=lang.text("This map has no picture yet."), status=422)
    else:
        query = await writer.query(known, dict(request.query_params))
    page = KeepMapPage(
        frame=frame,
        title=lang.text("Keep this map"),
        line=map_line(lang, query),
        query=json.dumps(query, ensure_ascii=False),
        name=name,
        faults=faults,
        reports=[Choice(one.name, one.id) for one in (await registry.listing(Report, site)).records],
        action=urls.keep_map(site.id),
        back=urls.heatmap(site.id, **query),
    )
    return answer(request, page, faults.status)


async def _listed(request: Request, registry: Registry, frames: Frames, urls: Urls, faults: FormFaults) -> Response:
    site, may_edit = await registry.site(request), signed_in(request).may("editor")
    frame = await frames.of(request, "pages", site)
    lang = frame.lang
    reports = sorted((await registry.listing(Report, site)).records, key=lambda one: one.name.casefold())
    maps = sorted((await registry.listing(SavedMap, site)).records, key=lambda one: one.name.casefold())
    page = ReportsPage(
        frame=frame,
        title=lang.text("Reports and saved maps"),
        reports=[
            ReportRow(
                one.name,
                urls.kept_report(site.id, one.id),
                urls.edit_report(site.id, one.id) if may_edit else "",
                _line(lang, one),
            )
            for one in reports
        ],
        maps=[
            SavedMapRow(one.id, one.name, urls.heatmap(site.id, **one.query), map_line(lang, one.query)) for one in maps
        ],
        new_href=urls.new_report(site.id),
        action=urls.reports(site.id),
        can_edit=may_edit,
        faults=faults,
    )
    return answer(request, page, faults.status)


def _line(lang: Language, report: Report) -> str:
    maps = sum(part.kind == "map" for part in report.parts)
    said = [lang.plural("%(num)s map", "%(num)s maps", maps)]
    if report.saved:
        said.append(lang.text("saved %(when)s", when=lang.moment(report.saved)))
    return ", ".join(said)
