"""A walk through a journey: the way of one real visitor, who stays unknown."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.walk import WayChanged
from aggregator.shapes.walks import ALIKE, OfferedWay
from rules.faults import Faults, fault
from rules.question import JOURNEY
from store.journeys import Journey
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import text, whole
from viewer.journey_maps import JourneyMaps, WalkAnswer
from viewer.questions import Questions, problem_of
from viewer.registry import Registry
from viewer.walks import MOST_STEPS, NAMES, chosen_way, parse_walk, ways_through


async def walk(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    walk = parse_walk(request.query_params, journey, asked.known.groups)
    if isinstance(walk, Faults):
        raise problem_of(walk)
    every = await maps.ways(journey, question, asked.known.goals, walk.outcome)
    ways = ways_through(walk, every, journey)
    way = chosen_way(walk, ways, journey)
    if isinstance(way, Faults):
        raise problem_of(way)
    step = walk.step_of(way, journey)
    try:
        found = await maps.walk(journey, question, asked.known, way, step) if way else None
    except WayChanged:
        raise problem_of(Faults((fault("way", "few_alike", least=ALIKE),))) from None
    return answer(
        {
            "query": question.as_json(asked.today) | {"outcome": walk.outcome, "step": step, "page": walk.page},
            "visitors": ways.visitors,
            "alike_least": ALIKE,
            "different": ways.different,
            "ways": [_way(journey, one) for one in ways.offered],
            "way": _way(journey, way) if way else None,
            **_walked(found),
            "usual": plain(await maps.usual(journey, question, found)) if found else None,
        }
    )


def _way(journey: Journey, way: OfferedWay) -> dict[str, Any]:
    keys = ["", *(touchpoint.key for _, touchpoint in journey.touchpoints)]
    return {"touchpoints": [keys[n] for n in way.touchpoints], "visitors": way.visitors}


def _walked(found: WalkAnswer | None) -> dict[str, Any]:
    if found is None:
        return {"stops": [], "picture": None, "did": []}
    return {"stops": plain(found.stops), "picture": plain(found.scene.picture), "did": plain(found.scene.deeds)}


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/journeys/{journey}/walk",
        walk,
        "viewer",
        "The ways that consenting visitors went through a journey, and one of them touchpoint by touchpoint. "
        "Query: way, step, outcome, page; further as for its map.",
        query=(*JOURNEY.names, *NAMES),
        schemas={"step": whole(1, MOST_STEPS), "page": text("The key of a touchpoint.")},
    ),
)
