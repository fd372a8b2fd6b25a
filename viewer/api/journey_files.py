"""New journeys from templates, from other journeys and from files; a measured map as a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rules import journey as rules
from rules.faults import accepted
from rules.journey_file import ImportedJourney, known_ids, read_file
from rules.journey_lanes import laid_out
from rules.journey_template import NewMap, copy_fields, fields_from, future_fields, template, template_kinds
from rules.question import JOURNEY
from store.definitions import Definitions
from store.journeys import Journey
from store.segments import Goal
from viewer.api.entry import Entry, FileBody, JsonBody, answer, body, by_whom
from viewer.api.query_schemas import one_of
from viewer.api.text_language import LANGUAGES, NAME, read_with_language
from viewer.drawing.journey_csv import TABLES, journey_csv, lanes_csv
from viewer.http.downloads import file_answer
from viewer.http.errors import missing
from viewer.http.parameters import choice
from viewer.http.urls import Urls
from viewer.journey_maps import JourneyMaps
from viewer.layer_images import sheet_file_name
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.seen_maps import SeenMaps
from viewer.sheet_pictures import SheetPictures

PAPERS = ("a4", "a3")
_FROM_SEEN = "/sites/{site}/journeys-from-seen"


class FromTemplate(msgspec.Struct, forbid_unknown_fields=True):
    """`language`: of the texts that a map has in one language only."""

    name: str
    template: str
    language: Literal["en", "fr"] = "en"
    review_on: str = ""


class FromSeen(msgspec.Struct, forbid_unknown_fields=True):
    """`language`: of the texts that a map has in one language only."""

    name: str
    language: Literal["en", "fr"] = "en"
    review_on: str = ""


class CopyOf(msgspec.Struct, forbid_unknown_fields=True):
    """`kind`: `future` makes a future state, which is compared with the map that it is based on."""

    name: str
    kind: Literal["same", "future"] = "same"
    language: Literal["en", "fr"] = "en"
    review_on: str = ""


async def list_templates(request: Request) -> Response:
    return answer({"kinds": template_kinds()})


async def create_from_template(request: Request, *, registry: Registry) -> Response:
    site, by = await registry.site(request), by_whom(request)
    asked = await body(request, FromTemplate)
    chosen = template(asked.template)
    if chosen is None:
        keys = (one.key for kind in template_kinds() for one in kind.templates)
        raise missing("template", asked.template, f"There are: {', '.join(keys)}.")
    goals = tuple(one.id for one in (await registry.listing(Goal, site)).records)
    fields = fields_from(*chosen, NewMap(asked.name, asked.language, asked.review_on, goals))
    return answer(await registry.change(lambda definitions: rules.add(definitions, site.id, fields, by)), 201)


async def propose_from_seen(request: Request, *, questions: Questions, seen_maps: SeenMaps) -> Response:
    asked = await questions.read(request, JOURNEY)
    query = asked.checked().as_json(asked.today)
    language = choice(request.query_params, NAME, LANGUAGES, LANGUAGES[0])
    found = await seen_maps.proposed(asked, NewMap("", language))
    proposed = {name: value for name, value in found.fields.items() if name not in ("name", "review_on")}
    return answer({"query": query, "seen": found.seen, "missing": found.missing, "journey": proposed})


async def create_from_seen(request: Request, *, questions: Questions, seen_maps: SeenMaps) -> Response:
    asked, by = await questions.read(request, JOURNEY), by_whom(request)
    asked.checked()
    sent = await body(request, FromSeen)
    made = await seen_maps.create(asked, NewMap(sent.name, sent.language, sent.review_on), by)
    return answer(made, 201)


async def copy_journey(request: Request, *, registry: Registry) -> Response:
    site, by = await registry.site(request), by_whom(request)
    asked = await body(request, CopyOf)
    journey = await registry.journey(site, request.path_params["journey"])
    if asked.kind == "future":
        fields = future_fields(journey, NewMap(asked.name, asked.language, asked.review_on))
    else:
        fields = copy_fields(journey, asked.name) | ({"review_on": asked.review_on} if asked.review_on else {})
    return answer(await registry.change(lambda definitions: rules.add(definitions, site.id, fields, by)), 201)


async def create_from_file(request: Request, *, registry: Registry) -> Response:
    site, by, content = await registry.site(request), by_whom(request), await request.body()

    def add(definitions: Definitions) -> tuple[Journey, ImportedJourney]:
        found = accepted(read_file(content, site.id, known_ids(definitions, site.id)))
        return rules.add(definitions, site.id, found.fields, by), found

    made, found = await registry.change(add)
    left_out: list[dict[str, Any]] = [asdict(one) for one in found.left_out]
    return answer({"journey": made, "left_out": left_out}, 201)


async def download_map(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    table = choice(request.query_params, "table", TABLES, TABLES[0])
    asked, language = await read_with_language(request, questions)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    measure = await maps.journey_measure(journey, asked.question, asked.known.goals)
    if table == "lanes":
        lanes = await maps.journey_lanes(laid_out(journey), asked.question, measure)
        return file_answer(lanes_csv(journey, measure, lanes), "csv", f"{journey.id}-lanes")
    return file_answer(journey_csv(journey, measure, language), "csv", journey.id)


async def draw_map(
    request: Request, *, questions: Questions, registry: Registry, urls: Urls, sheets: SheetPictures
) -> Response:
    asked, language = await read_with_language(request, questions)
    query = request.query_params
    paper = choice(query, "paper", ("", *PAPERS), "")
    journey = await registry.journey(asked.site, request.path_params["journey"])
    shown = asked.question.query() | {"persona": query.get("persona", ""), "lang": language, "exact": "1"}
    lanes = [("lane", key) for key in query.getlist("lane")]
    page = urls.journey(asked.site.id, journey.id, **shown)
    page += "".join(f"&{urlencode([pair])}" for pair in [*lanes, ("paper", paper)] if pair[1])
    return file_answer(await sheets.of(request, page), "png", sheet_file_name(asked, journey.name))


ENTRIES = (
    Entry("GET", "/journey-templates", list_templates, "viewer", "The maps that a journey can start from, by kind."),
    Entry(
        "POST",
        "/sites/{site}/journeys-from-template",
        create_from_template,
        "editor",
        "Add a journey from a template: name, template; optional language, review_on.",
        body=JsonBody(FromTemplate),
        statuses=(201,),
    ),
    Entry(
        "GET",
        _FROM_SEEN,
        propose_from_seen,
        "viewer",
        "The map that would be made of what was seen in a period. Query: as for a map; names (en, fr).",
        query=(*JOURNEY.names, NAME),
        schemas={NAME: one_of(*LANGUAGES)},
    ),
    Entry(
        "POST",
        _FROM_SEEN,
        create_from_seen,
        "editor",
        "Add that map: name; optional language, review_on. Query: as for a map.",
        query=JOURNEY.names,
        body=JsonBody(FromSeen),
        statuses=(201,),
    ),
    Entry(
        "POST",
        "/sites/{site}/journeys-from-file",
        create_from_file,
        "editor",
        "Add a journey from the JSON of one, of this or another Parcours.",
        body=FileBody("application/json"),
        statuses=(201,),
    ),
    Entry(
        "POST",
        "/sites/{site}/journeys/{journey}/copy",
        copy_journey,
        "editor",
        "Copy a journey: name; optional kind (same, future), language, review_on.",
        body=JsonBody(CopyOf),
        statuses=(201,),
    ),
    Entry(
        "GET",
        "/sites/{site}/journeys/{journey}/map.png",
        draw_map,
        "viewer",
        "The journey's sheet as a picture. Query: as for the map; persona, lane (again for each one that is drawn), "
        "paper (a4, a3), names (en, fr).",
        query=(*JOURNEY.names, "persona", "lane", "paper", NAME),
        schemas={NAME: one_of(*LANGUAGES), "paper": one_of(*PAPERS)},
    ),
    Entry(
        "GET",
        "/sites/{site}/journeys/{journey}/map.csv",
        download_map,
        "viewer",
        "The journey measured, as CSV: one row for each touchpoint. Query: as for the map; names (en, fr); table "
        "(touchpoints, lanes).",
        query=(*JOURNEY.names, NAME, "table"),
        schemas={NAME: one_of(*LANGUAGES), "table": one_of(*TABLES)},
    ),
)
