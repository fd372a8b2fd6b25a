"""The rules of a journey: ordered stages with touchpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, accepted
from rules.fields import day_faults, twice_faults
from store.definitions import Definitions, Stored
from store.records import Journey

FIELDS = ("name", "stages", "objective", "review_on", "window_days", "version")


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Journey | Faults:
    """A new journey of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    return parse_by_name(Journey, fields, faults_between, FIELDS, site, stored)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express: keys of stages and touchpoints must be unique in a journey."""
    stages = list(enumerate(values.get("stages", ())))
    yield from twice_faults((f"stages.{n}.key", stage.key) for n, stage in stages)
    yield from twice_faults(
        (f"stages.{n}.touchpoints.{m}.key", touchpoint.key)
        for n, stage in stages
        for m, touchpoint in enumerate(stage.touchpoints)
    )
    yield from day_faults(values, "review_on")


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Journey:
    """Store a new journey under a free id derived from its name. InvalidDefinition if it has faults."""
    made = accepted(parse(fields, site))
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> Journey:
    """Replace a stored journey. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    return definitions.put(accepted(parse(fields, site, stored)), by)
