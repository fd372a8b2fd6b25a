"""Journeys of a site: the list, and creating one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules import journey as rules
from rules.faults import InvalidDefinition
from rules.journey_template import NINE_STAGES, NewMap, fields_from, template
from store.journeys import Journey
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, RejectedRow, form_faults, rejected_row
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.page import Page, doc
from viewer.pages.journey.form import label
from viewer.registry import Registry


@dataclass(frozen=True)
class NewJourney:
    """The form for a new journey: its fields as typed, and their faults."""

    name: str = ""
    faults: FormFaults = FormFaults()


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
    journeys: list[JourneyRow] = doc("One row per journey")
    stages: str = doc("Names of the stages a new one starts with")
    action: str = doc("Where the form for a new one posts to")
    name: str = doc("Name typed so far")
    faults: FormFaults = doc("Why it could not be created")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    can_edit: bool = doc("Whether the person may create one")


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    return await _list(request, registry, frames, urls)


async def new_journey(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """POST creates one with the nine stages and opens its form."""
    site = await registry.site(request)
    name, by = text(await request.form(), "name"), signed_in(request).name
    chosen = template(NINE_STAGES)
    assert chosen
    fields = fields_from(*chosen, NewMap(name, language_of(request).code))
    try:
        made = await registry.change(lambda definitions: rules.add(definitions, site.id, fields, by))
        return go(urls.journey(site.id, made.id, edit=1))
    except InvalidDefinition as error:
        faults = form_faults(language_of(request), "journey", error.faults, label)
        return await _list(request, registry, frames, urls, NewJourney(name, faults))


async def _list(
    request: Request, registry: Registry, frames: Frames, urls: Urls, typed: NewJourney | None = None
) -> Response:
    may_edit = signed_in(request).may("editor")
    site = await registry.site(request)
    frame = await frames.of(request, "journeys", site)
    lang, found, form = frame.lang, await registry.listing(Journey, site), typed or NewJourney()
    rows = [
        JourneyRow(
            name=j.name,
            href=urls.journey(site.id, j.id),
            objective=j.objective,
            stages=lang.plural("%(num)s stage", "%(num)s stages", len(j.stages)),
            touchpoints=lang.number(sum(len(stage.touchpoints) for stage in j.stages)),
            review=lang.day(j.review_on) if j.review_on else "",
        )
        for j in found.records
    ]
    usual = template(NINE_STAGES)
    stages = usual[1].stages if usual else ()
    page = JourneysPage(
        frame=frame,
        title=lang.text("Journeys"),
        journeys=rows,
        stages=", ".join(lang.words(stage.name) for stage in stages),
        action=urls.journeys(site.id),
        name=form.name,
        faults=form.faults,
        rejected=[
            rejected_row(lang, one, label, urls.journey(site.id, one.id, edit=1) if may_edit else "")
            for one in found.rejected
        ],
        can_edit=may_edit,
    )
    return answer(request, page, form.faults.status)
