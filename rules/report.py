"""The rules of saved maps and of reports (store/reports.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import text_of
from store.definitions import Definitions, Stored
from store.reports import Report, ReportPart, SavedMap

MAP_FIELDS = ("name", "query", "version")
REPORT_FIELDS = ("name", "lead", "parts", "version")
MOST_MAPS, MOST_REPORTS = 500, 200  # of a site


def parse_map(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> SavedMap | Faults:
    """A new saved map of the site with an id derived from its name, or `stored` replaced."""
    return parse_by_name(SavedMap, fields, _map_faults, MAP_FIELDS, site, stored)


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Report | Faults:
    """A new report of the site with an id derived from its name, or `stored` replaced."""
    return parse_by_name(Report, fields, faults_between, REPORT_FIELDS, site, stored)


def _map_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    if "query" in values and not values["query"].get("page"):
        yield fault("query.page", "missing")


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    parts: tuple[ReportPart, ...] = values.get("parts", ())
    for n, part in enumerate(parts):
        if part.kind == "map" and not part.query.get("page"):
            yield fault(f"parts.{n}.query", "missing")
        elif part.kind == "text" and part.query:
            yield fault(f"parts.{n}.query", "text_without_map")
        elif part.kind == "text" and not (part.heading or part.text):
            yield fault(f"parts.{n}.text", "missing")


def add_map(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> SavedMap:
    """Store a new saved map. InvalidDefinition if it has faults."""
    made = accepted(parse_map(fields, site))
    _check(definitions, made, MOST_MAPS)
    return put_under_free_id(definitions, made, made.name, by)


def change_map(
    definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str = ""
) -> SavedMap:
    """Replace a saved map. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse_map(fields, site, stored))
    _check(definitions, made, MOST_MAPS)
    return definitions.put(made, by)


def put(definitions: Definitions, made: Report, by: str = "") -> Report:
    """Store a report, a new one under a free id. InvalidDefinition if its name is taken, Conflict if it was changed
    since."""
    _check(definitions, made, MOST_REPORTS)
    return definitions.put(made, by) if made.version else put_under_free_id(definitions, made, made.name, by)


def _check(definitions: Definitions, made: SavedMap | Report, most: int) -> None:
    others = [one for one in definitions.stored(type(made)) if one.fields.get("site") == made.site]
    others = [one for one in others if not made.version or one.id != made.id]
    if len(others) >= most:
        raise InvalidDefinition(Faults((fault("", "many_kept", most=most),)))
    if any(text_of(one.fields, "name") == made.name for one in others):
        raise InvalidDefinition(Faults((fault("name", "name_taken", value=made.name),)))
