"""What fits a draft of a segment, for the builder and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aggregator.answers.segment import fitting, segment_figures
from aggregator.answers.segment_people import segment_people
from aggregator.queries.traffic import read_first_view
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_figures import Fitting, SegmentFigures
from aggregator.shapes.segment_people import SegmentPeople
from rules.period import Period, today
from rules.question import Question
from store.client import Store
from store.segments import Group
from viewer.maps import scope_of, site_scope_of
from viewer.work import Work

SECONDS = 10.0  # how long figures are shared
LONG_SECONDS = 60.0  # … of trees that nobody is editing


class SegmentReader:
    """Counts what fits trees, among the visits of a question about pages, or about a whole site if it names none.

    The segment of the question is not used; its names resolve those of the trees (`Questions.with_tree`).
    """

    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work

    async def figures(self, question: Question, tree: Group) -> SegmentFigures:
        """How many fit, and each rule alone and so far."""
        scope, resolved = _among(question), question.names.resolved(tree)

        def count() -> SegmentFigures:
            return segment_figures(self._store, scope, resolved)

        return await self._work.once(("segment_figures", scope, resolved), SECONDS, count)

    async def people(self, question: Question, tree: Group, figures: SegmentFigures) -> SegmentPeople:
        """Who they are."""
        scope, resolved = _among(question), question.names.resolved(tree)

        def read() -> SegmentPeople:
            return segment_people(self._store, scope, resolved, figures)

        return await self._work.once(("segment_people", scope, resolved), SECONDS, read)

    async def fitting(self, question: Question, trees: Sequence[Group]) -> list[Fitting]:
        """How many fit each of several trees."""
        scope, resolved = _among(question), tuple(map(question.names.resolved, trees))

        def count() -> list[Fitting]:
            return fitting(self._store, scope, resolved)

        return await self._work.once(("fitting", scope, resolved), LONG_SECONDS, count)

    async def of_history(self, question: Question) -> Question:
        """The question about all stored days up to its end; the same question if nothing is stored before its end."""

        def read() -> int | None:
            return read_first_view(self._store, question.site)

        first = await self._work.once(("first_view", question.site), LONG_SECONDS, read)
        since, until = question.period.span(today(question.zone))
        begin = since if first is None else min(since, question.zone.day(first))
        return replace(question, period=Period(since=begin, until=until))


def _among(question: Question) -> Scope | SiteScope:
    bare = replace(question, filters=(), segment="", tree=None)
    return scope_of(bare) if bare.page else site_scope_of(bare)
