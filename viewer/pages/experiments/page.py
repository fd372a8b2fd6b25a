"""Experiments of a site: the list, and the form that creates and edits one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.experiment_result import in_line
from rules import experiment as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.period import today
from store.definitions import Conflict, Definitions, Stored
from store.records import Experiment, Site
from store.segments import Goal
from viewer.access.person import signed_in
from viewer.experiment_results import ExperimentResults
from viewer.http.parameters import choice
from viewer.http.urls import Urls
from viewer.pages.experiments.form import ExperimentForm, goal_choices, label
from viewer.pages.experiments.planned import PlannedSize, planned_size
from viewer.pages.experiments.results import STATES, ExperimentRow, ListedExperiment, rows_of, scale_of
from viewer.pages.forms.faults import RejectedRow, form_faults, rejected_row, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.registry import Registry

SORTS = ("", "newest", "name")  # "": those that need somebody first


@dataclass(frozen=True, kw_only=True)
class ExperimentsPage(Page):
    """Experiments of a site, `/sites/3/experiments`."""

    template = "experiments/index.html"
    docs = "statistics#an-experiment-with-a-goal"
    experiments: list[ExperimentRow] = doc("One row per experiment")
    line: str = doc("How many run, and how many need somebody")
    states: list[Choice] = doc("The states that the list can be narrowed to, with numbers")
    sorts: list[Choice] = doc("The orders of the list")
    axis: tuple[str, str] = doc("The ends of the scale of differences, in points")
    any: bool = doc("Whether there is an experiment in any state")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may create and edit experiments")


@dataclass(frozen=True, kw_only=True)
class ExperimentFormPage(Page):
    """The form of a new or stored experiment, `/sites/3/experiments/new`."""

    template = "experiments/form.html"
    docs = "statistics#an-experiment-with-a-goal"
    form: ExperimentForm = doc("The fields as typed, and their faults")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    goals: list[Choice] = doc("Goals that can decide it; the address of each is its id")
    planned_size: PlannedSize = doc("What is known and to be detected, and the size that this needs")
    matching_href: str = doc("Address that tests patterns")


async def index(
    request: Request, *, registry: Registry, frames: Frames, urls: Urls, results: ExperimentResults
) -> Response:
    """GET lists them with their results."""
    site, may_edit = await registry.site(request), signed_in(request).may("editor")
    frame = await frames.of(request, "experiments", site)
    lang, found = frame.lang, await registry.listing(Experiment, site)
    goals = (await registry.listing(Goal, site)).records
    state = choice(request.query_params, "state", ("", *STATES), "")
    sort = choice(request.query_params, "sort", SORTS, "")
    measured = in_line(await results.all(site, found.records, goals))
    by_id, names = {one.id: one for one in found.records}, {goal.id: goal.name for goal in goals}
    every = [
        ListedExperiment(
            experiment=by_id[result.experiment],
            result=result,
            goal=names.get(by_id[result.experiment].goal, ""),
            href=urls.experiment(site.id, result.experiment),
            edit=urls.edit_experiment(site.id, result.experiment) if may_edit else "",
        )
        for result in measured
    ]
    listed = [one for one in _sorted(every, sort) if not state or state == _listed_as(one)]
    scale = scale_of(listed)
    page = ExperimentsPage(
        frame=frame,
        title=lang.text("Experiments"),
        experiments=rows_of(lang, listed, today(site.zone)),
        line=_line(lang, every),
        states=_states(lang, urls, site, every, state, sort),
        sorts=[
            Choice(label, urls.experiments(site.id, state=state, sort=name), sort == name)
            for name, label in zip(
                SORTS, (lang.text("needs you first"), lang.text("newest"), lang.text("by name")), strict=True
            )
        ],
        axis=(lang.points(-scale, 0), lang.points(scale, 0)),
        any=bool(every),
        rejected=[
            rejected_row(lang, one, label, urls.edit_experiment(site.id, one.id) if may_edit else "")
            for one in found.rejected
        ],
        new_href=urls.new_experiment(site.id),
        can_edit=may_edit,
    )
    return answer(request, page)


def _listed_as(one: ListedExperiment) -> str:
    """The state under which it is listed: what has not begun is among those that run."""
    return "running" if one.result.state == "waiting" else one.result.state


def _sorted(every: list[ListedExperiment], sort: str) -> list[ListedExperiment]:
    if sort == "newest":
        return sorted(every, key=lambda one: one.experiment.started, reverse=True)
    return sorted(every, key=lambda one: one.experiment.name.casefold()) if sort == "name" else every


def _line(lang: Language, every: list[ListedExperiment]) -> str:
    states = Counter(one.result.state for one in every)
    running, waiting = states["running"], states["broken"] + states["enough"]
    words = [lang.plural("%(num)s running", "%(num)s running", running)] if running else []
    words += [lang.plural("%(num)s needs you", "%(num)s need you", waiting)] if waiting else []
    return ", ".join(words)


def _states(
    lang: Language, urls: Urls, site: Site, every: list[ListedExperiment], chosen: str, sort: str
) -> list[Choice]:
    _, states = lang.text, Counter(map(_listed_as, every))
    names = {
        "": _("All"),
        "running": _("Running"),
        "enough": _("To decide"),
        "broken": _("Broken"),
        "ended": _("Ended"),
    }
    return [
        Choice(
            label,
            urls.experiments(site.id, state=state, sort=sort),
            state == chosen,
            small=lang.number(states[state] if state else len(every)),
        )
        for state, label in names.items()
    ]


async def edit(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form of a new or stored experiment, POST saves it."""
    site = await registry.site(request)
    frame = await frames.of(request, "experiments", site)
    lang, id = frame.lang, request.path_params.get("experiment", "")
    found = await registry.find(Experiment, id, site) if id else None
    goals = (await registry.listing(Goal, site)).records
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
        goals=goal_choices(lang, goals, form.goal),
        planned_size=planned_size(lang, request.query_params, urls.api("sites", site.id, "planned-size")),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, form.faults.status)


def _save(definitions: Definitions, site: Site, form: ExperimentForm, stored: Stored | None, by: str) -> Experiment:
    if stored:
        return rules.change(definitions, stored, site.id, form.fields(), by, today(site.zone))
    return rules.add(definitions, site.id, form.fields(), by)
