"""Experiments: comparing two variants of a page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.experiment_result import ExperimentResult, in_line
from aggregator.measures.statistics import needed_per_variant
from rules import experiment as rules
from rules.find import stored_of
from rules.period import NAMES as PERIOD_NAMES
from rules.period import today
from rules.question import WHO, Asks
from store.records import Experiment
from viewer.api.answer_schemas import ASKED, REJECTED, Answered
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, rejected_json
from viewer.api.figures import plain
from viewer.api.query_schemas import between
from viewer.experiment_results import ExperimentResults, period_of
from viewer.http.parameters import fraction
from viewer.questions import Questions
from viewer.registry import Registry

RESULT = Asks((*PERIOD_NAMES, *WHO))  # who is counted in a result, and when

_SHARE, _CHANGE = (0, 1), (-1, 10)  # limits of numbers, excluded


async def list_experiments(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Experiment, await registry.site(request))
    return answer({"experiments": found.records, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_experiment(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by)), 201)


async def show_experiment(request: Request, *, registry: Registry) -> Response:
    return answer(await registry.experiment(await registry.site(request), request.path_params["experiment"]))


async def change_experiment(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(Experiment, request.path_params["experiment"], site))
    asked, by, day = await fields(request), by_whom(request), today(site.zone)
    return answer(await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by, day)))


async def show_result(
    request: Request, *, registry: Registry, questions: Questions, results: ExperimentResults
) -> Response:
    known = await questions.known(request)
    experiment = await registry.experiment(known.site, request.path_params["experiment"])
    day = today(known.site.zone)
    asked = await questions.resolve(known, request.query_params, RESULT, default=period_of(experiment, day))
    question = asked.checked()
    understood = question.as_json(asked.today)
    names = ("since", "until", "timezone", "device", "filters", "segment", "rules")
    result = await results.of(question, experiment, known.goals)
    return answer({"query": {name: understood[name] for name in names}, **plain(result)})


async def list_results(
    request: Request, *, registry: Registry, questions: Questions, results: ExperimentResults
) -> Response:
    known = await questions.known(request)
    found = await results.all(known.site, known.experiments, known.goals)
    return answer({"results": plain(in_line(found))})


async def show_planned_size(request: Request, *, registry: Registry) -> Response:
    await registry.site(request)
    share = fraction(request.query_params, "share", *_SHARE)
    change = fraction(request.query_params, "change", *_CHANGE)
    return answer({"share": share, "change": change, "visitors": needed_per_variant(share, change)})


_ONE = Answered((Experiment,))
_LISTED = Answered((Experiment,), "experiments", many=True, beside=REJECTED)
ENTRIES = (
    Entry(
        "GET", "/sites/{site}/experiments", list_experiments, "viewer", "The experiments of a site.", answers=_LISTED
    ),
    Entry(
        "POST",
        "/sites/{site}/experiments",
        create_experiment,
        "editor",
        "Add an experiment: name, pages (patterns), variants (key, name, share, picture_url); "
        "optional id, goal, planned, started, ended.",
        body=JsonBody(Experiment, rules.FIELDS, derived=("id",)),
        answers=_ONE,
        statuses=(201,),
    ),
    Entry(
        "GET",
        "/sites/{site}/experiments/{experiment}",
        show_experiment,
        "viewer",
        "One experiment, by id or name.",
        answers=_ONE,
    ),
    Entry(
        "GET",
        "/sites/{site}/experiments/{experiment}/result",
        show_result,
        "viewer",
        "Who reached the goal of an experiment in each variant, and what may be concluded. "
        "Query: since, until, days (by default those of the experiment), device, filters, segment.",
        query=RESULT.names,
        answers=Answered((ExperimentResult,), beside=ASKED),
    ),
    Entry(
        "GET",
        "/sites/{site}/experiment-results",
        list_results,
        "viewer",
        "The results of all experiments over their own days, those that need somebody first.",
    ),
    Entry(
        "GET",
        "/sites/{site}/planned-size",
        show_planned_size,
        "viewer",
        "Visitors per variant that an experiment needs. Query: share who reach the goal today, change to detect.",
        query=("share", "change"),
        schemas={"share": between(*_SHARE), "change": between(*_CHANGE)},
    ),
    Entry(
        "PUT",
        "/sites/{site}/experiments/{experiment}",
        change_experiment,
        "editor",
        "Replace an experiment; with `version`, the change is rejected if somebody else changed it first. From its "
        "first day on, `planned` and `goal` are fixed (409 plan_fixed).",
        body=JsonBody(Experiment, rules.FIELDS, derived=("id",)),
        answers=_ONE,
    ),
)
