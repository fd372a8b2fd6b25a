"""Imports the answers of a survey that was made with another tool, `/sites/3/surveys/import`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import Faults, InvalidDefinition, fault
from rules.survey_export import LAYOUTS, SCALES, DateOrder, ScoreKind
from store.journeys import Journey
from store.records import Site
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.surveys.words import kind_words, label
from viewer.registry import Registry
from viewer.survey_imports import ExportUpload, ImportedSurvey, SurveyImports
from viewer.work import Work


@dataclass(frozen=True)
class ImportAccount:
    """What became of a file. `left_out`: what, and how many."""

    survey: str
    href: str
    taken: str
    left_out: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class SurveyImportPage(Page):
    """The form that sends an export, and what became of the last one."""

    template = "surveys/import.html"
    docs = "feedback"
    tools: str = doc("The tools whose exports can be read")
    scales: list[Choice] = doc("What questions with numbers can be, where nobody can tell; the address is the kind")
    touchpoints: list[Choice] = doc("Where the survey was asked; the address is journey/touchpoint")
    faults: FormFaults = doc("Why the file was not read")
    account: ImportAccount | None = doc("What became of the file")
    action: str = doc("Where the form posts to")
    back: str = doc("All surveys")


async def show(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET the form."""
    return await _answer(request, registry, frames, urls, FormFaults(), None)


async def receive(
    request: Request, *, registry: Registry, frames: Frames, urls: Urls, imports: SurveyImports, work: Work
) -> Response:
    """POST a file."""
    site, by = await registry.site(request), signed_in(request).name
    form = await request.form()
    lang = (await frames.of(request, "surveys", site)).lang
    try:
        sent = await _sent(form)
        found = await work.heavy(lambda: imports.receive(site, sent, by))
        work.forget()
    except InvalidDefinition as error:
        return await _answer(request, registry, frames, urls, form_faults(lang, "survey", error.faults, label), None)
    return await _answer(request, registry, frames, urls, FormFaults(), _account(lang, urls, site, found))


async def _sent(form: FormData) -> ExportUpload:
    """The file of the form. InvalidDefinition if none was chosen."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidDefinition(Faults((fault("file", "missing"),)))
    scales: dict[str, ScoreKind] = {kind: kind for kind in SCALES}
    orders: dict[str, DateOrder] = {"mdy": "mdy", "dmy": "dmy"}
    journey, _, touchpoint = text(form, "touchpoint").partition("/")
    return ExportUpload(
        content=await file.read(),
        name=text(form, "name") or file.filename.removesuffix(".csv")[:120],
        language=text(form, "language") or "en",
        scales=scales.get(text(form, "scales")),
        order=orders.get(text(form, "order"), ""),
        place={"journey": journey, "touchpoint": touchpoint} if touchpoint else {},
    )


async def _answer(request: Request, registry: Registry, frames: Frames, urls: Urls, faults: FormFaults,
                  account: ImportAccount | None) -> Response:  # fmt: skip
    site = await registry.site(request)
    frame = await frames.of(request, "surveys", site)
    lang = frame.lang
    journeys = (await registry.listing(Journey, site)).records
    page = SurveyImportPage(
        frame=frame,
        title=lang.text("Import answers"),
        tools=", ".join(one.name for one in LAYOUTS),
        scales=[Choice(kind_words(lang, kind), kind) for kind in SCALES],
        touchpoints=[
            Choice(f"{lang.words(one.name, one.key)} ({journey.name})", f"{journey.id}/{one.key}")
            for journey in journeys
            for stage in journey.stages
            for one in stage.touchpoints
        ],
        faults=faults,
        account=account,
        action=urls.import_survey(site.id),
        back=urls.surveys(site.id),
    )
    return answer(request, page, faults.status)


def _account(lang: Language, urls: Urls, site: Site, found: ImportedSurvey) -> ImportAccount:
    _ = lang.text
    reasons = {
        "skipped": _("Previews, tests and spam"),
        "time": _("No time that can be read"),
        "cells": _("Another number of cells than the first line"),
        "nothing": _("No answer"),
        "twice": _("An earlier response of the same respondent"),
        "old": _("Older than what this site keeps"),
    }
    left_out = [(reasons.get(name, _("Answers to “%(name)s”", name=name)), lang.number(n))
                for name, n in found.made.left_out.items()]  # fmt: skip
    taken = lang.plural("%(num)s response was taken over.", "%(num)s responses were taken over.", found.made.responses)
    return ImportAccount(found.survey.name, urls.survey(site.id, found.survey.id), taken, left_out)
