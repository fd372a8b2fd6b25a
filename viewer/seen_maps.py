"""A new map made of what was seen on a site, for the list of journeys and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules import journey as rules
from rules.faults import Faults, InvalidDefinition, fault
from rules.journey_seen import LEAST_VISITORS, seen_fields
from rules.journey_template import NewMap
from store.journeys import Journey, SeenSite
from store.segments import Goal
from viewer.maps import site_scope_of
from viewer.questions import Asked
from viewer.registry import Registry
from viewer.traffic import TrafficReader


@dataclass(frozen=True)
class ProposedMap:
    """What was seen in a period, and the fields of the journey that it makes. `missing`: how many more visitors are
    needed before it can be created."""

    seen: SeenSite
    fields: Mapping[str, object]

    @property
    def missing(self) -> int:
        return max(0, LEAST_VISITORS - self.seen.visitors)


class SeenMaps:
    """Proposes maps made of what was seen, and creates them."""

    def __init__(self, traffic: TrafficReader, registry: Registry) -> None:
        self._traffic = traffic
        self._registry = registry

    async def seen(self, asked: Asked) -> SeenSite:
        """What was seen in the period of a question; nothing if the question has faults."""
        return SeenSite() if asked.faults else await self._traffic.seen_site(site_scope_of(asked.question))

    async def proposed(self, asked: Asked, new: NewMap) -> ProposedMap:
        """The map that would be created."""
        goals = (await self._registry.listing(Goal, asked.site)).records
        seen = await self.seen(asked)
        return ProposedMap(seen, seen_fields(seen, new, goals))

    async def create(self, asked: Asked, new: NewMap, by: str) -> Journey:
        """A new journey. InvalidDefinition without a name, or if fewer than LEAST_VISITORS visitors were seen."""
        found = await self.proposed(asked, new)
        if found.missing:
            few = fault("template", "seen_few", n=found.seen.visitors, least=LEAST_VISITORS)
            raise InvalidDefinition(Faults((few,)))
        return await self._registry.change(lambda all: rules.add(all, asked.site.id, found.fields, by))
