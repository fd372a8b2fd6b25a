"""Surveys on demand: their reports and answers, computed in a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aggregator.answers.feedback import GivenAnswer, SurveyReport, given_answers, has_word, survey_report
from aggregator.answers.pinned_answers import PinnedAnswer, pinned_answers
from aggregator.pictures.newest import IndexedSnapshot
from rules.question import Question
from rules.survey_theme import themes_of
from store.client import Store
from store.definitions import Definitions
from store.surveys import Survey, SurveyTheme
from viewer.maps import SECONDS, Maps, scope_of, site_scope_of
from viewer.work import Work

T = TypeVar("T")
NO_THEME = "none"


@dataclass(frozen=True)
class AnswerFilter:
    """Which answers are listed. `search`: a part of the text, in any case; `word`: a stem; `theme`: an id, or NO_THEME;
    `least`, `most`: of the score of the same asking. Empty values do not restrict."""

    question: str = ""
    search: str = ""
    word: str = ""
    theme: str = ""
    least: int | None = None
    most: int | None = None

    def fits(self, one: GivenAnswer) -> bool:
        words = one.answer.words
        return (
            self.question in ("", one.answer.question)
            and (not self.search or self.search.casefold() in words.casefold())
            and (not self.word or has_word(one, self.word))
            and (not self.theme or self.theme in one.themes or self._has_none(one))
            and (self.least is None or (one.score is not None and one.score >= self.least))
            and (self.most is None or (one.score is not None and one.score <= self.most))
        )

    def _has_none(self, one: GivenAnswer) -> bool:
        return self.theme == NO_THEME and not one.themes and bool(one.answer.words)


class SurveyReader:
    """What visitors answered to the surveys of a site."""

    def __init__(self, store: Store, definitions: Definitions, work: Work, maps: Maps) -> None:
        self._store = store
        self._definitions = definitions
        self._work = work
        self._maps = maps

    async def report(self, question: Question, survey: Survey, other: Question | None = None) -> SurveyReport:
        """The report in the period of a question, among the visitors that it asks about. `other`: set A of a
        comparison."""
        scope, against = site_scope_of(question), site_scope_of(other) if other else None

        def compute(history: Sequence[Survey], themes: Sequence[SurveyTheme]) -> SurveyReport:
            return survey_report(self._store, scope, survey, history, themes, against)

        return await self._computed(survey, compute)

    async def answers(self, question: Question, survey: Survey, which: AnswerFilter) -> list[GivenAnswer]:
        """The answers that fit, the newest first."""
        scope = site_scope_of(question)

        def compute(history: Sequence[Survey], themes: Sequence[SurveyTheme]) -> list[GivenAnswer]:
            return [one for one in given_answers(self._store, scope, survey, history, themes) if which.fits(one)]

        return await self._computed(survey, compute)

    async def pinned(self, question: Question, picture: IndexedSnapshot) -> tuple[PinnedAnswer, ...]:
        """The answers on elements of the question's pages, where they are on a picture of it."""
        scope = scope_of(question)
        key = ("pinned_answers", scope, picture.snapshot.id)
        return await self._work.once(key, SECONDS, lambda: pinned_answers(self._store, scope, picture))

    async def _computed(self, survey: Survey, compute: Callable[[Sequence[Survey], Sequence[SurveyTheme]], T]) -> T:
        await self._maps.drained()

        def read() -> T:
            history = self._definitions.history(Survey, survey.id)
            return compute(history, themes_of(self._definitions, survey.site, survey.id))

        return await self._work.heavy(read)
