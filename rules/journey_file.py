"""Journeys as JSON files: reads one that was exported here or elsewhere.

What belongs to another site is left out and reported: ids, and references to segments, goals, experiments and maps that
this site does not have. Everything else must pass the rules of a journey, so nothing is lost silently.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from rules.faults import Faults, fault, quoted
from rules.find import all_of
from rules.journey import parse
from rules.shape import plain
from store.definitions import Definitions
from store.journeys import Journey
from store.records import Experiment
from store.segments import Goal, Segment

MOST_BYTES = 1_000_000  # the limit of a request (viewer/http/bodies.py) is a little higher
MOST_DEPTH = 12  # of arrays and objects; a journey has 7
_ID_FIELDS = ("id", "site", "version")


@dataclass(frozen=True)
class KnownIds:
    """The ids that a journey of the site may refer to."""

    segments: Collection[str] = ()
    goals: Collection[str] = ()
    experiments: Collection[str] = ()
    journeys: Collection[str] = ()


@dataclass(frozen=True)
class ForeignReference:
    """A reference that was left out: its field, such as `personas.0.segment`, what it refers to, and its id."""

    field: str
    kind: str  # "segment", "goal", "experiment", "journey"
    id: str


@dataclass(frozen=True)
class ImportedJourney:
    """What a file contains: the journey as the site would store it, and what was left out of it."""

    journey: Journey
    left_out: tuple[ForeignReference, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self.journey).items() if name not in _ID_FIELDS}


def known_ids(definitions: Definitions, site: str) -> KnownIds:
    """What the site has."""
    kinds = (Segment, Goal, Experiment, Journey)
    found: list[frozenset[str]] = [
        frozenset(one.id for one in all_of(definitions, kind, site).records) for kind in kinds
    ]
    return KnownIds(*found)


def read_file(content: bytes, site: str, known: KnownIds) -> ImportedJourney | Faults:
    """The journey of a JSON file in UTF-8, with or without a byte order mark. The fault of the file itself has the
    field `file`."""
    found = decoded(content)
    return found if isinstance(found, Faults) else read_fields(found, site, known)


def decoded(content: bytes) -> dict[str, Any] | Faults:
    """The object in a JSON file."""
    if len(content) > MOST_BYTES:
        return _of_file("file_large", n=len(content), most=MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _of_file("not_utf8")
    if depth(text) > MOST_DEPTH:  # before it is decoded, which recurses
        return _of_file("file_deep", most=MOST_DEPTH)
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return _of_file("file_json", problem=str(error))
    if not isinstance(found, dict):
        return _of_file("file_object")
    return found


def read_fields(fields: Mapping[str, Any], site: str, known: KnownIds) -> ImportedJourney | Faults:
    """The journey of decoded JSON: that of a journey, or a measured map with its `journey`."""
    inner = fields.get("journey")
    if "stages" in fields and isinstance(inner, Mapping):
        fields = inner
    kept = {name: value for name, value in fields.items() if name not in _ID_FIELDS}
    left: list[ForeignReference] = []
    made = parse(_without_foreign(kept, known, left), site)
    return made if isinstance(made, Faults) else ImportedJourney(made, tuple(left))


def depth(text: str) -> int:
    """How deep arrays and objects are nested in JSON text."""
    deepest = level = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


def _without_foreign(fields: dict[str, Any], known: KnownIds, left: list[ForeignReference]) -> dict[str, Any]:
    """The fields without references that the site does not know; values of a wrong type stay, for the rules to
    reject."""

    def reference(one: Any, name: str, path: str, kind: str, ids: Collection[str]) -> Any:
        value = one.get(name) if isinstance(one, Mapping) else None
        if not isinstance(value, str) or not value or value in ids:
            return one
        left.append(ForeignReference(f"{path}{name}", kind, str(quoted(value))))
        return {**one, name: ""}

    def each(name: str, field: str, kind: str, ids: Collection[str]) -> None:
        items = fields.get(name)
        if isinstance(items, list):
            fields[name] = [reference(one, field, f"{name}.{n}.", kind, ids) for n, one in enumerate(items)]

    each("personas", "segment", "segment", known.segments)
    each("stages", "completes", "goal", known.goals)
    each("opportunities", "experiment", "experiment", known.experiments)
    fields = reference(fields, "based_on", "", "journey", known.journeys)
    goals = fields.get("goals")
    if isinstance(goals, list):
        unknown = [one for one in goals if isinstance(one, str) and one not in known.goals]
        left.extend(ForeignReference(f"goals.{goals.index(one)}", "goal", str(quoted(one))) for one in unknown)
        fields["goals"] = [one for one in goals if one not in unknown]
    return fields


def _of_file(code: str, **values: str | int) -> Faults:
    return Faults((fault("file", code, **values),))
