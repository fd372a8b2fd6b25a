"""The form that makes, changes, starts and ends a survey, `/sites/3/surveys/code-at-the-basket/edit`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rules import survey as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from store.definitions import Conflict, Definitions, Stored
from store.journeys import Journey
from store.page_groups import PageGroup
from store.records import Experiment, Site
from store.segments import Segment
from store.survey_words import ALL, words_in
from store.surveys import Survey, SurveyState
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.surveys.draft import SurveyDraft
from viewer.pages.surveys.form import SurveyForm, SurveyNames, survey_form
from viewer.pages.surveys.preview import PreviewPicture, preview_pictures
from viewer.pages.surveys.words import label, state_words
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots

# button → the state that it saves the survey in
STATES: dict[str, SurveyState] = {"ask": "asking", "close": "closed", "reopen": "draft"}


@dataclass(frozen=True, kw_only=True)
class SurveyFormPage(Page):
    """The form of a new or stored survey."""

    template = "surveys/edit.html"
    docs = "feedback"
    form: SurveyForm = doc("The fields as typed, and their faults")
    state_line: str = doc("Whether it asks, in words")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    matching_href: str = doc("Address that tests patterns")
    pictures: list[PreviewPicture] = doc("Pictures of the page on which the question is shown, wide and narrow")
    question_words: str = doc("JSON: language → the words on a question that its owner does not write")
    steps: list[Choice] = doc("What the preview shows: each question, then the thanks; the address is its position")


class SurveyEditor:
    """Shows the form of a survey."""

    def __init__(self, frames: Frames, urls: Urls, registry: Registry, snapshots: SiteSnapshots) -> None:
        self._frames = frames
        self._urls = urls
        self._registry = registry
        self._snapshots = snapshots

    async def answer(self, request: Request, site: Site, id: str, draft: SurveyDraft, faults: FormFaults) -> Response:
        """The page of a draft. `id`: of the stored survey, empty for a new one."""
        frame, urls = await self._frames.of(request, "surveys", site), self._urls
        lang, listing = frame.lang, self._registry.listing
        names = SurveyNames(
            groups=(await listing(PageGroup, site)).records,
            journeys=(await listing(Journey, site)).records,
            experiments=(await listing(Experiment, site)).records,
            segments=(await listing(Segment, site)).records,
        )
        form = survey_form(lang, draft, names, faults)
        steps = [Choice(lang.text("Question %(n)s", n=one.n + 1), str(one.n), one.is_first) for one in form.questions]
        page = SurveyFormPage(
            frame=frame,
            title=form.name or lang.text("New survey"),
            form=form,
            state_line=state_words(lang, form.state),
            action=urls.edit_survey(site.id, id) if id else urls.new_survey(site.id),
            cancel=urls.survey(site.id, id) if id else urls.surveys(site.id),
            matching_href=urls.matching(site.id),
            pictures=await preview_pictures(lang, urls, self._snapshots, site, draft, names),
            question_words=json.dumps(words_in(ALL), ensure_ascii=False),
            steps=[*steps, Choice(lang.text("Thanks"), str(len(steps)))] if steps else [],
        )
        return answer(request, page, faults.status)


async def show(request: Request, *, registry: Registry, frames: Frames, editor: SurveyEditor) -> Response:
    """GET the form of a new or stored survey."""
    site, id = await registry.site(request), request.path_params.get("survey", "")
    lang = (await frames.of(request, "surveys", site)).lang
    found = await registry.find(Survey, id, site) if id else None
    query = request.query_params
    draft = SurveyDraft.begun(lang.code, query)
    if found:
        draft = SurveyDraft.of(stored_of(found), query.get("shown", "")[:8])
    return await editor.answer(request, site, id, draft, stored_faults(lang, found, label))


async def save(request: Request, *, registry: Registry, frames: Frames, urls: Urls, editor: SurveyEditor) -> Response:
    """POST changes the form, or saves or deletes the survey."""
    site, by = await registry.site(request), signed_in(request).name
    id = request.path_params.get("survey", "")
    stored = stored_of(await registry.find(Survey, id, site)) if id else None
    form = await request.form()
    draft, faults = SurveyDraft.typed(form), FormFaults()
    do, _, which = str(form.get("do", "save")).partition(":")
    if do == "preview":
        return JSONResponse(draft.fields)
    if do == "delete" and stored:
        gone = stored
        await registry.change(lambda definitions: definitions.delete_stored(Survey, gone, by))
        return go(urls.surveys(site.id))
    if changed := _changed(draft, do, which):
        return await editor.answer(request, site, id, changed, faults)
    if do in STATES:
        draft = draft.with_state(STATES[do])
    lang = (await frames.of(request, "surveys", site)).lang
    try:
        saved = await registry.change(lambda definitions: _save(definitions, site, draft, stored, by))
        return go(f"{urls.edit_survey(site.id, saved.id)}?shown={quote(draft.language)}")
    except InvalidDefinition as error:
        faults = form_faults(lang, "survey", error.faults, label)
    except Conflict as error:
        faults = too_late(lang, error)
    return await editor.answer(request, site, id, draft, faults)


def _changed(draft: SurveyDraft, do: str, which: str) -> SurveyDraft | None:
    """The draft after a button that changes the form; None for one that saves."""
    n = int(which) if which.isdecimal() and len(which) < 3 else -1
    if do == "add":
        return draft.with_question(which)
    if do == "remove":
        return draft.without(n)
    if do in ("up", "down"):
        return draft.moved(n, -1 if do == "up" else 1)
    if do == "shown":
        return SurveyDraft(draft.fields, which[:8] or draft.language, draft.version)
    return None


def _save(definitions: Definitions, site: Site, draft: SurveyDraft, stored: Stored | None, by: str) -> Survey:
    if stored:
        return rules.change(definitions, stored, site.id, draft.given(), by)
    return rules.add(definitions, site.id, draft.given(), by)
