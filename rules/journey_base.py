"""The map of today that a future state is based on: it must exist and not lead back to the future state."""

from __future__ import annotations

from rules.faults import Fault, Faults, InvalidDefinition, fault
from rules.fields import text_of
from store.definitions import Definitions, Stored
from store.journeys import Journey


def checked_base(definitions: Definitions, journey: Journey, stored: Stored | None = None) -> Journey:
    """The journey itself. InvalidDefinition if what it is based on does not exist, or leads back to it.

    A reference that is stored already may stay when that map is deleted, so that the future state can still be edited.
    """
    base = journey.based_on
    kept = stored is not None and text_of(stored.fields, "based_on") == base != journey.id
    if base and not kept and (found := _fault(definitions, journey, base)):
        raise InvalidDefinition(Faults((found,)))
    return journey


def _fault(definitions: Definitions, journey: Journey, base: str) -> Fault | None:
    if base == journey.id:
        return fault("based_on", "based_on_itself")
    every = [one for one in definitions.stored(Journey) if one.fields.get("site") == journey.site]
    bases = {one.id: text_of(one.fields, "based_on") for one in every}
    if base not in bases:
        return fault("based_on", "no_map", value=base)
    way = [journey.id]
    while base in bases and base not in way:
        way.append(base)
        base = bases[base]
    return fault("based_on", "based_circle", path=" → ".join((*way, base))) if base == journey.id else None
