"""The map of a journey open for editing: one form; with script it is saved by the API, without by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.queries.pages import all_pages
from store.client import StoreError
from store.definitions import Conflict
from viewer.api.journeys import find_journey
from viewer.auth import require
from viewer.query import site_of

from .journey_form import JourneyForm, StageForm, TouchpointForm, act, form_of, read_form, record_of
from .journeys import known_line
from .languages import Language
from .page import Page, doc
from .serve import answer, frame_of, go, lines, signed_in, viewer_of


@dataclass(frozen=True, kw_only=True)
class JourneyEditPage(Page):
    """A journey in its form, `/sites/3/journeys/first-lamp?edit=1`."""

    template = "journey_edit.html"
    name: str = doc("Its name as typed")
    objective: str = doc("What it is for, as typed")
    review_on: str = doc("Day of review, ISO")
    window_days: str = doc("Days in which going on counts")
    version: int = doc("Version that the form began from")
    stages: tuple[StageForm, ...] = doc("Stages as typed, in their order")
    blank_stage: StageForm = doc("What a new stage looks like")
    blank_touchpoint: TouchpointForm = doc("What a new touchpoint looks like")
    other: str = doc("Label of the fields for the other language")
    other_code: str = doc("Code of the other language")
    lost: str = doc("Who was faster, when the save came too late")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where to go without saving")
    api: str = doc("Address of the journey in the API")
    matching_href: str = doc("Where the tester of patterns asks")


@require("editor")
async def edit(request: Request) -> Response:
    """GET opens the form; POST does what its button says, or saves."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    stored = await viewer.run(find_journey, viewer.definitions, site, request.path_params["journey"])
    frame = await frame_of(request, "journeys", site)
    lang, urls = frame.lang, viewer.urls
    other = "fr" if lang.code == "en" else "en"
    form, lost, status = form_of(stored, lang.code, other), "", 200
    if request.method == "POST":
        sent = await request.form()
        form, do = read_form((k, str(v)) for k, v in sent.multi_items()), str(sent.get("do", "save"))
        if do == "save":
            lost = fault(lang, form)
            if not lost:
                try:
                    record = record_of(form, stored, lang.code, other)
                    await viewer.run(viewer.definitions.put, record, signed_in(request).name)
                except Conflict as error:
                    lost = lang.text("Not saved; what you typed is still here.") + f" {error}"
                except StoreError as error:
                    lost = str(error)
                else:
                    viewer.work.forget()
                    return go(urls.journey(site.id, stored.id))
            status = 409
        else:
            form = act(form, do)
    pages = await viewer.run(all_pages, viewer.store, int(site.id))
    page = JourneyEditPage(
        frame=frame,
        title=lang.text("Edit %(name)s", name=stored.name),
        name=form.name,
        objective=form.objective,
        review_on=form.review_on,
        window_days=form.window_days,
        version=form.version,
        stages=_tested(lang, form, pages),
        blank_stage=StageForm(""),
        blank_touchpoint=TouchpointForm(""),
        other=lang.text("Name in French") if other == "fr" else lang.text("Name in English"),
        other_code=other,
        lost=lost,
        action=urls.journey(site.id, stored.id),
        cancel=urls.journey(site.id, stored.id),
        api=urls.api("sites", site.id, "journeys", stored.id),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, status)


def fault(lang: Language, form: JourneyForm) -> str:
    """What is missing, in words; empty when nothing is."""
    if not form.name:
        return lang.text("A journey needs a name.")
    if not form.stages:
        return lang.text("A journey needs at least one stage.")
    names = [stage.name for stage in form.stages] + [t.name for stage in form.stages for t in stage.touchpoints]
    return "" if all(name.strip() for name in names) else lang.text("Every stage and touchpoint needs a name.")


def _tested(lang: Language, form: JourneyForm, pages: list[str]) -> tuple[StageForm, ...]:
    """The stages with what their patterns name."""

    def tested(touchpoint: TouchpointForm) -> TouchpointForm:
        return replace(touchpoint, known=known_line(lang, lines(touchpoint.pages), pages))

    return tuple(replace(stage, touchpoints=tuple(map(tested, stage.touchpoints))) for stage in form.stages)
