"""Experiments: two variants of pages, to be compared."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Conflict, Definitions
from store.records import Experiment, Key, Site, Variant
from viewer.api.entry import Entry, answer, body, by_whom
from viewer.http.errors import Problem
from viewer.lookup import find_experiment, find_site, slug
from viewer.work import Work

_DAY = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class ExperimentBody(Struct, forbid_unknown_fields=True):
    """All of an experiment; `id` (new ones only) is the name that the pages report, e.g. `buy-button`."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    pages: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...], Meta(min_length=1, max_length=50)]
    variants: Annotated[tuple[Variant, ...], Meta(min_length=2, max_length=10)]
    id: Key | None = None
    planned: Annotated[int, Meta(ge=0)] = 0
    started: _DAY = ""
    ended: _DAY = ""
    version: int | None = None


def experiment_json(experiment: Experiment) -> dict[str, Any]:
    return structs.asdict(experiment)


def _checked(asked: ExperimentBody) -> dict[str, Any]:
    keys = [variant.key for variant in asked.variants]
    if len(set(keys)) != len(keys):
        raise Problem(422, "variants", "Two variants have the same key.", "Give each variant its own key.")
    if any(not 0 < variant.share <= 1 for variant in asked.variants):
        raise Problem(422, "variants", "A share lies above 0 and is at most 1.", "Halves: 0.5 and 0.5.")
    fields = structs.asdict(asked)
    del fields["id"], fields["version"]
    return fields


async def list_experiments(request: Request, *, work: Work, definitions: Definitions) -> Response:

    def find() -> list[Experiment]:
        site = find_site(definitions, request.path_params["site"])
        return definitions.find(Experiment, site=site.id)

    return answer({"experiments": [experiment_json(e) for e in await work.run(find)]})


async def create_experiment(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, ExperimentBody)

    def create() -> Experiment:
        site = find_site(definitions, request.path_params["site"])
        id = asked.id or slug(asked.name)
        try:
            return definitions.put(Experiment(id=id, site=site.id, **_checked(asked)), by_whom(request))
        except Conflict:
            raise Problem(409, "id_taken", f"There is an experiment {id!r} already.", "Give another id.") from None

    return answer(experiment_json(await work.run(create)), 201)


async def show_experiment(request: Request, *, work: Work, definitions: Definitions) -> Response:
    return answer(experiment_json(await work.run(_named, definitions, request)))


async def change_experiment(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, ExperimentBody)

    def change() -> Experiment:
        stored = _named(definitions, request)
        if asked.id not in (None, stored.id):
            raise Problem(422, "id", "The id stays: the pages report it.", "Make a new experiment instead.")
        version = stored.version if asked.version is None else asked.version
        return definitions.put(structs.replace(stored, version=version, **_checked(asked)), by_whom(request))

    return answer(experiment_json(await work.run(change)))


def _named(definitions: Definitions, request: Request) -> Experiment:
    site: Site = find_site(definitions, request.path_params["site"])
    return find_experiment(definitions, site, request.path_params["experiment"])


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
        "Replace an experiment; `version` refuses the change if somebody else was faster.",
    ),
)
