"""What fits a draft of a segment, for the builder and the API."""

from __future__ import annotations

from aggregator.answers.segment import segment_figures
from aggregator.answers.segment_people import segment_people
from aggregator.shapes.segment_figures import SegmentFigures
from aggregator.shapes.segment_people import SegmentPeople
from rules.question import Question
from store.client import Store
from store.segments import Group
from viewer.maps import scope_of, site_scope_of
from viewer.work import Work

SECONDS = 10.0  # how long figures are shared


class SegmentReader:
    """Counts what fits trees, among the visits of a question about pages, or about a whole site if it names none."""

    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work

    async def figures(self, question: Question, tree: Group) -> SegmentFigures:
        """How many fit, and each rule alone and so far."""
        scope = scope_of(question) if question.page else site_scope_of(question)

        def count() -> SegmentFigures:
            return segment_figures(self._store, scope, tree)

        return await self._work.once(("segment_figures", scope, tree), SECONDS, count)

    async def people(self, question: Question, tree: Group, figures: SegmentFigures) -> SegmentPeople:
        """Who they are."""
        scope = scope_of(question) if question.page else site_scope_of(question)

        def read() -> SegmentPeople:
            return segment_people(self._store, scope, tree, figures)

        return await self._work.once(("segment_people", scope, tree), SECONDS, read)
