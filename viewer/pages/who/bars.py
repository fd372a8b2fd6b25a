"""Makes the row "who is counted" for a page: counts the visitors and looks up the names that its words need."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager

from aggregator.shapes.filter_counts import FilterCounts
from rules.question import Question
from rules.resolve import Known
from rules.resolved_rules import answers_of
from store.errors import StoreError
from store.segments import Group, every_rule
from viewer.element_names import ElementNames
from viewer.filter_counts import FilterCounter
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import page_names
from viewer.pages.sentences.names import SiteNames
from viewer.pages.who.bar import WhoBar, WhoContext, who_bar
from viewer.pages.who.narrowed import Narrowed, narrowed_of
from viewer.questions import Asked
from viewer.work import ThreadsBusy

log = logging.getLogger("parcours.viewer")


class WhoBars:
    """Makes the rows of all pages."""

    def __init__(self, counter: FilterCounter, elements: ElementNames, urls: Urls) -> None:
        self._counter = counter
        self.elements = elements
        self._urls = urls

    async def of(self, lang: Language, links: Links, asked: Asked) -> WhoBar:
        """The row for a question; without counts if it has faults."""
        names = await self.names(asked.known, asked.question.tree)
        context = WhoContext(lang, self._urls, links, asked.known.segments, names)
        return who_bar(context, await self._counted(asked))

    async def narrowed(self, lang: Language, asked: Asked) -> Narrowed:
        """Who is counted by a question, in a few words."""
        names = await self.names(asked.known, asked.question.tree)
        return narrowed_of(lang, asked.question, asked.known.segments, names)

    async def _counted(self, asked: Asked) -> FilterCounts | None:
        """The counts; None for a question with faults, or if the store did not answer: a map needs none."""
        if asked.faults:
            return None
        try:
            return await self._counter.of(asked.question)
        except (StoreError, ThreadsBusy) as error:
            log.warning("the visitors of the filters could not be counted: %s", error)
            return None

    @asynccontextmanager
    async def begun(self, lang: Language, links: Links, asked: Asked) -> AsyncIterator[Awaitable[WhoBar]]:
        """The row, counted while the caller does something else, such as drawing the map."""
        task = asyncio.create_task(self.of(lang, links, asked))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # retrieved, or it is logged as never retrieved

    async def counts(self, question: Question) -> FilterCounts:
        """The visitors of each choice of the filters."""
        return await self._counter.of(question)

    async def elements_of(self, known: Known, page: str) -> Mapping[str, str]:
        """The controls of a page that can be chosen, key → name; from its widest picture."""
        return await self.elements.of_page(known, page)

    async def names(self, known: Known, tree: Group | None) -> SiteNames:
        """The names that a site has for what the rules of a tree refer to."""
        variants = {
            f"{experiment.id}:{variant.key}": f"{experiment.name}: {variant.name}"
            for experiment in known.experiments
            for variant in experiment.variants
        }
        return SiteNames(
            pages=page_names(list(known.snapshots)),
            elements=await self.elements.of(known, every_rule(tree) if tree else ()),
            goals={goal.id: goal.name for goal in known.goals},
            zones={zone.id: zone.name for zone in known.zones},
            variants=variants,
            answers=answers_of(known.surveys),
        )
