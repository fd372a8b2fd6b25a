"""Zones: named parts of a page (docs/zones.md), and their figures."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.placing.page_structure import ProposedZone
from rules import page_zone as rules
from rules.faults import accepted
from rules.find import stored_of, usable
from rules.question import PROPOSED, ZONES
from rules.resolve import Known
from rules.shape import plain
from rules.zone_pages import with_page, zones_of
from store.definitions import Stored
from store.layouts import Layout
from store.page_zones import PageZone
from viewer.api import figures
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, rejected_json
from viewer.maps import Maps
from viewer.page_zones import ZoneReader, key_of
from viewer.questions import Questions
from viewer.registry import Registry

MEASURED = (
    "Of those who had the middle of the zone in view for at least 150 ms in one view; a zone that moves with the "
    "window, any part of the page."
)


def zone_json(zone: PageZone) -> dict[str, Any]:
    """A zone, without the fingerprints of its elements."""
    values = plain(zone)
    del values["prints"]
    return values


async def list_zones(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(PageZone, await registry.site(request))
    rejected = [rejected_json(one) for one in found.rejected]
    return answer({"zones": [zone_json(one) for one in found.records], "rejected": rejected})


async def create_zone(request: Request, *, registry: Registry, questions: Questions, zones: ZoneReader) -> Response:
    known, by = await questions.known(request), by_whom(request)
    asked = with_page(await fields(request), known)
    prints = await _prints(zones, known, asked, None)
    made = await registry.change(lambda definitions: rules.add(definitions, known.site.id, asked, prints, by))
    return answer(zone_json(made), 201)


async def show_zone(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    return answer(zone_json(usable(await registry.find(PageZone, request.path_params["zone"], site))))


async def change_zone(request: Request, *, registry: Registry, questions: Questions, zones: ZoneReader) -> Response:
    known, by = await questions.known(request), by_whom(request)
    stored = stored_of(await registry.find(PageZone, request.path_params["zone"], known.site))
    asked = with_page(await fields(request), known, stored)
    prints = await _prints(zones, known, asked, stored)
    changed = await registry.change(
        lambda definitions: rules.change(definitions, stored, known.site.id, asked, prints, by)
    )
    return answer(zone_json(changed))


async def delete_zone(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await registry.find(PageZone, request.path_params["zone"], await registry.site(request)))
    await registry.change(lambda definitions: definitions.delete_stored(PageZone, stored, by_whom(request)))
    return answer({"deleted": stored.id})


async def _prints(zones: ZoneReader, known: Known, asked: dict[str, object], stored: Stored | None) -> rules.Prints:
    """The prints of the elements that are asked for. InvalidDefinition if the fields have faults."""
    made = accepted(rules.parse(asked, known.site.id, stored))
    return await zones.prints(known, made.page, made.elements)


async def measure_zones(request: Request, *, questions: Questions, maps: Maps) -> Response:
    asked = await questions.read(request, ZONES)
    question = asked.checked()
    found = await maps.heatmap(question, asked.known, fresh=True)
    rows = await maps.zones(found, zones_of(asked.known.zones, question.page, asked.known.groups), fresh=True)
    return answer(
        {
            "query": question.as_json(asked.today),
            "snapshot": figures.plain(found.figures.snapshot),
            "visitors": found.figures.visitors,
            "measured_visitors": found.figures.measured_visitors,
            "in_view": MEASURED,
            "zones": figures.plain(rows),
        }
    )


async def propose_zones(request: Request, *, questions: Questions, zones: ZoneReader) -> Response:
    asked = await questions.read(request, PROPOSED)
    picture = await zones.picture(asked.checked(), asked.known)
    found = await zones.proposed(picture)
    return answer(
        {
            "page": asked.question.page,
            "snapshot": figures.plain(picture.snapshot),
            "proposed": [_proposed_json(one, picture.index.layout) for one in found],
        }
    )


def _proposed_json(proposed: ProposedZone, layout: Layout) -> dict[str, Any]:
    keys = [key_of(layout, element) for element in proposed.elements]
    return {"kind": proposed.kind, "name": proposed.name, "elements": keys, "box": figures.plain(proposed.box)}


_ROOT = "/sites/{site}/zones"
ENTRIES = (
    Entry("GET", _ROOT, list_zones, "viewer", "The zones of a site."),
    Entry(
        "POST",
        _ROOT,
        create_zone,
        "editor",
        "Add a zone: name, page (a page, a pattern or the key of a page group), elements (their keys, as a map has "
        "them).",
        body=JsonBody(PageZone, rules.FIELDS),
        statuses=(201,),
    ),
    Entry("GET", _ROOT + "/{zone}", show_zone, "viewer", "One zone, by id or name."),
    Entry(
        "PUT",
        _ROOT + "/{zone}",
        change_zone,
        "editor",
        "Replace a zone; with `version`, the change is rejected if somebody else changed it first.",
        body=JsonBody(PageZone, rules.FIELDS),
    ),
    Entry("DELETE", _ROOT + "/{zone}", delete_zone, "editor", "Delete a zone; its history stays."),
    Entry(
        "GET",
        "/sites/{site}/zone-figures",
        measure_zones,
        "viewer",
        "The zones of a page on its picture: box, clicks, visitors, share of the visitors of the page and of those who "
        "had it in view, rage and dead clicks. Query: as of a map, without kind and layer.",
        query=ZONES.names,
    ),
    Entry(
        "GET",
        "/sites/{site}/proposed-zones",
        propose_zones,
        "viewer",
        "The zones that the structure of a page proposes: kind, name, elements, box. Query: page, width, variant, "
        "state.",
        query=PROPOSED.names,
    ),
)
