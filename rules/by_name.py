"""Definitions whose id is derived from their name: goals, journeys, segments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from msgspec.structs import replace

from rules.faults import Faults
from rules.fields import text_of, without_none
from rules.names import free_slug, slug
from rules.shape import FieldRules, record
from store.definitions import Conflict, Definitions, Stored
from store.records import Record

R = TypeVar("R", bound=Record)


def parse_by_name(
    kind: type[R],
    fields: Mapping[str, object],
    rules: FieldRules,
    allowed: Collection[str],
    site: str,
    stored: Stored | None,
) -> R | Faults:
    """A new record of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    fields = without_none(fields, "version")
    if stored is None:
        given: dict[str, object] = {"site": site, "id": slug(text_of(fields, "name")), "version": 0}
        return record(kind, fields, rules, allowed=allowed, given=given)
    given = {"site": site, "id": stored.id}
    return record(kind, {"version": stored.version, **fields}, rules, allowed=allowed, given=given)


def put_under_free_id(definitions: Definitions, made: R, name: str, by: str) -> R:
    """Store a new record under a free id derived from its name."""
    while True:
        id = free_slug(name, {one.id for one in definitions.stored(type(made))})
        try:
            return definitions.put(replace(made, id=id), by)
        except Conflict:  # another process took this id: take the next
            continue
