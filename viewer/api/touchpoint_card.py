"""The card of a touchpoint over the API, as JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.touchpoint import TouchpointCard
from aggregator.measures.journey_figures import TouchpointFigures
from aggregator.measures.shares import share_of
from rules.question import JOURNEY
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of
from viewer.drawing.touchpoint_csv import touchpoint_csv
from viewer.http.downloads import file_answer
from viewer.journey_maps import JourneyMaps
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.touchpoints import STEPS, asked_of

_PATH = "/sites/{site}/journeys/{journey}/touchpoints/{touchpoint}"


async def show_card(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    asked, card = await _measured(request, questions, maps, registry)
    return answer({"query": asked.question.as_json(asked.today), **card_json(card)})


async def download_card(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    _asked, card = await _measured(request, questions, maps, registry)
    return file_answer(touchpoint_csv(card), "csv", card.key)


async def _measured(
    request: Request, questions: Questions, maps: JourneyMaps, registry: Registry
) -> tuple[Asked, TouchpointCard]:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    return asked, await maps.touchpoint(journey, question, asked_of(request, journey), asked.known.goals)


def card_json(card: TouchpointCard) -> dict[str, Any]:
    """Every figure of a card. Figures of a part have neither steps nor a mood, which compare touchpoints."""
    return {
        **{name: getattr(card, name) for name in ("key", "visitors", "goal", "page", "step", "one_in")},
        "figures": _figures(card.figures) | {"mood": card.figures.mood},
        "spans": [plain(one.span) | {"figures": _figures(one.figures)} for one in card.spans],
        **{name: plain(getattr(card, name)) for name in ("changes", "came_from", "went_to", "elements")},
        "devices": _of_visitors(card, card.devices),
        "channels": _of_visitors(card, card.channels),
    }


def _of_visitors(card: TouchpointCard, parts: Mapping[str, TouchpointFigures]) -> dict[str, Any]:
    """The figures of each part, and its share of the visitors of the touchpoint."""
    return {
        name: _figures(one) | {"of_visitors": plain(share_of(one.visitors, card.visitors))}
        for name, one in parts.items()
    }


def _figures(figures: TouchpointFigures) -> dict[str, Any]:
    return {name: value for name, value in plain(figures).items() if name not in ("steps", "mood")}


_WORDS = (
    "over time, since when a figure is different, where visitors come from and go to, elements, devices and channels. "
    "Query: step (day, week); further as for the map of the journey."
)
ENTRIES = (
    Entry(
        "GET",
        _PATH,
        show_card,
        "viewer",
        f"A touchpoint measured: {_WORDS}",
        query=(*JOURNEY.names, "step"),
        schemas={"step": one_of(*STEPS)},
    ),
    Entry(
        "GET",
        _PATH + "/card.csv",
        download_card,
        "viewer",
        "The same as CSV, one row for each figure.",
        query=(*JOURNEY.names, "step"),
        schemas={"step": one_of(*STEPS)},
    ),
)
