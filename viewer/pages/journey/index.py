"""Journeys of a site: the list with its worst figures, deleted ones, and creating, copying and deleting one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aggregator.answers.journey import JourneyMap
from rules import journey as rules
from rules import journey_history as history
from rules.faults import Fault, Faults, InvalidDefinition, fault
from rules.find import stored_of
from rules.journey_seen import SEEN
from rules.journey_state import map_state
from rules.journey_template import NINE_STAGES, NewMap, copy_fields, future_fields
from rules.question import JOURNEY, Question
from store.client import StoreError
from store.journeys import Journey, MapKind
from store.segments import Goal
from store.zones import now_ms
from viewer.access.person import signed_in
from viewer.http.parameters import choice
from viewer.journey_maps import JourneyMaps
from viewer.pages.forms.faults import FormFaults, RejectedRow, form_faults, rejected_row
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.journey.chooser import (
    TemplateCard,
    TemplateGroup,
    blank_card,
    fields_of_choice,
    seen_card,
    template_groups,
)
from viewer.pages.journey.form import label
from viewer.pages.journey.listed import NEVER, JourneyRow, RowMaker, row_figures, short_kind_name
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.seen_maps import SeenMaps
from viewer.work import ThreadsBusy

KINDS: tuple[MapKind, ...] = get_args(MapKind)
DELETED = "deleted"  # beside the kinds: those that can be restored
SORTS = ("review", "name")
WAIT_SECONDS = 0.8  # how long the list waits for figures; the page requests those that are missing
REVIEW_DAYS = 91  # until the first review of a new map: a quarter
LONGEST_NAME = 120


@dataclass(frozen=True)
class NewJourney:
    """The form for a new journey: its fields as typed, and their faults."""

    name: str = ""
    chosen: str = NINE_STAGES
    faults: FormFaults = FormFaults()


@dataclass(frozen=True)
class DeletedRow:
    id: str
    name: str
    when: str
    by: str


@dataclass(frozen=True)
class UndoNote:
    """What was just deleted, and can be restored."""

    id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class JourneysPage(Page):
    """Journeys of a site, `/sites/3/journeys`."""

    template = "journey/index.html"
    docs = "journeys"
    about: str = doc("How many there are, and how many reviews are due")
    kinds: tuple[Choice, ...] = doc("Kinds of map to list")
    search: str = doc("Part of the name that is searched for")
    hidden: tuple[tuple[str, str], ...] = doc("Fields of the search that the reader does not see")
    sorts: tuple[Choice, ...] = doc("Orders of the list")
    period: PeriodControl = doc("The period menu")
    journeys: tuple[JourneyRow, ...] = doc("One row per journey")
    any: bool = doc("Whether the site has journeys at all")
    deleted: tuple[DeletedRow, ...] = doc("Those that can be restored")
    shows_deleted: bool = doc("Whether these are listed instead of the journeys")
    deleted_href: str = doc("Address of the deleted ones")
    undo: UndoNote | None = doc("What was just deleted")
    groups: list[TemplateGroup] = doc("What a new one can start from, by kind of map")
    blank: TemplateCard = doc("The template without content")
    seen: TemplateCard = doc("A map made of what was seen; it cannot be chosen while there are few visitors")
    import_href: str = doc("Where a file is imported")
    offsite_href: str = doc("Files of what happened elsewhere")
    action: str = doc("Where the forms post to")
    name: str = doc("Name typed so far")
    faults: FormFaults = doc("Why it could not be created")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    can_edit: bool = doc("Whether the person may create, copy and delete")


async def index(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    maps: JourneyMaps,
    frames: Frames,
    seen_maps: SeenMaps,
) -> Response:
    """GET lists them."""
    asked = await questions.read(request, JOURNEY)
    return await _list(request, asked, JourneyParts(registry, maps, frames, seen_maps))


@dataclass(frozen=True)
class JourneyParts:
    """What the list is read from and shown with."""

    registry: Registry
    maps: JourneyMaps
    frames: Frames
    seen_maps: SeenMaps


async def change(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    maps: JourneyMaps,
    frames: Frames,
    seen_maps: SeenMaps,
) -> Response:
    """POST creates one from a template, or copies, deletes or restores one."""
    asked, form, by = await questions.read(request, JOURNEY), await request.form(), signed_in(request).name
    site, action, id = asked.site, text(form, "do"), text(form, "journey")
    parts, urls = JourneyParts(registry, maps, frames, seen_maps), frames.urls
    if action == "restore":
        await registry.change(lambda all: history.restore(all, site.id, id, now_ms(), by))
        return go(urls.journeys(site.id))
    if action == "delete":
        stored = stored_of(await registry.find(Journey, id, site))
        await registry.change(lambda all: all.delete_stored(Journey, stored, by))
        return go(urls.journeys(site.id, gone=stored.id))
    lang = language_of(request)
    if action in ("copy", "future"):
        fields = _copied(lang, await registry.journey(site, id), _review_day(asked), future=action == "future")
        made = await registry.change(lambda all: rules.add(all, site.id, fields, by))
        return go(urls.journeys(site.id) + f"#{made.id}")
    typed = NewJourney(text(form, "name"), text(form, "template") or NINE_STAGES)
    try:
        made = await _create(asked, lang, typed, parts, by)
        return go(urls.journey(site.id, made.id, edit=1))
    except InvalidDefinition as error:
        faults = form_faults(lang, "journey", error.faults, label)
        return await _list(request, asked, parts, replace(typed, faults=faults))


def _copied(lang: Language, journey: Journey, review: str, *, future: bool) -> dict[str, object]:
    """The fields of a copy or of a future state, named after the map; by its own name if that becomes too long."""
    if future:
        name = lang.text("%(name)s, future state", name=journey.name)
    else:
        name = lang.text("%(name)s, copy", name=journey.name)
    name = name if len(name) <= LONGEST_NAME else journey.name
    return future_fields(journey, NewMap(name, lang.code, review)) if future else copy_fields(journey, name)


async def _create(asked: Asked, lang: Language, typed: NewJourney, parts: JourneyParts, by: str) -> Journey:
    """The new journey. InvalidDefinition if it has no name or no template."""
    registry = parts.registry
    journeys = await registry.journeys(asked.site)
    goals = (await registry.listing(Goal, asked.site)).records
    new = NewMap(typed.name, lang.code, _review_day(asked), tuple(one.id for one in goals))
    if typed.chosen == SEEN:
        return await parts.seen_maps.create(asked, new, by)
    fields = fields_of_choice(typed.chosen, journeys, new)
    if fields is None:
        raise InvalidDefinition(Faults((_no_template(typed.chosen),)))
    return await registry.change(lambda all: rules.add(all, asked.site.id, fields, by))


def _review_day(asked: Asked) -> str:
    return (asked.today + timedelta(days=REVIEW_DAYS)).isoformat()


def _no_template(chosen: str) -> Fault:
    return fault("template", "no_template", value=chosen)


async def figures(request: Request, *, questions: Questions, registry: Registry, maps: JourneyMaps) -> Response:
    """GET measures one journey for its row, as JSON: the list requests what was not ready in time."""
    asked = await questions.read(request, JOURNEY)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    lang = language_of(request)
    found = row_figures(lang, journey, await maps.journey(journey, asked.checked(), asked.known.goals))
    worst = found.worst
    shown = {"bold": worst.bold, "rest": worst.rest, "small": worst.small, "bad": worst.bad} if worst else None
    return JSONResponse({"visitors": found.visitors, "worst": shown}, headers={"Cache-Control": "no-store"})


async def _list(request: Request, asked: Asked, parts: JourneyParts, typed: NewJourney | None = None) -> Response:
    query, site, urls = request.query_params, asked.site, parts.frames.urls
    may_edit = signed_in(request).may("editor")
    frame = await parts.frames.of(request, "journeys", site)
    lang, found, form = frame.lang, await parts.registry.listing(Journey, site), typed or NewJourney()
    deleted = await parts.registry.read(lambda all: history.deleted_journeys(all, site.id, now_ms()))
    kind, sort = choice(query, "kind", (*KINDS, DELETED), ""), choice(query, "sort", SORTS, SORTS[0])
    search = query.get("search", "").strip()[:LONGEST_NAME]
    chosen = [one for one in _sorted(found.records, sort) if _is_listed(one, kind, search)]
    measured = await _measured(parts.maps, chosen, asked)
    seen = await parts.seen_maps.seen(asked)
    maker = RowMaker(
        lang, urls, site.id, asked.today, {one.id: one.name for one in found.records},
        asked.question.query(), may_edit,
    )  # fmt: skip
    shown = {"kind": kind, "search": search, "sort": sort if sort != SORTS[0] else ""}
    links = Links(urls.journeys(site.id), asked.question).keeping(**shown)
    gone = next((one for one in deleted if one.stored.id == query.get("gone")), None)
    page = JourneysPage(
        frame=frame,
        title=lang.text("Journeys"),
        about=_about(lang, found.records, asked),
        kinds=_kinds(lang, links, kind),
        search=search,
        hidden=links.fields("search"),
        sorts=_sorts(lang, links, sort),
        period=period_control(lang, links, asked.today),
        journeys=tuple(maker.row(one, measured.get(one.id)) for one in chosen),
        any=bool(found.records),
        deleted=tuple(
            DeletedRow(one.stored.id, str(one.stored.fields.get("name", "")), lang.moment(one.time), one.author)
            for one in deleted
        ),
        shows_deleted=kind == DELETED,
        deleted_href=links.keeping(kind=DELETED).to(),
        undo=_undo(lang, gone.stored.id, gone.stored.fields.get("name")) if gone else None,
        groups=template_groups(lang, found.records, form.chosen),
        blank=blank_card(lang, form.chosen),
        seen=seen_card(lang, seen, form.chosen),
        import_href=urls.import_journey(site.id),
        offsite_href=urls.offsite(site.id),
        action=urls.journeys(site.id),
        name=form.name,
        faults=form.faults,
        rejected=[
            rejected_row(lang, one, label, urls.journey(site.id, one.id, edit=1) if may_edit else "")
            for one in found.rejected
        ],
        can_edit=may_edit,
    )
    return answer(request, page, form.faults.status)


async def _measured(maps: JourneyMaps, journeys: Sequence[Journey], asked: Asked) -> dict[str, JourneyMap]:
    """The figures that are ready in time, by journey. Without faults in the question only."""
    found: dict[str, JourneyMap] = {}
    if asked.faults:
        return found
    question: Question = asked.question
    with anyio.move_on_after(WAIT_SECONDS):
        for journey in journeys:
            try:
                found[journey.id] = await maps.journey(journey, question, asked.known.goals)
            except (StoreError, ThreadsBusy):  # too much to count now: the page says so when it asks again
                continue
    return found


def _is_listed(journey: Journey, kind: str, search: str) -> bool:
    return kind in ("", journey.kind) and search.casefold() in journey.name.casefold()


def _sorted(journeys: Sequence[Journey], sort: str) -> list[Journey]:
    """By review day, those due first; or by name."""
    by_name = sorted(journeys, key=lambda one: one.name.casefold())
    return by_name if sort == "name" else sorted(by_name, key=lambda one: one.review_on or NEVER)


def _about(lang: Language, journeys: Sequence[Journey], asked: Asked) -> str:
    due = sum(map_state(one, asked.today) == "due" for one in journeys)
    counted = lang.plural("%(num)s journey", "%(num)s journeys", len(journeys))
    if not journeys or not due:
        return counted if journeys else ""
    reviews = lang.plural("%(num)s review due", "%(num)s reviews due", due)
    return f"{counted}, {reviews}"


def _kinds(lang: Language, links: Links, kind: str) -> tuple[Choice, ...]:
    every = Choice(lang.text("All"), links.keeping(kind="").to(), kind == "")
    return (every, *(Choice(short_kind_name(lang, one), links.keeping(kind=one).to(), kind == one) for one in KINDS))


def _sorts(lang: Language, links: Links, sort: str) -> tuple[Choice, ...]:
    names = {"review": lang.text("review date"), "name": lang.text("name")}
    return tuple(
        Choice(names[one], links.keeping(sort=one if one != SORTS[0] else "").to(), one == sort) for one in SORTS
    )


def _undo(lang: Language, id: str, name: object) -> UndoNote:
    return UndoNote(id, lang.text("“%(name)s” was deleted. It can be restored for 30 days.", name=name or id))
