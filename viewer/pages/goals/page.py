"""Goals of a site: the list with their figures, and the form that creates, edits and deletes one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.goals import GoalFigures
from aggregator.measures.statistics import FEW
from rules import goal as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.question import SITE
from store.definitions import Conflict, Definitions, Stored
from store.records import Experiment, Site
from store.segments import Goal, Rule
from viewer.access.person import signed_in
from viewer.goals import Goals
from viewer.http.urls import Urls
from viewer.pages.forms.faults import RejectedRow, form_faults, rejected_row, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.goals.form import GoalForm, kinds, label
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.sentences.tree import rule_sentence
from viewer.questions import Questions
from viewer.registry import Registry


@dataclass(frozen=True)
class GoalRow:
    """`edit`: its form, empty if the person may not edit it."""

    name: str
    edit: str
    words: str
    visitors: str
    share: str
    interval: str
    times: str
    value: str


@dataclass(frozen=True, kw_only=True)
class GoalsPage(Page):
    """Goals of a site, `/sites/3/goals`."""

    template = "goals/index.html"
    docs = "goals"
    goals: list[GoalRow] = doc("One row per goal, with its figures in the period")
    visitors_line: str = doc("How many visitors are counted")
    period: PeriodControl = doc("The period menu")
    faults: FaultList | None = doc("What is wrong with the question")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may create and edit goals")


@dataclass(frozen=True, kw_only=True)
class GoalFormPage(Page):
    """The form of a new or stored goal, `/sites/3/goals/order`."""

    template = "goals/form.html"
    docs = "goals"
    form: GoalForm = doc("The fields as typed, and their faults")
    kinds: list[Choice] = doc("What a goal can be; the address of each is its name in the rules")
    stored: bool = doc("Whether the goal is already stored, so that it can be deleted")
    used_by: list[Choice] = doc("The experiments that it decides")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    matching_href: str = doc("Address that tests patterns")


async def index(
    request: Request, *, registry: Registry, questions: Questions, goals: Goals, frames: Frames, urls: Urls
) -> Response:
    """GET lists them with their figures."""
    asked = await questions.read(request, SITE)
    site, may_edit = asked.site, signed_in(request).may("editor")
    frame = await frames.of(request, "goals", site)
    lang, links = frame.lang, Links(urls.goals(site.id), asked.question)
    found = await registry.listing(Goal, site)
    figures = () if asked.faults else await goals.figures(asked.question, found.records)
    page = GoalsPage(
        frame=frame,
        title=lang.text("Goals"),
        goals=[
            _row(lang, goal, one, urls.goal(site.id, goal.id) if may_edit else "")
            for goal, one in zip(found.records, figures, strict=False)
        ],
        visitors_line=_visitors(lang, figures),
        period=period_control(lang, links, asked.today),
        faults=fault_list(lang, asked.faults, links),
        rejected=[
            rejected_row(lang, one, label, urls.goal(site.id, one.id) if may_edit else "") for one in found.rejected
        ],
        new_href=urls.new_goal(site.id),
        can_edit=may_edit,
    )
    return answer(request, page, asked.status)


def _visitors(lang: Language, figures: tuple[GoalFigures, ...]) -> str:
    if not figures:
        return ""
    return lang.plural("%(num)s visitor counted", "%(num)s visitors counted", figures[0].of)


def _row(lang: Language, goal: Goal, figures: GoalFigures, edit: str) -> GoalRow:
    few = figures.of < FEW
    return GoalRow(
        name=goal.name,
        edit=edit,
        words=goal_words(lang, goal),
        visitors=lang.number(figures.visitors),
        share=lang.text("few") if few else lang.share(figures.share or 0.0),
        interval="" if few else lang.between(figures.low, figures.high),
        times=lang.number(figures.times),
        value=lang.number(figures.value, 0 if figures.value == int(figures.value) else 2) if figures.value else "",
    )


def goal_words(lang: Language, goal: Goal) -> str:
    """`sent “order”, each time, within 7 days`."""
    action = goal.action
    rule = Rule(
        what=action.what, page=action.page, element=action.element, name=action.name,
        least=action.least, most=action.most,
    )  # fmt: skip
    parts = [rule_sentence(lang, rule)]
    if goal.counted == "each":
        parts.append(lang.text("each time"))
    if goal.within_days:
        parts.append(lang.plural("within %(num)s day", "within %(num)s days", goal.within_days))
    return ", ".join(parts)


async def edit(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form of a new or stored goal, POST saves or deletes it."""
    site = await registry.site(request)
    frame = await frames.of(request, "goals", site)
    lang, id = frame.lang, request.path_params.get("goal", "")
    found = await registry.find(Goal, id, site) if id else None
    stored = stored_of(found) if found else None
    form = GoalForm.of(stored) if stored else GoalForm.begun(request.query_params)
    form = replace(form, faults=stored_faults(lang, found, label))
    if request.method == "POST":
        sent, by = await request.form(), signed_in(request).name
        if stored and sent.get("do") == "delete":
            await registry.change(lambda definitions: definitions.delete_stored(Goal, stored, by))
            return go(urls.goals(site.id))
        form = GoalForm.typed(sent)
        try:
            await registry.change(lambda definitions: _save(definitions, site, form, stored, by))
            return go(urls.goals(site.id))
        except InvalidDefinition as error:
            form = replace(form, faults=form_faults(lang, "goal", error.faults, label))
        except Conflict as error:
            form = replace(form, faults=too_late(lang, error))
    experiments = await registry.experiments(site) if stored else []
    page = GoalFormPage(
        frame=frame,
        title=lang.text("Edit goal") if stored else lang.text("New goal"),
        form=form,
        kinds=kinds(lang, form.what),
        stored=stored is not None,
        used_by=[Choice(one.name, urls.experiment(site.id, one.id)) for one in experiments if _decides(stored, one)],
        action=urls.goal(site.id, stored.id) if stored else urls.new_goal(site.id),
        cancel=urls.goals(site.id),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, form.faults.status)


def _decides(goal: Stored | None, experiment: Experiment) -> bool:
    return goal is not None and experiment.goal == goal.id


def _save(definitions: Definitions, site: Site, form: GoalForm, stored: Stored | None, by: str) -> Goal:
    if stored:
        return rules.change(definitions, stored, site.id, form.fields(), by)
    return rules.add(definitions, site.id, form.fields(), by)
