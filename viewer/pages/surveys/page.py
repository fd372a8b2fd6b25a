"""The surveys of a site, `/sites/3/surveys`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.surveys import Survey
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import RejectedRow, rejected_row
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.surveys.words import kind_words, label, state_words, trigger_words
from viewer.registry import Registry


@dataclass(frozen=True)
class SurveyRow:
    """`href`: its answers; `edit`: its form, empty if the person may not edit it."""

    name: str
    href: str
    edit: str
    state: str
    is_asking: bool
    questions: str
    where: str
    when: str


@dataclass(frozen=True, kw_only=True)
class SurveysPage(Page):
    """The list of surveys."""

    template = "surveys/index.html"
    docs = "feedback"
    surveys: list[SurveyRow] = doc("One row per survey, those that ask first")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    import_href: str = doc("Where answers of other tools are imported")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may create and edit surveys")


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    site, may_edit = await registry.site(request), signed_in(request).may("editor")
    frame = await frames.of(request, "surveys", site)
    found = await registry.listing(Survey, site)
    order = ("asking", "draft", "closed")
    listed = sorted(found.records, key=lambda one: (order.index(one.state), one.name.casefold()))

    def edit(id: str) -> str:
        return urls.edit_survey(site.id, id) if may_edit else ""

    page = SurveysPage(
        frame=frame,
        title=frame.lang.text("Feedback"),
        surveys=[_row(frame.lang, one, urls.survey(site.id, one.id), edit(one.id)) for one in listed],
        rejected=[rejected_row(frame.lang, one, label, edit(one.id)) for one in found.rejected],
        import_href=urls.import_survey(site.id),
        new_href=urls.new_survey(site.id),
        can_edit=may_edit,
    )
    return answer(request, page)


def _row(lang: Language, survey: Survey, href: str, edit: str) -> SurveyRow:
    return SurveyRow(
        name=survey.name,
        href=href,
        edit=edit,
        state=state_words(lang, survey.state),
        is_asking=survey.state == "asking",
        questions=", ".join(kind_words(lang, one.kind) for one in survey.questions),
        where=_where(lang, survey),
        when=trigger_words(lang, survey.trigger.kind),
    )


def _where(lang: Language, survey: Survey) -> str:
    if survey.pages:
        return ", ".join(survey.pages[:3]) + ("…" if len(survey.pages) > 3 else "")
    return survey.group or survey.touchpoint or lang.text("every page")
