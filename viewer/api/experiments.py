"""Experiments: comparing two variants of a page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules import experiment as rules
from rules.find import stored_of
from store.records import Experiment
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.registry import Registry


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
    asked, by = await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by)))


ENTRIES = (
    Entry("GET", "/sites/{site}/experiments", list_experiments, "viewer", "The experiments of a site."),
    Entry(
        "POST",
        "/sites/{site}/experiments",
        create_experiment,
        "editor",
        "Add an experiment: name, pages (patterns), variants (key, name, share, picture_url); "
        "optional id, planned, started, ended.",
    ),
    Entry("GET", "/sites/{site}/experiments/{experiment}", show_experiment, "viewer", "One experiment, by id or name."),
    Entry(
        "PUT",
        "/sites/{site}/experiments/{experiment}",
        change_experiment,
        "editor",
        "Replace an experiment; with `version`, the change is rejected if somebody else changed it first.",
    ),
)
