"""How far the figures of a journey are counted, for the bar after a change of what counts as a contact."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rules.question import JOURNEY
from viewer.journey_maps import JourneyMaps
from viewer.questions import Questions
from viewer.registry import Registry


async def recount(request: Request, *, questions: Questions, registry: Registry, maps: JourneyMaps) -> Response:
    """GET with the question of the map: `{"done": 3, "of": 8}` slices of visitors; `of` is 0 while nothing is
    being counted."""
    asked = await questions.read(request, JOURNEY, remembered=True)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    done, of = maps.counted(journey, asked.checked())
    return JSONResponse({"done": done, "of": of})
