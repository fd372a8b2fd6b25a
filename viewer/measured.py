"""Experiments that pages report, whether defined or not."""

from __future__ import annotations

from aggregator.queries.exposure import read_seen_variants
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import Scope
from rules.find import NotFound, find, usable
from rules.question import Question
from store.client import Store
from store.definitions import Definitions
from store.records import Experiment, Site, Variant
from viewer.maps import scope_of
from viewer.work import Work


class MeasuredExperiments:
    """Finds the experiment that a question compares."""

    def __init__(self, store: Store, definitions: Definitions, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._work = work

    async def of(self, site: Site, question: Question) -> Experiment:
        """The experiment of a question. If it is not defined, it is made of the variants that visitors saw.

        NotFound if pages do not report it either, RejectedDefinition if the rules reject the stored definition.
        """
        scope = scope_of(question)
        return await self._work.run(_measured, self._definitions, self._store, site, scope, question.experiment)


def _measured(definitions: Definitions, store: Store, site: Site, scope: Scope, name: str) -> Experiment:
    try:
        return usable(find(definitions, Experiment, name, site.id))
    except NotFound as unknown:
        pages = resolve_pages(store, scope.site, scope.pages)
        seen = read_seen_variants(store, scope, pages, name)
        keys = sorted({key for variants in seen for key in variants})
        if len(keys) < 2:
            raise unknown from None
        variants = tuple(Variant(key=key, name=key, share=1 / len(keys)) for key in keys)
        return Experiment(id=name, site=site.id, name=name, pages=scope.pages, variants=variants)
