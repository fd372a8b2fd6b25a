"""Journeys: stages with touchpoints, and the map that measures them."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from starlette.requests import Request
from starlette.responses import Response

from rules.question import JOURNEY
from store.definitions import Conflict, Definitions
from store.records import Journey, Stage
from viewer.api.entry import Entry, answer, body, by_whom
from viewer.api.figures import plain
from viewer.http.errors import Problem
from viewer.http.parameters import only
from viewer.lookup import find_journey, find_site, slug
from viewer.maps import Maps
from viewer.questions import Questions
from viewer.work import Work


class JourneyBody(Struct, forbid_unknown_fields=True):
    """All of a journey. The order of stages and touchpoints counts: the first that matches a page takes it."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=12)]
    objective: Annotated[str, Meta(max_length=2000)] = ""
    review_on: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    window_days: Annotated[int, Meta(ge=1, le=365)] = 30
    version: int | None = None


def _checked(asked: JourneyBody) -> dict[str, Any]:
    stages = [stage.key for stage in asked.stages]
    touchpoints = [touchpoint.key for stage in asked.stages for touchpoint in stage.touchpoints]
    for what, keys in (("stages", stages), ("touchpoints", touchpoints)):
        if len(set(keys)) != len(keys):
            raise Problem(422, what, f"Two {what} have the same key.", "Keys are unique in a journey.")
    fields = structs.asdict(asked)
    del fields["version"]
    return fields


def _named(definitions: Definitions, request: Request) -> Journey:
    site = find_site(definitions, request.path_params["site"])
    return find_journey(definitions, site, request.path_params["journey"])


async def list_journeys(request: Request, *, work: Work, definitions: Definitions) -> Response:

    def find() -> list[Journey]:
        site = find_site(definitions, request.path_params["site"])
        return definitions.find(Journey, site=site.id)

    return answer({"journeys": await work.run(find)})


async def create_journey(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, JourneyBody)

    def create() -> Journey:
        site = find_site(definitions, request.path_params["site"])
        base = slug(asked.name)
        for id in (base, f"{base}-{secrets.token_hex(3)}"):
            try:
                return definitions.put(Journey(id=id, site=site.id, **_checked(asked)), by_whom(request))
            except Conflict:
                continue
        raise Problem(409, "id_taken", f"There is a journey {base!r} already.", "Give another name.")

    return answer(await work.run(create), 201)


async def show_journey(request: Request, *, work: Work, definitions: Definitions) -> Response:
    return answer(await work.run(_named, definitions, request))


async def change_journey(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, JourneyBody)

    def change() -> Journey:
        stored = _named(definitions, request)
        version = stored.version if asked.version is None else asked.version
        return definitions.put(structs.replace(stored, version=version, **_checked(asked)), by_whom(request))

    return answer(await work.run(change))


async def delete_journey(request: Request, *, work: Work, definitions: Definitions) -> Response:

    def delete() -> str:
        stored = _named(definitions, request)
        definitions.delete(stored, by_whom(request))
        return stored.id

    return answer({"deleted": await work.run(delete)})


async def measure_journey(
    request: Request, *, questions: Questions, maps: Maps, work: Work, definitions: Definitions
) -> Response:
    only(request.query_params, JOURNEY.names)
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await work.run(_named, definitions, request)
    understood = question.as_json(asked.today)
    query = {name: understood[name] for name in ("since", "until", "device")} | {"window_days": journey.window_days}
    return answer({"journey": journey, "query": query, **plain(await maps.journey(journey, question))})


_ROOT = "/sites/{site}/journeys"
ENTRIES = (
    Entry("GET", _ROOT, list_journeys, "viewer", "The journeys of a site."),
    Entry(
        "POST",
        _ROOT,
        create_journey,
        "editor",
        "Add a journey: name, stages with touchpoints; optional objective, review_on, window_days.",
    ),
    Entry("GET", _ROOT + "/{journey}", show_journey, "viewer", "One journey, by id or name."),
    Entry(
        "PUT",
        _ROOT + "/{journey}",
        change_journey,
        "editor",
        "Replace a journey; `version` refuses the change if somebody else was faster.",
    ),
    Entry(
        "DELETE", _ROOT + "/{journey}", delete_journey, "editor", "Delete a journey; the history keeps its versions."
    ),
    Entry(
        "GET",
        _ROOT + "/{journey}/map",
        measure_journey,
        "viewer",
        "The journey measured: visitors of each stage and touchpoint, who went on, times, exits. "
        "Query: since, until, days, device.",
    ),
)
