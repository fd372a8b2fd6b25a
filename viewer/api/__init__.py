"""The JSON API: one noun, one module; ENTRIES of each make the routes, the index and the check of docs/api.md."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from store.snapshots import Snapshots
from viewer.api import (
    activity,
    compare,
    counts,
    data,
    erasures,
    experiments,
    goals,
    groups,
    health,
    heatmap,
    identity,
    journey_files,
    journey_gap,
    journey_paths,
    journey_personas,
    journey_revisions,
    journey_walk,
    journeys,
    mail,
    needs,
    notes,
    offsite,
    opportunities,
    overview,
    own_browser,
    pages,
    people,
    reports,
    retakes,
    segments,
    shares,
    sign_in,
    sign_in_policy,
    site_events,
    site_forms,
    sites,
    snapshots,
    states,
    surveys,
    tokens,
    touchpoint_card,
    users,
    zones,
)
from viewer.api.entry import Entry, answer
from viewer.api.openapi import describe
from viewer.http.binding import Endpoint
from viewer.http.urls import Urls


async def index(request: Request, *, snapshots: Snapshots) -> Response:
    return answer(
        {
            "version": "v1",
            "sign_in": "Authorization: Bearer TOKEN (`parcours token NAME` makes one)",
            "errors": {"error": {"code": "stable word", "message": "what went wrong", "hint": "what to do"}},
            "routes": [
                {"method": e.method, "path": e.full_path, "role": e.role, "description": e.words} for e in ENTRIES
            ],
        }
    )


async def openapi(request: Request, *, urls: Urls) -> Response:
    return answer(describe(ENTRIES, urls.base))


INDEX = Entry("GET", "", index, None, "This list.")
OPENAPI = Entry("GET", "/openapi.json", openapi, None, "This API as an OpenAPI 3.1 description, for programs.")
_NOUNS = (
    sites,
    activity,
    health,
    snapshots,
    retakes,
    states,
    groups,
    sign_in,
    own_browser,
    heatmap,
    compare,
    experiments,
    goals,
    journeys,
    journey_gap,
    opportunities,
    journey_files,
    journey_paths,
    journey_personas,
    journey_revisions,
    touchpoint_card,
    journey_walk,
    segments,
    reports,
    shares,
    zones,
    notes,
    surveys,
    overview,
    counts,
    needs,
    mail,
    offsite,
    site_events,
    site_forms,
    pages,
    data,
    erasures,
    identity,
    tokens,
    users,
    sign_in_policy,
    people,
)
ENTRIES: tuple[Entry, ...] = (INDEX, OPENAPI, *(entry for noun in _NOUNS for entry in noun.ENTRIES))


def endpoints() -> list[Endpoint]:
    """All routes of the API."""
    return [entry.endpoint() for entry in ENTRIES] + [replace(INDEX, path="/").endpoint()]
