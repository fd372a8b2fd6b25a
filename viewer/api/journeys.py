"""Journeys: stages with touchpoints, and the map that measures them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules import journey as rules
from rules.find import stored_of
from rules.question import JOURNEY
from store.journeys import Journey
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.api.figures import plain
from viewer.maps import Maps
from viewer.questions import Questions
from viewer.registry import Registry


async def list_journeys(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Journey, await registry.site(request))
    return answer({"journeys": found.records, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_journey(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by)), 201)


async def show_journey(request: Request, *, registry: Registry) -> Response:
    return answer(await registry.journey(await registry.site(request), request.path_params["journey"]))


async def change_journey(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(Journey, request.path_params["journey"], site))
    asked, by = await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by)))


async def delete_journey(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await registry.find(Journey, request.path_params["journey"], await registry.site(request)))
    await registry.change(lambda definitions: definitions.delete_stored(Journey, stored, by_whom(request)))
    return answer({"deleted": stored.id})


async def measure_journey(request: Request, *, questions: Questions, maps: Maps, registry: Registry) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    understood = question.as_json(asked.today)
    query = {name: understood[name] for name in ("since", "until", "timezone", "device")} | {
        "window_days": journey.window_days
    }
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
        "Replace a journey; with `version`, the change is rejected if somebody else changed it first.",
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
        query=JOURNEY.names,
    ),
)
