"""The report of a survey: its account, the figures of its questions, groups, words and themes (docs/feedback.md)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast

from aggregator.measures.feedback import (
    AskingAccount,
    ScoreDifference,
    ScoreFigure,
    ScoreKind,
    ShareFigure,
    account,
    score_difference,
    score_figure,
    share_figure,
)
from aggregator.measures.words import CountedWord, counted_words, words_of
from aggregator.queries.feedback import read_answers, read_askings, read_views
from aggregator.shapes.feedback import StoredAnswer, StoredAsking
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Group, Rule
from store.surveys import LISTS, SCALES, Survey, SurveyQuestion, SurveyTheme, same_wording

GroupedBy = Literal["device", "channel", "language", "before", "time", "variant"]
BRIEF_MS, LONG_MS = 30_000, 120_000  # of time on the page before the question
DEAD, RAGE, NOTHING = "dead", "rage", "nothing"  # what happened before


@dataclass(frozen=True)
class OptionCount:
    """How many chose an option, of those who answered the question."""

    option: str
    chosen: ShareFigure


@dataclass(frozen=True)
class QuestionResult:
    """The answers to a question in its present wording; `earlier`: those to other wordings, which are not counted.

    `spread`: score → answers. `texts`: answers with words. `page`: where most answers were given; "" without any.
    """

    question: str
    kind: str
    n: int
    earlier: int
    figure: ScoreFigure | None
    spread: dict[int, int]
    options: tuple[OptionCount, ...]
    texts: int
    page: str = ""


@dataclass(frozen=True)
class WeekScore:
    """A week that begins on this Monday, in the zone of the site."""

    begins: date
    figure: ScoreFigure


@dataclass(frozen=True)
class GroupScore:
    """The score of those who share a value. `by` variant: `value` is EXPERIMENT:VARIANT."""

    by: GroupedBy
    value: str
    figure: ScoreFigure


@dataclass(frozen=True)
class ComparedScores:
    """Two groups per visitor: `b` less `a`. Only variants are drawn by lot: other groups differ in more than this."""

    by: str
    a: str
    b: str
    result: ScoreDifference
    random: bool


@dataclass(frozen=True)
class ThemeResult:
    """A theme that people set: in how many of the texts, and what their authors gave. `theme` "": no theme yet."""

    theme: str
    name: str
    texts: ShareFigure
    figure: ScoreFigure | None


@dataclass(frozen=True)
class SurveyReport:
    """`score`: the id of the question that groups, weeks, themes and words refer to; "" if none has a score."""

    account: AskingAccount
    questions: tuple[QuestionResult, ...]
    score: str
    weeks: tuple[WeekScore, ...]
    groups: tuple[GroupScore, ...]
    compared: tuple[ComparedScores, ...]
    themes: tuple[ThemeResult, ...]
    words: tuple[CountedWord, ...]
    texts: int


@dataclass(frozen=True)
class GivenAnswer:
    """An answer with what is known of it. `score`: that of the report's question in the same asking. `dead`, `rage`:
    whether that happened in the same view. `themes`: their ids."""

    answer: StoredAnswer
    asking: StoredAsking
    score: int | None
    dead: bool
    rage: bool
    themes: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.answer.asking:016x}/{self.answer.question}"


class _Read:
    """What is stored of a survey in a scope, of questions in their present wording."""

    def __init__(self, store: Store, scope: SiteScope, survey: Survey, history: Sequence[Survey]) -> None:
        self.survey = survey
        self.askings = {one.asking: one for one in read_askings(store, scope, survey.id)}
        self.every = [one for one in read_answers(store, scope, survey.id) if one.asking in self.askings]
        worded = _worded_alike(survey, history)
        self.answers = [one for one in self.every if (one.question, one.version) in worded]
        self.score = next((one for one in survey.questions if one.kind in SCALES), None)
        self.scores: dict[int, int] = {}
        if self.score is not None:
            for one in self.answers:
                if one.question == self.score.id and one.score is not None:
                    self.scores[one.asking] = one.score

    def given(self, askings: Iterable[int]) -> list[tuple[int, int]]:
        """(visitor, score) of those of these askings that have one."""
        return [(self.askings[one].visitor, self.scores[one]) for one in askings if one in self.scores]


def survey_report(
    store: Store,
    scope: SiteScope,
    survey: Survey,
    history: Sequence[Survey],
    themes: Sequence[SurveyTheme] = (),
    other: SiteScope | None = None,
) -> SurveyReport:
    """The report of a survey in a period. `history`: its versions. `other`: set A of a comparison, of which the
    scope is set B."""
    read = _Read(store, scope, survey, history)
    kind = cast("ScoreKind", read.score.kind) if read.score else None
    texts = [one for one in read.answers if one.words]
    has_answer = {one.asking for one in read.every}
    groups: list[GroupScore] = []
    compared: list[ComparedScores] = []
    if kind:
        for by, grouped in _groups(store, scope, read).items():
            figures = {value: [read.scores[one] for one in askings] for value, askings in grouped.items()}
            groups += [GroupScore(by, value, score_figure(kind, found)) for value, found in figures.items() if found]
            compared += _compared(kind, by, grouped, read)
        if other is not None:
            there = _Read(store, other, survey, history)
            result = score_difference(kind, there.given(there.scores), read.given(read.scores))
            compared.append(ComparedScores("set", "a", "b", result, random=False))
    return SurveyReport(
        account=account([(one.state, one.asking in has_answer) for one in read.askings.values()]),
        questions=tuple(_question(one, read) for one in survey.questions),
        score=read.score.id if read.score else "",
        weeks=tuple(_weeks(kind, scope, read)) if kind else (),
        groups=tuple(groups),
        compared=tuple(compared),
        themes=tuple(_themes(kind, themes, texts, read)),
        words=tuple(
            counted_words((one.words, read.askings[one.asking].language, read.scores.get(one.asking)) for one in texts)
        ),
        texts=len(texts),
    )


def given_answers(
    store: Store, scope: SiteScope, survey: Survey, history: Sequence[Survey], themes: Sequence[SurveyTheme] = ()
) -> list[GivenAnswer]:
    """Every answer in a period, the newest first."""
    read = _Read(store, scope, survey, history)
    dead, rage = (_views_with(store, scope, survey, what) for what in (DEAD, RAGE))
    of_answer: dict[str, list[str]] = defaultdict(list)
    for theme in themes:
        for id in theme.answers:
            of_answer[id].append(theme.id)
    found: list[GivenAnswer] = []
    for one in read.answers:
        asking = read.askings[one.asking]
        made = GivenAnswer(one, asking, read.scores.get(one.asking), asking.view in dead, asking.view in rage, ())
        found.append(replace(made, themes=tuple(of_answer.get(made.id, ()))))
    return found


def has_word(answer: GivenAnswer, stem: str) -> bool:
    """Whether the text of an answer has a word with this stem."""
    return any(stem == found for found, _ in words_of(answer.answer.words, answer.asking.language))


def _worded_alike(survey: Survey, history: Sequence[Survey]) -> set[tuple[str, int]]:
    """(question, version) of each version in which a question has its present wording."""
    now = {one.id: one for one in survey.questions}
    return {
        (question.id, version.version)
        for version in (*history, survey)
        for question in version.questions
        if question.id in now and same_wording(question, now[question.id])
    }


def _question(question: SurveyQuestion, read: _Read) -> QuestionResult:
    answers = [one for one in read.answers if one.question == question.id]
    scores = [one.score for one in answers if one.score is not None]
    chosen = Counter(option for one in answers for option in one.options)
    is_scale = question.kind in SCALES
    low, high = SCALES.get(question.kind, (0, -1))
    return QuestionResult(
        question=question.id,
        kind=question.kind,
        n=len(answers),
        earlier=sum(one.question == question.id for one in read.every) - len(answers),
        figure=score_figure(cast("ScoreKind", question.kind), scores) if is_scale else None,
        spread={score: scores.count(score) for score in range(low, high + 1)},
        options=tuple(OptionCount(one.id, share_figure(chosen[one.id], len(answers))) for one in question.options)
        if question.kind in LISTS
        else (),
        texts=sum(bool(one.words) for one in answers),
        page=_busiest(read.askings[one.asking].page for one in answers),
    )


def _busiest(pages: Iterable[str]) -> str:
    counted = Counter(page for page in pages if page)
    return min(counted, key=lambda page: (-counted[page], page), default="")


def _weeks(kind: ScoreKind, scope: SiteScope, read: _Read) -> Iterable[WeekScore]:
    """Every week of the period, those without answers too."""
    by_week: dict[date, list[int]] = defaultdict(list)
    for asking, score in read.scores.items():
        by_week[_monday(scope.zone.day(read.askings[asking].time))].append(score)
    week, last = _monday(scope.since), _monday(scope.until)
    while week <= last:
        yield WeekScore(week, score_figure(kind, by_week.get(week, [])))
        week += timedelta(weeks=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _groups(store: Store, scope: SiteScope, read: _Read) -> Mapping[GroupedBy, Mapping[str, list[int]]]:
    """By what the askings with a score are grouped → value → askings, the largest group first."""
    dead, rage = (_views_with(store, scope, read.survey, what) for what in (DEAD, RAGE))

    def before(one: StoredAsking) -> list[str]:
        found = [name for name, views in ((DEAD, dead), (RAGE, rage)) if one.view in views]
        return found or [NOTHING]

    def stayed(one: StoredAsking) -> list[str]:
        if one.seen_ms is None:
            return []
        return ["brief" if one.seen_ms < BRIEF_MS else "long" if one.seen_ms >= LONG_MS else "middle"]

    values: dict[GroupedBy, Callable[[StoredAsking], list[str]]] = {
        "device": lambda one: [one.device],
        "channel": lambda one: [one.channel],
        "language": lambda one: [one.language],
        "before": before,
        "time": stayed,
        "variant": lambda one: [f"{experiment}:{variant}" for experiment, variant in one.variants.items()],
    }
    return {by: _grouped(read, of) for by, of in values.items()}


def _grouped(read: _Read, of: Callable[[StoredAsking], list[str]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for asking in read.scores:
        for value in of(read.askings[asking]):
            found[value].append(asking)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def _compared(
    kind: ScoreKind, by: GroupedBy, grouped: Mapping[str, list[int]], read: _Read
) -> Iterable[ComparedScores]:
    """Variants of an experiment against the first of them; what happened before against nothing."""
    if by == "before" and NOTHING in grouped:
        for value in (DEAD, RAGE):
            if value in grouped:
                result = score_difference(kind, read.given(grouped[NOTHING]), read.given(grouped[value]))
                yield ComparedScores(by, NOTHING, value, result, random=False)
    if by == "variant":
        for experiment in sorted({one.partition(":")[0] for one in grouped}):
            first, *others = sorted(one for one in grouped if one.startswith(f"{experiment}:"))
            for value in others:
                result = score_difference(kind, read.given(grouped[first]), read.given(grouped[value]))
                yield ComparedScores(by, first, value, result, random=True)


def _themes(
    kind: ScoreKind | None, themes: Sequence[SurveyTheme], texts: Collection[StoredAnswer], read: _Read
) -> Iterable[ThemeResult]:
    by_id = {f"{one.asking:016x}/{one.question}": one for one in texts}
    marked: set[str] = set()
    found: list[ThemeResult] = []
    for theme in themes:
        here = [by_id[id] for id in dict.fromkeys(theme.answers) if id in by_id]
        marked.update(f"{one.asking:016x}/{one.question}" for one in here)
        scores = [read.scores[one.asking] for one in here if one.asking in read.scores]
        figure = score_figure(kind, scores) if kind else None
        found.append(ThemeResult(theme.id, theme.name, share_figure(len(here), len(texts)), figure))
    yield from sorted(found, key=lambda one: (-one.texts.k, one.name))
    if texts:
        yield ThemeResult("", "", share_figure(len(by_id.keys() - marked), len(texts)), None)


def _views_with(store: Store, scope: SiteScope, survey: Survey, what: str) -> set[int]:
    """The views in which the survey was due and this happened, by the rules of segments."""
    rule = Rule(what="dead" if what == DEAD else "rage", scope="view")
    groups = (scope.segment,) if scope.segment else ()
    return read_views(store, replace(scope, segment=Group(rules=(rule,), groups=groups)), survey.id)
