"""The personas of a journey: how many visitors each has, and how one differs from the others."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.persona import PersonaDifference
from rules.question import JOURNEY
from store.journeys import Journey, Persona
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.http.errors import missing
from viewer.journey_maps import JourneyMaps
from viewer.personas import PersonaReader
from viewer.questions import Questions
from viewer.registry import Registry

_PERSONAS = "/sites/{site}/journeys/{journey}/personas"
_ASKED = tuple(name for name in JOURNEY.names if name != "segment")  # that of the persona is counted


async def list_personas(
    request: Request, *, questions: Questions, registry: Registry, personas: PersonaReader
) -> Response:
    asked = await questions.read(request, JOURNEY)
    query = asked.checked().as_json(asked.today)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    counts = await personas.counts(journey, asked)
    rows = [_persona(one) | {"visitors": counts.get(one.key)} for one in journey.personas]
    return answer({"query": query, "visitors": counts[""], "personas": rows})


async def compare_persona(
    request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry, personas: PersonaReader
) -> Response:
    known = await questions.known(request)
    journey = await registry.journey(known.site, request.path_params["journey"])
    persona = _named(journey, request.path_params["persona"])
    asked = await questions.resolve(known, {**request.query_params, "segment": persona.segment}, JOURNEY)
    question = asked.checked()
    measure = await maps.journey_measure(journey, question, known.goals)
    found = await personas.measured(journey, asked, persona.key, measure)
    is_compared = found.everyone is not None
    visitors = {
        "persona": measure.figures.visitors if is_compared else None,
        "others": found.others if is_compared else None,
        "everyone": found.everyone.visitors if found.everyone else measure.figures.visitors,
    }
    return answer(
        {
            "query": question.as_json(asked.today),
            "persona": _persona(persona),
            "visitors": visitors,
            "differences": [_difference(one) for one in found.differences],
            "account": plain(found.account) if found.account else None,
        }
    )


def _named(journey: Journey, key: str) -> Persona:
    found = next((one for one in journey.personas if one.key == key), None)
    if found is None:
        raise missing("persona", key, f"There are: {', '.join(one.key for one in journey.personas) or 'none'}.")
    return found


def _persona(one: Persona) -> dict[str, Any]:
    return {"key": one.key, "name": one.name, "segment": one.segment}


def _difference(one: PersonaDifference) -> dict[str, Any]:
    return {"what": one.what, "key": one.key, **plain(one.shares)}


ENTRIES = (
    Entry(
        "GET",
        _PERSONAS,
        list_personas,
        "viewer",
        "The personas of a journey with their visitors. Query: as for its map, without segment.",
        query=_ASKED,
    ),
    Entry(
        "GET",
        _PERSONAS + "/{persona}",
        compare_persona,
        "viewer",
        "A persona beside the others, the visitors of the map who are not this persona. Query: as for its map, without "
        "segment.",
        query=_ASKED,
    ),
)
