"""Reads what needs attention on a site: its elements, its experiments, its pictures, whether data arrives."""

from __future__ import annotations

import logging
import time

from aggregator.measures.changed import PageChange
from aggregator.shapes.troubles import ElementTrouble
from rules.journey_state import map_state
from rules.resolve import Known
from store.errors import StoreError
from store.segments import Rule
from viewer.element_names import ElementNames
from viewer.experiment_results import ExperimentResults
from viewer.health import Health
from viewer.overviews import Overviews
from viewer.page_changes import PageChanges
from viewer.pages.frame.languages import Language
from viewer.pages.frame.receiving import Receiving, receiving_of
from viewer.pages.overview.needs import FoundNeeds
from viewer.questions import Asked
from viewer.registry import Registry
from viewer.work import ThreadsBusy

log = logging.getLogger("parcours.viewer")
LISTED = 8  # elements
LOOKED_AT = 6  # pages whose pictures are compared with what was clicked


class NeedsReader:
    def __init__(
        self,
        overviews: Overviews,
        names: ElementNames,
        health: Health,
        experiments: ExperimentResults,
        registry: Registry,
        changes: PageChanges,
    ) -> None:
        self._overviews = overviews
        self._names = names
        self._health = health
        self._experiments = experiments
        self._registry = registry
        self._changes = changes

    async def of(self, lang: Language, asked: Asked, *, first: bool = False, most: int = LISTED) -> FoundNeeds:
        """What was found for a question; experiments, reviews and missing data do not depend on it. `first`: the
        elements are those that frustrate one visitor in ten, and pictures are not looked at."""
        known = asked.known
        troubles = (await self._overviews.troubles(asked.question, first=first))[:most]
        results = await self._experiments.all(known.site, known.experiments, known.goals)
        names = {one.id: one.name for one in known.experiments}
        state = receiving_of(lang, (await self._health.of(known.site)).traffic, time.time() * 1000)
        return FoundNeeds(
            troubles=troubles,
            since={} if first else await self._overviews.troubles_since(asked.question, troubles),
            element_names=await self._element_names(known, troubles),
            experiments=[(names[one.experiment], one) for one in results],
            quiet=_sentence(state) if "warn" in state.css else "",
            outdated={} if first else await self._outdated(asked),
            reviews=[one for one in await self._registry.journeys(known.site) if map_state(one, asked.today) == "due"],
        )

    async def _outdated(self, asked: Asked) -> dict[str, PageChange]:
        """The busiest pages that have changed since their picture; none if they could not be looked at in time."""
        pictured = {one.page for one in asked.known.snapshots}
        try:
            pages = await self._overviews.busiest(asked.question, pictured, LOOKED_AT)
            return await self._changes.of_pages(asked.site, pages)
        except (StoreError, ThreadsBusy) as error:
            log.warning("whether pages have changed since their pictures could not be seen: %s", error)
            return {}

    async def _element_names(self, known: Known, troubles: tuple[ElementTrouble, ...]) -> dict[tuple[str, int], str]:
        rules = [Rule(what="clicked", page=one.page, element=f"{one.key:016x}") for one in troubles]
        found = await self._names.of(known, rules)
        return {(one.page, one.key): found.get(f"{one.key:016x}", "") for one in troubles}


def _sentence(state: Receiving) -> str:
    """`Quiet for 66 min, usually every 85 s.`"""
    return ", ".join(part for part in (state.words, state.more) if part) + "."
