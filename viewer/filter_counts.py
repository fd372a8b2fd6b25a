"""The visitors of each choice of the filters, for the bar of a page."""

from __future__ import annotations

from aggregator.answers.filter_counts import filter_counts
from aggregator.shapes.filter_counts import FilterCounts, Narrowing
from rules.question import Question
from store.client import Store
from store.segments import Group
from viewer.maps import scope_of, site_scope_of
from viewer.work import Work

SECONDS = 10.0  # how long counts are shared


class FilterCounter:
    """Counts visitors for questions about pages, or about a whole site if the question names none."""

    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work

    async def of(self, question: Question) -> FilterCounts:
        """The counts of a question."""
        scope = scope_of(question) if question.page else site_scope_of(question)
        tree = question.names.resolved(question.tree) if question.tree else None
        filters = question.names.resolved(Group(rules=tuple(one.rule for one in question.filters))).rules
        narrowing = Narrowing(question.device, filters, tree)

        def count() -> FilterCounts:
            return filter_counts(self._store, scope, narrowing)

        return await self._work.once(("filter_counts", scope, narrowing), SECONDS, count)
