"""The ways of visits through a page, touchpoint or event of a journey."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.paths import ChosenPlace, NoSuchPlace, Paths
from rules.faults import Faults
from rules.question import JOURNEY
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import whole
from viewer.drawing.paths_csv import paths_csv
from viewer.http.downloads import file_answer
from viewer.journey_maps import JourneyMaps
from viewer.paths import FEWEST_NAMES, MOST_NAMES, NAMES, parse_paths, unknown_place
from viewer.questions import Questions, problem_of
from viewer.registry import Registry

_PATHS = "/sites/{site}/journeys/{journey}/paths"


async def measure_paths(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    query, paths = await _measured(request, questions, maps, registry)
    return answer({"query": query, **plain(paths)})


async def export_paths(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    _, paths = await _measured(request, questions, maps, registry)
    return file_answer(paths_csv(paths), "csv", f"{request.path_params['journey']}-paths")


async def _measured(
    request: Request, questions: Questions, maps: JourneyMaps, registry: Registry
) -> tuple[dict[str, Any], Paths]:
    """The question as understood, and its answer."""
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    chosen = parse_paths(request.query_params, journey, asked.known.groups)
    if isinstance(chosen, Faults):
        raise problem_of(chosen)
    try:
        paths = await maps.paths(journey, question, chosen)
    except NoSuchPlace:
        raise problem_of(unknown_place(chosen)) from None
    return question.as_json(asked.today) | _chosen_json(chosen), paths


def _chosen_json(chosen: ChosenPlace) -> dict[str, Any]:
    return {chosen.end: {"kind": chosen.kind, "key": chosen.key}, "names": chosen.names}


ENTRIES = (
    Entry(
        "GET",
        _PATHS,
        measure_paths,
        "viewer",
        "The ways of visits through, from or to a page, touchpoint or event. Query: through, from or to; names; "
        "further as for the journey's map.",
        query=(*JOURNEY.names, *NAMES),
        schemas={"names": whole(FEWEST_NAMES, MOST_NAMES)},
        answers=Answered((Paths,), beside=ASKED),
    ),
    Entry(
        "GET",
        _PATHS + ".csv",
        export_paths,
        "viewer",
        "The steps of these ways as CSV: one row for each pair of places in neighbouring columns. Query: as above.",
        query=(*JOURNEY.names, *NAMES),
        schemas={"names": whole(FEWEST_NAMES, MOST_NAMES)},
    ),
)
