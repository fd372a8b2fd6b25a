"""Journeys: stages with touchpoints, and the map that measures them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.funnel import Funnel
from aggregator.answers.journey import map_of
from rules import journey as rules
from rules import journey_save
from rules.faults import Faults
from rules.find import stored_of
from rules.journey_lanes import laid_out
from rules.opportunities import shipped_since
from rules.question import JOURNEY
from rules.shape import plain as fields_of
from store.journeys import Journey
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.by_name import NamedKind
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields
from viewer.api.figures import plain
from viewer.api.journey_figures import changes_json, figures_json
from viewer.api.query_schemas import one_of
from viewer.api.text_language import LANGUAGES, NAME, read_with_language
from viewer.drawing.funnel_csv import TABLES, funnel_csv
from viewer.element_names import ElementNames
from viewer.funnels import NAMES as FUNNEL_NAMES
from viewer.funnels import FunnelReading, read_funnel
from viewer.http.downloads import file_answer
from viewer.http.parameters import choice
from viewer.journey_before import changes_since
from viewer.journey_maps import JourneyMaps
from viewer.layer_images import site_file_name
from viewer.maps import site_scope_of
from viewer.opportunities import OpportunityReader
from viewer.questions import Questions, problem_of
from viewer.registry import Registry
from viewer.traffic import TrafficReader


async def save_journey(
    request: Request, *, registry: Registry, questions: Questions, opportunities: OpportunityReader
) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(Journey, request.path_params["journey"], site))
    sent, by = await fields(request), by_whom(request)
    made = rules.parse(sent, site.id, stored)
    if not isinstance(made, Faults) and shipped_since(made, stored):  # faults are reported by `save`
        kept = await opportunities.with_frozen(made, await questions.read(request, JOURNEY))
        sent = sent | {"opportunities": fields_of(kept)["opportunities"]}
    return answer(await registry.change(lambda definitions: journey_save.save(definitions, stored, site.id, sent, by)))


async def measure_journey(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    understood = question.as_json(asked.today)
    query = {name: understood[name] for name in ("since", "until", "timezone", "device")} | {
        "window_days": journey.window_days
    }
    compared = choice(request.query_params, "with", ("before",), "")
    measure = await maps.journey_measure(journey, question, asked.known.goals)
    changes = await changes_since(maps, journey, asked, measure) if compared else None
    beside = {"before": changes_json(journey, changes)} if changes else {}
    return answer({"journey": journey, "query": query, **plain(map_of(journey, measure)), **beside})


async def all_figures(request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    measure = await maps.journey_measure(journey, question, asked.known.goals)
    lanes = await maps.journey_lanes(laid_out(journey), question, measure)
    figures = figures_json(journey, measure) | {"lanes": plain(lanes)}
    return answer({"query": question.as_json(asked.today), **figures})


async def unmapped(
    request: Request, *, questions: Questions, maps: JourneyMaps, traffic: TrafficReader, registry: Registry
) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    await maps.drained()
    found = await traffic.unmapped(journey, site_scope_of(question))
    kinds = {"page": found.pages, "referrer": found.referrers, "event": found.events}
    rows = {f"{kind}s": [{kind: name, "visitors": n} for name, n in of_kind] for kind, of_kind in kinds.items()}
    return answer({"query": question.as_json(asked.today), **rows})


async def measure_funnel(
    request: Request, *, questions: Questions, elements: ElementNames, maps: JourneyMaps, registry: Registry
) -> Response:
    asked = await questions.read(request, JOURNEY)
    asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    reading = _read(await read_funnel(questions, elements, asked, journey, request.query_params))
    found = await maps.funnel(reading.journey, asked.question, reading.funnel, reading.sets)
    return answer({"query": asked.question.as_json(asked.today) | plain(reading.funnel), **plain(found)})


async def download_funnel(
    request: Request, *, questions: Questions, elements: ElementNames, maps: JourneyMaps, registry: Registry
) -> Response:
    table = choice(request.query_params, "table", TABLES, TABLES[0])
    asked, language = await read_with_language(request, questions)
    asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    reading = _read(await read_funnel(questions, elements, asked, journey, request.query_params))
    found = await maps.funnel(reading.journey, asked.question, reading.funnel, reading.sets)
    names = {
        touchpoint.key: touchpoint.name.get(language) or next(iter(touchpoint.name.values()), touchpoint.key)
        for _, touchpoint in reading.journey.touchpoints
    }
    name = site_file_name(asked, "funnel", reading.journey.name, "" if table == TABLES[0] else table)
    return file_answer(funnel_csv(found, names, table), "csv", name)


def _read(reading: FunnelReading | Faults) -> FunnelReading:
    """The funnel of a request; a Problem with all faults if it has any."""
    if isinstance(reading, Faults):
        raise problem_of(reading)
    return reading


_NAMED = NamedKind(Journey, "journey", rules.FIELDS, rules.add, rules.change)
ENTRIES = (
    *_NAMED.entries("Add a journey: name, stages with touchpoints; optional objective, review_on, window_days."),
    Entry(
        "POST",
        _NAMED.root + "/{journey}/save",
        save_journey,
        "editor",
        "Replace a journey as a whole. `version`: the one it began with; what others changed since is merged.",
        body=JsonBody(Journey, rules.FIELDS),
    ),
    Entry(
        "GET",
        _NAMED.root + "/{journey}/map",
        measure_journey,
        "viewer",
        "The journey measured: visitors of each stage and touchpoint, who went on, times, exits. "
        "Query: since, until, days, device; with=before: beside the period before.",
        query=(*JOURNEY.names, "with"),
        schemas={"with": one_of("before")},
    ),
    Entry(
        "GET",
        _NAMED.root + "/{journey}/unmapped",
        unmapped,
        "viewer",
        "Pages, other sites that visitors came from, and events that no touchpoint claims. Query as for its map.",
        query=JOURNEY.names,
    ),
    Entry(
        "GET",
        _NAMED.root + "/{journey}/funnel",
        measure_funnel,
        "viewer",
        "Visitors who did steps of a journey one after another. Query: steps, order, window_days, split; "
        "further as for its map.",
        query=(*JOURNEY.names, *FUNNEL_NAMES),
        answers=Answered((Funnel,), beside=ASKED),
    ),
    Entry(
        "GET",
        _NAMED.root + "/{journey}/funnel.csv",
        download_funnel,
        "viewer",
        "The same as CSV. Query: also table (steps, instead, account) and names (en, fr).",
        query=(*JOURNEY.names, *FUNNEL_NAMES, "table", NAME),
        schemas={NAME: one_of(*LANGUAGES), "table": one_of(*TABLES)},
    ),
    Entry(
        "GET",
        _NAMED.root + "/{journey}/figures",
        all_figures,
        "viewer",
        "Everything measured of a journey's stages, touchpoints, steps, goals and lanes. Query as for its map.",
        query=JOURNEY.names,
    ),
)
