"""The revisions of a journey, and deleted journeys."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules import journey_history as history
from rules.journey_history import JourneyRevision, journey_revisions
from store.definitions import DeletedRecord
from store.journeys import Journey
from store.zones import now_ms
from viewer.api.entry import Entry, answer, by_whom, iso
from viewer.api.query_schemas import whole
from viewer.http.parameters import number
from viewer.registry import Registry

MOST = 100  # versions that one answer compares


async def list_revisions(request: Request, *, registry: Registry) -> Response:
    site, name = await registry.site(request), request.path_params["journey"]
    before = number(request.query_params, "before", 1, 999_999_999) or 0
    journey = await registry.journey(site, name)
    found = await registry.read(lambda definitions: definitions.revisions(Journey, journey.id, before, MOST + 1))
    listed = journey_revisions(found, sitting_ms=0)
    return answer({"journey": journey.id, "revisions": [revision_json(one) for one in listed]})


def revision_json(one: JourneyRevision) -> dict[str, Any]:
    state = "created" if one.begun else "deleted" if one.deleted else "restored" if one.restored else "changed"
    changes = [{"code": c.code, "values": dict(c.values), "message": c.sentence} for c in one.changes]
    return {"version": one.version, "time": iso(one.time), "by": one.author, "what": state, "changes": changes}


async def show_revision(request: Request, *, registry: Registry) -> Response:
    site, (name, version) = await registry.site(request), _named(request)
    return answer(await registry.read(lambda definitions: history.at_version(definitions, site.id, name, version)))


async def go_back(request: Request, *, registry: Registry) -> Response:
    site, (name, version), by = await registry.site(request), _named(request), by_whom(request)
    return answer(await registry.change(lambda all: history.go_back(all, site.id, name, version, by)))


def _named(request: Request) -> tuple[str, int]:
    """The journey and the version that the address names; 0, which never was, for anything but a number."""
    text = request.path_params["version"]
    return request.path_params["journey"], int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


async def list_deleted(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    found = await registry.read(lambda definitions: history.deleted_journeys(definitions, site.id, now_ms()))
    return answer({"deleted": [_deleted_json(one) for one in found]})


def _deleted_json(one: DeletedRecord) -> dict[str, Any]:
    name = one.stored.fields.get("name", "")
    return {"id": one.stored.id, "name": name, "time": iso(one.time), "by": one.author}


async def restore(request: Request, *, registry: Registry) -> Response:
    site, id, by = await registry.site(request), request.path_params["journey"], by_whom(request)
    await registry.change(lambda definitions: history.restore(definitions, site.id, id, now_ms(), by))
    return answer({"restored": id})


_REVISIONS = "/sites/{site}/journeys/{journey}/revisions"
_DELETED = "/sites/{site}/deleted-journeys"
ENTRIES = (
    Entry(
        "GET",
        _REVISIONS,
        list_revisions,
        "viewer",
        "The versions of a journey, newest first: when, by whom, and what changed. "
        "Query: before, a version (100 at most are compared).",
        query=("before",),
        schemas={"before": whole(1, 999_999_999)},
    ),
    Entry("GET", _REVISIONS + "/{version}", show_revision, "viewer", "A journey as it was in one version."),
    Entry(
        "POST",
        _REVISIONS + "/{version}",
        go_back,
        "editor",
        "Go back to a version: it is stored again as a new one.",
    ),
    Entry("GET", _DELETED, list_deleted, "viewer", "The journeys of a site that were deleted in the last 30 days."),
    Entry("POST", _DELETED + "/{journey}", restore, "editor", "Restore a deleted journey as it was."),
)
