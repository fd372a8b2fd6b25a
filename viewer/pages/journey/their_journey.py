"""From the visitors on a heatmap to real ways of such visitors: the walk of a journey that has the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import JOURNEY, MAP
from store.journeys import Journey
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.frame.frames import go
from viewer.pages.map.way_back import TOUCHPOINT, journey_of
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.walks import touchpoint_of


async def show(request: Request, *, questions: Questions, registry: Registry, urls: Urls) -> Response:
    """GET with the question of a heatmap leads to the walk of the same days and visitors. `journey`: the one that led
    to the heatmap; another one if the page is none of its touchpoints."""
    asked = await questions.read(request, MAP)
    question = asked.checked()
    came_from = journey_of(request.query_params).partition(TOUCHPOINT)[0]
    every = await registry.journeys(asked.site)
    journey = _with_page(asked, sorted(every, key=lambda one: (one.id != came_from, one.kind != "current")))
    if journey is None:
        raise Problem(
            404,
            "no_journey",
            f"No journey of this site has {question.page} as a touchpoint.",
            "Make a touchpoint of the page on a journey, then its visitors can be followed.",
        )
    kept = {name: value for name, value in question.query().items() if name in JOURNEY.names}
    return go(urls.walk(asked.site.id, journey.id, page=question.page, **kept))


def _with_page(asked: Asked, journeys: list[Journey]) -> Journey | None:
    groups = asked.known.groups
    return next((one for one in journeys if touchpoint_of(one, asked.question.page, groups)), None)
