"""The rules of a zone: a named part of a page or of a page group (store/page_zones.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import text_of
from rules.page import wildcard_faults
from store.definitions import Definitions, Stored
from store.page_zones import ElementPrint, PageZone

FIELDS = ("name", "page", "elements", "version")
MOST_ZONES = 200  # of a site
MOST_NAMED = 10  # elements that no picture has, named one by one in the faults

Prints = Mapping[str, ElementPrint]  # by the key of the element


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> PageZone | Faults:
    """A new zone of the site with an id derived from its name, or `stored` replaced; without the prints.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    made = parse_by_name(PageZone, fields, faults_between, FIELDS, site, stored)
    return made if isinstance(made, Faults) else replace(made, elements=tuple(dict.fromkeys(made.elements)))


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    yield from wildcard_faults(values.get("page", ""), "page")


def add(definitions: Definitions, site: str, fields: Mapping[str, object], prints: Prints, by: str = "") -> PageZone:
    """Store a new zone under a free id derived from its name.

    InvalidDefinition if it has faults, or if `prints` lacks one of its elements.
    """
    made, others = accepted(parse(fields, site)), _others(definitions, site)
    if len(others) >= MOST_ZONES:
        raise InvalidDefinition(Faults((fault("", "many_zones", most=MOST_ZONES),)))
    _check_name(made, others)
    return put_under_free_id(definitions, _with_prints(made, prints), made.name, by)


def change(
    definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], prints: Prints, by: str
) -> PageZone:
    """Replace a stored zone; elements that it had need not be on any picture any more.

    InvalidDefinition if it has faults, Conflict if somebody else has changed it since.
    """
    made = accepted(parse(fields, site, stored))
    _check_name(made, [one for one in _others(definitions, site) if one.id != stored.id])
    return definitions.put(_with_prints(made, {**prints_of(stored), **prints}), by)


def prints_of(stored: Stored) -> dict[str, ElementPrint]:
    """The prints of a stored zone, by the key of the element."""
    keys, prints = stored.fields.get("elements", ()), stored.fields.get("prints", ())
    pairs = zip(keys, prints, strict=False) if isinstance(keys, list | tuple) else ()
    return {
        str(key): ElementPrint(str(one.get("path", "")), str(one.get("fp", "")))
        for key, one in pairs
        if isinstance(one, Mapping)
    }


def _with_prints(made: PageZone, prints: Prints) -> PageZone:
    missing = [(n, key) for n, key in enumerate(made.elements) if key not in prints]
    if missing:
        faults = [fault(f"elements.{n}", "no_element", value=key) for n, key in missing[:MOST_NAMED]]
        raise InvalidDefinition(Faults(tuple(faults)))
    return replace(made, prints=tuple(prints[key] for key in made.elements))


def _others(definitions: Definitions, site: str) -> list[Stored]:
    return [one for one in definitions.stored(PageZone) if one.fields.get("site") == site]


def _check_name(made: PageZone, others: Iterable[Stored]) -> None:
    """InvalidDefinition if another zone of the site has this name: addresses and commands name zones by it."""
    if any(text_of(one.fields, "name") == made.name for one in others):
        raise InvalidDefinition(Faults((fault("name", "zone_taken", value=made.name),)))
