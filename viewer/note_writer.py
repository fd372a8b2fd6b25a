"""Writes notes: finds the element or touchpoint that each is about, whom it mentions, and what the map showed then."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request

from aggregator.pictures.newest import IndexedSnapshot, NoSnapshot
from aggregator.placing.remark_places import point_in
from rules import remark as rules
from rules.faults import Faults, InvalidDefinition, fault
from rules.question import MAP
from store.errors import StoreError
from store.page_zones import ElementPrint
from store.records import Site
from store.remarks import Answer, FigureThen, NotePlace, Remark
from viewer.access.guards import check_role
from viewer.access.person import Person, signed_in
from viewer.http.errors import Problem
from viewer.maps import Maps
from viewer.mentions import Mentions
from viewer.page_zones import ZoneReader
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.remarks import NoteReader, may_change

log = logging.getLogger("parcours.mail")
OF_QUESTION = tuple(name for name in MAP.names if name not in ("page", "kind", "layer"))
LONGEST_NAME = 200  # characters of the name of an element


def now_ms() -> int:
    return int(time.time() * 1000)


class NoteWriter:
    """Every change of a note. InvalidDefinition for bad fields, NotFound for an unknown note, Problem 403 for somebody
    else's note without the role editor."""

    def __init__(
        self, registry: Registry, questions: Questions, zones: ZoneReader, maps: Maps, reader: NoteReader,
        mentions: Mentions,
    ) -> None:  # fmt: skip
        self._registry = registry
        self._questions = questions
        self._zones = zones
        self._maps = maps
        self._reader = reader
        self._mentions = mentions

    async def add(self, request: Request, fields: Mapping[str, object]) -> Remark:
        """Write a note. The query of the request is that of the map on which it is written."""
        who, asked = signed_in(request), rules.parse(fields)
        if asked.release:
            check_role(who, "editor")
        site = await self._registry.site(request)
        about = await self._about(request, asked)
        note = Remark(
            id=secrets.token_hex(8),
            site=site.id,
            text=asked.text,
            author=who.name,
            via=who.via,
            time=now_ms(),
            mentions=rules.mentions(asked.text, await self._reader.people(site)),
            **about,
        )
        stored = await self._registry.change(lambda definitions: definitions.put(note, who.name))
        return await self._told(site, stored, "", stored.mentions)

    async def answer(self, request: Request, fields: Mapping[str, object]) -> Remark:
        """Add an answer to the note that the address names."""
        who, text = signed_in(request), rules.parse_answer(fields)
        site = await self._registry.site(request)
        stored = await self.found(request)
        people = await self._reader.people(site)
        made = Answer(
            id=secrets.token_hex(8), text=text, author=who.name, via=who.via, time=now_ms(),
            mentions=rules.mentions(text, people),
        )  # fmt: skip
        answered = await self._registry.change(lambda definitions: rules.answer(definitions, stored, made))
        return await self._told(site, answered, made.id, made.mentions)

    async def change(self, request: Request, fields: Mapping[str, object]) -> Remark:
        """Change the text of a note, resolve or open it again, or point at its new place."""
        who, asked = signed_in(request), rules.parse_change(fields)
        stored = await self._mine(request, who)
        site = await self._registry.site(request)
        edits: dict[str, Any] = {}
        if asked.text is not None:
            edits |= {"text": asked.text, "mentions": rules.mentions(asked.text, await self._reader.people(site))}
        if asked.resolved is not None:
            edits |= {"resolved": asked.resolved, "resolved_by": who.name if asked.resolved else ""}
        if asked.moves:
            if not stored.page:
                raise InvalidDefinition(Faults((fault("element", "note_without_place"),)))
            x, y = 1.0 if asked.x is None else asked.x, 0.0 if asked.y is None else asked.y
            at = rules.NoteRequest(text=stored.text, page=stored.page, element=asked.element or "", x=x, y=y)
            moved = await self._on_page(request, at)
            edits |= {"place": moved["place"], "moved_by": who.name}

        def edit(newest: Remark) -> Remark:
            return replace(newest, **edits)

        changed = await self._registry.change(
            lambda definitions: rules.change(definitions, stored, who.name, asked.version, edit)
        )
        return await self._told(site, changed, "", changed.mentions) if asked.text is not None else changed

    async def _told(self, site: Site, note: Remark, answer: str, names: Collection[str]) -> Remark:
        """The note, after those mentioned in it were mailed; it is stored whether or not they could be."""
        try:
            await self._registry.read(lambda _: self._mentions.send(site, note, answer, names))
        except StoreError as error:
            log.warning("mentions in note %s could not be mailed: %s", note.id, error)
        return note

    async def delete(self, request: Request) -> Remark:
        """Delete a note with its answers; its history stays."""
        who = signed_in(request)
        stored = await self._mine(request, who)
        await self._registry.change(lambda definitions: definitions.delete(stored, who.name))
        return stored

    async def found(self, request: Request) -> Remark:
        """The note that the address names."""
        site, id = await self._registry.site(request), str(request.path_params["note"])
        return await self._registry.read(lambda definitions: rules.note_of(definitions, site.id, id))

    async def _mine(self, request: Request, who: Person) -> Remark:
        stored = await self.found(request)
        if not may_change(who, stored):
            raise Problem(403, "role", "Somebody else wrote this note.", "This needs editor: ask an owner.")
        return stored

    async def _about(self, request: Request, asked: rules.NoteRequest) -> dict[str, Any]:
        if asked.day:
            return {"day": asked.day, "release": asked.release}
        if asked.touchpoint:
            site = await self._registry.site(request)
            journey = await self._registry.journey(site, asked.journey)
            if all(one.key != asked.touchpoint for stage in journey.stages for one in stage.touchpoints):
                raise InvalidDefinition(Faults((fault("touchpoint", "no_touchpoint", value=asked.touchpoint),)))
            return {"journey": journey.id, "touchpoint": asked.touchpoint}
        return await self._on_page(request, asked)

    async def _on_page(self, request: Request, asked: rules.NoteRequest) -> dict[str, Any]:
        known = await self._questions.known(request)
        query = {name: value for name, value in request.query_params.items() if name in OF_QUESTION}
        of = await self._questions.resolve(known, query | {"page": asked.page}, MAP)
        question = of.checked()
        try:
            picture: IndexedSnapshot | None = await self._zones.picture(question, known)
        except NoSnapshot:
            picture = None
        if not asked.element:
            place = NotePlace(x=asked.x, y=asked.y, page_x=asked.x, page_y=asked.y)
            return {"page": question.page, "place": place}
        prints = await self._zones.prints(known, question.page, [asked.element], picture)
        if asked.element not in prints:
            raise InvalidDefinition(Faults((fault("element", "no_element", value=asked.element),)))
        place = _on_element(asked, prints[asked.element], picture)
        return {"page": question.page, "place": place, "figure": await self._figure(of, asked.element)}

    async def _figure(self, asked: Asked, element: str) -> FigureThen | None:
        """What the map shows of an element; None if nobody used it, or there is no map."""
        try:
            found = await self._maps.heatmap(asked.question, asked.known)
        except NoSnapshot:
            return None
        row = next((one for one in found.figures.elements if f"{one.key:016x}" == element), None)
        if row is None:
            return None
        share = row.in_view
        since, until = asked.question.period.span(asked.today)
        return FigureThen(
            clicked=share.share if share else row.share,
            dead=row.dead_share,
            of=share.of if share else row.of,
            since=str(since),
            until=str(until),
        )


def _on_element(asked: rules.NoteRequest, print: ElementPrint, picture: IndexedSnapshot | None) -> NotePlace:
    place = NotePlace(x=asked.x, y=asked.y, element=asked.element, print=print)
    at = picture.index.by_key.get(int(asked.element, 16)) if picture else None
    if picture is None or not at:
        return place
    layout = picture.index.layout
    element = next((one for one in at if layout.fps[one] == print.fp), at[0])
    x, y = point_in(layout, element, asked.x, asked.y)
    name = " ".join(layout.names[element].split())[:LONGEST_NAME]
    return replace(place, name=name, page_x=x, page_y=y)
