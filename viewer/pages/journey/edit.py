"""The form of a journey; its buttons also work without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import journey as rules
from rules.faults import InvalidDefinition
from rules.find import Rejected, stored_of
from store.definitions import Conflict, Stored
from store.journeys import Journey
from store.records import Site
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults, stored_faults, too_late
from viewer.pages.forms.fields import lines, shown
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.journey.form import (
    JourneyForm,
    StageForm,
    TouchpointForm,
    act,
    fields_of,
    form_of,
    label,
    read_form,
)
from viewer.pages.patterns.page import known_line
from viewer.registry import Registry
from viewer.traffic import TrafficReader


@dataclass(frozen=True, kw_only=True)
class JourneyEditPage(Page):
    """The form of a journey, `/sites/3/journeys/first-lamp?edit=1`."""

    template = "journey/edit.html"
    docs = "journeys#editing-in-place"
    name: str = doc("Its name as typed")
    objective: str = doc("Its objective, as typed")
    review_on: str = doc("Review date, ISO")
    window_days: str = doc("Time window for going on, in days")
    version: int = doc("The version the form was opened with")
    stages: tuple[StageForm, ...] = doc("Stages as typed, in their order")
    other: str = doc("Label of the fields in the other language")
    other_code: str = doc("Code of the other language")
    faults: FormFaults = doc("Its faults, and who changed it first if there was a conflict")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    matching_href: str = doc("Address that tests patterns")


async def show_form(
    request: Request, site: Site, found: Journey | Rejected[Journey], renderer: JourneyFormRenderer
) -> Response:
    """GET opens the form."""
    lang, stored = language_of(request), stored_of(found)
    form = form_of(stored, lang.code, other_language(lang))
    return await renderer.answer(request, site, stored, replace(form, faults=stored_faults(lang, found, label)))


async def edit(request: Request, *, registry: Registry, renderer: JourneyFormRenderer, urls: Urls) -> Response:
    """POST performs the action of the button, or saves."""
    site = await registry.site(request)
    stored = stored_of(await registry.find(Journey, request.path_params["journey"], site))
    sent, lang, by = await request.form(), language_of(request), signed_in(request).name
    form, do = read_form((k, str(v)) for k, v in sent.multi_items()), str(sent.get("do", "save"))
    if do != "save":
        return await renderer.answer(request, site, stored, act(form, do))
    fields = fields_of(form, stored, lang.code, other_language(lang))
    try:
        await registry.change(lambda definitions: rules.change(definitions, stored, site.id, fields, by))
        return go(urls.journey(site.id, stored.id))
    except InvalidDefinition as error:
        faults = form_faults(lang, "journey", error.faults, label)
    except Conflict as error:
        faults = too_late(lang, error)
    return await renderer.answer(request, site, stored, replace(form, faults=faults))


def other_language(lang: Language) -> str:
    """The code of the second language for names."""
    return "fr" if lang.code == "en" else "en"


class JourneyFormRenderer:
    """Renders the form of a journey, as stored or as typed."""

    def __init__(self, frames: Frames, urls: Urls, traffic: TrafficReader) -> None:
        self._frames = frames
        self._urls = urls
        self._traffic = traffic

    async def answer(self, request: Request, site: Site, stored: Stored, form: JourneyForm) -> Response:
        frame, urls = await self._frames.of(request, "journeys", site), self._urls
        lang, pages = frame.lang, await self._traffic.pages(site)
        other = other_language(lang)
        page = JourneyEditPage(
            frame=frame,
            title=lang.text("Edit %(name)s", name=shown(stored.fields, "name") or stored.id),
            name=form.name,
            objective=form.objective,
            review_on=form.review_on,
            window_days=form.window_days,
            version=form.version,
            stages=_tested(lang, form, pages),
            other=lang.text("Name in French") if other == "fr" else lang.text("Name in English"),
            other_code=other,
            faults=form.faults,
            action=urls.journey(site.id, stored.id),
            cancel=urls.journey(site.id, stored.id),
            matching_href=urls.matching(site.id),
        )
        return answer(request, page, form.faults.status)


def _tested(lang: Language, form: JourneyForm, pages: list[str]) -> tuple[StageForm, ...]:
    """The stages with the pages that their patterns match."""

    def tested(touchpoint: TouchpointForm) -> TouchpointForm:
        return replace(touchpoint, known=known_line(lang, lines(touchpoint.pages), pages))

    return tuple(replace(stage, touchpoints=tuple(map(tested, stage.touchpoints))) for stage in form.stages)
