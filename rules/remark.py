"""The rules of a note (store/remarks.py): what it is about, whom it mentions, and how two changes are merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace

from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import day_faults, without_none
from rules.find import NotFound
from rules.shape import record
from store.definitions import Conflict, Definitions, Missing
from store.records import Day
from store.remarks import MOST_ANSWERS, Answer, Fraction, NoteText, Remark

MOST_MENTIONS = 50  # of a note or an answer
_MENTION = re.compile(r"(?<![\w.@+\-])@([\w.@+\-]{1,64})")
_ABOUT = ("page", "touchpoint", "day")


class NoteRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new note. `x` and `y` are fractions of the element, or of the picture without one; by default
    the top right corner of the element."""

    text: NoteText
    page: Annotated[str, Meta(max_length=2048)] = ""
    element: Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?$", extra={"code": "element_key"})] = ""
    x: Fraction = 1.0
    y: Fraction = 0.0
    journey: Annotated[str, Meta(max_length=64)] = ""
    touchpoint: Annotated[str, Meta(max_length=64)] = ""
    day: Day = ""
    release: Annotated[str, Meta(max_length=80)] = ""


class AnswerRequest(Struct, frozen=True):
    text: NoteText


class NoteChange(Struct, frozen=True, kw_only=True):
    """What is changed of a note; None stays as it is. `element` and `x`, `y`: its new place on its page."""

    text: NoteText | None = None
    resolved: bool | None = None
    element: Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?$", extra={"code": "element_key"})] | None = None
    x: Fraction | None = None
    y: Fraction | None = None
    version: Annotated[int, Meta(ge=1)] | None = None

    @property
    def moves(self) -> bool:
        return (self.element, self.x, self.y) != (None, None, None)


FIELDS = NoteRequest.__struct_fields__


def parse(fields: Mapping[str, object]) -> NoteRequest:
    """A new note of a page, a touchpoint or a day. InvalidDefinition if it has faults. A release needs no text: its
    name is the text."""
    fields = without_none(fields, *FIELDS)
    if fields.get("release") and not fields.get("text"):
        fields = {**fields, "text": fields["release"]}
    return accepted(record(NoteRequest, fields, _between, allowed=FIELDS))


def parse_answer(fields: Mapping[str, object]) -> str:
    """The text of an answer. InvalidDefinition if it has faults."""
    return accepted(record(AnswerRequest, fields, allowed=("text",))).text


def parse_change(fields: Mapping[str, object]) -> NoteChange:
    """A change of a note. InvalidDefinition if it has faults."""
    return accepted(record(NoteChange, fields, allowed=NoteChange.__struct_fields__))


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of a stored note that the field types cannot express."""
    yield from day_faults(values, "day")


def _between(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from day_faults(values, "day")
    given = [name for name in _ABOUT if values.get(name)]
    if not given:
        yield fault("page", "missing")
    for name in given[1:]:
        yield fault(name, "one_of", given=given[0], allowed=", ".join(_ABOUT))
    if values.get("touchpoint") and not values.get("journey"):
        yield fault("journey", "missing")
    if values.get("release") and not values.get("day"):
        yield fault("day", "missing")
    if values.get("element") and not values.get("page"):
        yield fault("page", "missing")


def mentions(text: str, people: Collection[str]) -> tuple[str, ...]:
    """The people whom a text mentions as @name, in its order, each once.

    >>> mentions("@shop, @nobody and @data.team: look. @shop!", {"shop", "data.team"})
    ('shop', 'data.team')
    """
    found: dict[str, None] = {}
    for match in _MENTION.finditer(text):
        name = match.group(1)
        while name and name not in people:
            if name[-1] not in ".@+-":  # a sign at the end may belong to the sentence
                name = ""
            name = name[:-1]
        if name:
            found[name] = None
    return tuple(found)[:MOST_MENTIONS]


def merged(stored: Remark, mine: Remark) -> Remark:
    """The stored note with the answers of both, in the order in which they were written."""
    answers = {one.id: one for one in (*mine.answers, *stored.answers)}
    return replace(stored, answers=tuple(sorted(answers.values(), key=lambda one: (one.time, one.id))))


def note_of(definitions: Definitions, site: str, id: str) -> Remark:
    """A note of a site. NotFound if there is none."""
    try:
        found = definitions.get(Remark, id)
    except Missing:
        found = None
    if found is None or found.site != site:
        raise NotFound("note", id, ())
    return found


def answer(definitions: Definitions, stored: Remark, made: Answer) -> Remark:
    """Add an answer; if somebody else changes the note at the same time, both changes are kept. NotFound if the note
    was deleted."""
    mine = merged(stored, replace(stored, answers=(*stored.answers, made)))
    while True:
        if len(mine.answers) > MOST_ANSWERS:
            raise InvalidDefinition(Faults((fault("answers", "many", n=len(mine.answers), most=MOST_ANSWERS),)))
        try:
            return definitions.put(mine, made.author)
        except Conflict:
            mine = merged(note_of(definitions, stored.site, stored.id), mine)


def change(
    definitions: Definitions, stored: Remark, by: str, version: int | None, edit: Callable[[Remark], Remark]
) -> Remark:
    """Apply a change to the newest version, so that no answer is lost. `version`: the one that it is based on; Conflict
    if another one is stored. NotFound if the note was deleted."""
    while True:
        edited = edit(stored)
        try:
            return definitions.put(edited if version is None else replace(edited, version=version), by)
        except Conflict:
            if version is not None:
                raise
            stored = note_of(definitions, stored.site, stored.id)
