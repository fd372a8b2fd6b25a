"""Experiments of a site: the list, and the form that creates and edits one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import experiment as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from store.definitions import Conflict, Definitions, Stored
from store.records import Experiment, Site
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.experiments.form import ExperimentForm, label
from viewer.pages.forms.faults import RejectedRow, form_faults, rejected_row, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.registry import Registry


@dataclass(frozen=True)
class ExperimentRow:
    name: str
    href: str
    edit: str
    pages: tuple[str, ...]
    variants: str
    days: str
    planned: str


@dataclass(frozen=True, kw_only=True)
class ExperimentsPage(Page):
    """Experiments of a site, `/sites/3/experiments`."""

    template = "experiments/index.html"
    experiments: list[ExperimentRow] = doc("One row per experiment")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may create and edit experiments")


@dataclass(frozen=True, kw_only=True)
class ExperimentFormPage(Page):
    """The form of a new or stored experiment, `/sites/3/experiments/new`."""

    template = "experiments/form.html"
    form: ExperimentForm = doc("The fields as typed, and their faults")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    matching_href: str = doc("Address that tests patterns")


def days_line(lang: Language, experiment: Experiment) -> str:
    """`26 October – 22 November`, `since 26 October`, empty without a start date."""
    if experiment.started and experiment.ended:
        return f"{lang.day(experiment.started)} – {lang.day(experiment.ended)}"
    return lang.text("since %(day)s", day=lang.day(experiment.started)) if experiment.started else ""


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    who = signed_in(request)
    site = await registry.site(request)
    frame = await frames.of(request, "experiments", site)
    lang, may_edit = frame.lang, who.may("editor")
    found = await registry.listing(Experiment, site)
    rows = [
        ExperimentRow(
            name=e.name,
            href=urls.experiment(site.id, e.id),
            edit=urls.edit_experiment(site.id, e.id),
            pages=e.pages,
            variants=", ".join(v.name for v in e.variants),
            days=days_line(lang, e),
            planned=lang.number(e.planned) if e.planned else lang.text("not set"),
        )
        for e in found.records
    ]
    page = ExperimentsPage(
        frame=frame,
        title=lang.text("Experiments"),
        experiments=rows,
        rejected=[
            rejected_row(lang, one, label, urls.edit_experiment(site.id, one.id) if may_edit else "")
            for one in found.rejected
        ],
        new_href=urls.new_experiment(site.id),
        can_edit=may_edit,
    )
    return answer(request, page)


async def edit(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form of a new or stored experiment, POST saves it."""
    site = await registry.site(request)
    frame = await frames.of(request, "experiments", site)
    lang, id = frame.lang, request.path_params.get("experiment", "")
    found = await registry.find(Experiment, id, site) if id else None
    stored = stored_of(found) if found else None
    form = ExperimentForm.of(stored) if stored else ExperimentForm()
    form = replace(form, faults=stored_faults(lang, found, label))
    if request.method == "POST":
        form = ExperimentForm.typed(await request.form(), stored)
        by = signed_in(request).name
        try:
            saved = await registry.change(lambda definitions: _save(definitions, site, form, stored, by))
            return go(urls.experiment(site.id, saved.id))
        except InvalidDefinition as error:
            form = replace(form, faults=form_faults(lang, "experiment", error.faults, label))
        except Conflict as error:
            form = replace(form, faults=too_late(lang, error))
    page = ExperimentFormPage(
        frame=frame,
        title=lang.text("Edit experiment") if stored else lang.text("New experiment"),
        form=form,
        action=urls.edit_experiment(site.id, stored.id) if stored else urls.new_experiment(site.id),
        cancel=urls.experiment(site.id, stored.id) if stored else urls.experiments(site.id),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, form.faults.status)


def _save(definitions: Definitions, site: Site, form: ExperimentForm, stored: Stored | None, by: str) -> Experiment:
    if stored:
        return rules.change(definitions, stored, site.id, form.fields(), by)
    return rules.add(definitions, site.id, form.fields(), by)
