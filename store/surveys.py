"""Surveys: up to five questions to visitors, when and whom to ask, and how the question looks (docs/feedback.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from store.records import Day, Key, Label, LanguageCode, Name, Pattern, Record, Text
from store.segments import ElementKey

MAX_QUESTIONS = 5
MAX_OPTIONS = 12  # of a question
MAX_BRANCHES = 12
MAX_WORDS = 1_000  # characters of a free text
MAX_LINE = 200  # characters typed beside an option
BETWEEN_DAYS = 7  # nobody is asked by another survey sooner
THANKS = "thanks"  # where a branch ends the survey

SurveyState = Literal["draft", "asking", "closed"]
QuestionKind = Literal["nps", "csat", "ces", "one", "several", "text", "click"]
ScoreLook = Literal["numbers", "stars", "faces"]
TriggerKind = Literal["arrival", "event", "leaving", "seconds", "depth", "dead", "rage", "call", "edge", "embedded"]
SurveyPlace = Literal["corner", "edge", "inside"]

PartId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,31}$", extra={"code": "survey_part"})]
Score = Annotated[int, Meta(ge=0, le=10)]
Accent = Annotated[str, Meta(pattern=r"^(#[0-9a-f]{6})?$", extra={"code": "colour"})]

# kind → its lowest and highest score
SCALES: Mapping[QuestionKind, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
LISTS: tuple[QuestionKind, ...] = ("one", "several")


class SurveyOption(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of a list. `typed`: choosing it opens a line to type in."""

    id: PartId
    text: Label
    typed: bool = False


class SurveyBranch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an answer leads: to a later question, or to the thanks. The first branch that fits counts.

    A score fits from `least` to `most`; a choice if it is one of `options`. Without any of them every answer fits, and
    a question that was left out too.
    """

    to: PartId
    least: Score | None = None
    most: Score | None = None
    options: Annotated[tuple[PartId, ...], Meta(max_length=MAX_OPTIONS)] = ()


class SurveyQuestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question. `low` and `high`: the words at the ends of a scale; `look`: how a CSAT is drawn. Without a branch
    that fits, the next question follows."""

    id: PartId
    kind: QuestionKind
    text: Label
    look: ScoreLook = "numbers"
    low: Text = field(default_factory=dict)
    high: Text = field(default_factory=dict)
    options: Annotated[tuple[SurveyOption, ...], Meta(max_length=MAX_OPTIONS)] = ()
    shuffle: bool = False
    optional: bool = False
    branches: Annotated[tuple[SurveyBranch, ...], Meta(max_length=MAX_BRANCHES)] = ()


class SurveyTrigger(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What makes the question due. `seconds`: how long after that, or on the page (kind `seconds`); `depth`: per cent
    of the page's height; `event`: a name that the page sends; `element`: the only one whose dead or rage clicks count,
    "" for any."""

    kind: TriggerKind = "arrival"
    seconds: Annotated[int, Meta(ge=0, le=3_600)] = 0
    depth: Annotated[int, Meta(ge=0, le=100)] = 0
    event: Annotated[str, Meta(max_length=64)] = ""
    element: ElementKey = ""


class SurveyLook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the question stands. `selector`: of the element that it stands in (place `inside`)."""

    place: SurveyPlace = "corner"
    side: Literal["right", "left"] = "right"
    selector: Annotated[str, Meta(max_length=500)] = ""
    accent: Accent = ""


class Survey(Record, frozen=True, kw_only=True):
    """A survey of a site; `id` is also its key in `parcours('ask', KEY)`.

    Where: `pages` (patterns), the page group `group`, or `touchpoint` of `journey`; nothing: on every page. Whom: the
    `share` of visitors, those who see `variant` of `experiment`, those in `segment`. `language`: of visitors whose own
    language lacks a text. `wait_days`: nobody is asked twice within them; 0: once a view. It ends after the day `until`
    or with `most_answers` answers (0: no limit).
    """

    id: Key
    site: str
    name: Name
    state: SurveyState = "draft"
    language: LanguageCode = "en"
    questions: Annotated[tuple[SurveyQuestion, ...], Meta(max_length=MAX_QUESTIONS)] = ()
    thanks: Text = field(default_factory=dict)
    pages: Annotated[tuple[Pattern, ...], Meta(max_length=50)] = ()
    group: Annotated[str, Meta(max_length=64)] = ""
    journey: Annotated[str, Meta(max_length=64)] = ""
    touchpoint: Annotated[str, Meta(max_length=64)] = ""
    trigger: SurveyTrigger = SurveyTrigger()
    share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    experiment: Annotated[str, Meta(max_length=64)] = ""
    variant: Annotated[str, Meta(max_length=64)] = ""
    segment: Annotated[str, Meta(max_length=64)] = ""
    wait_days: Annotated[int, Meta(ge=0, le=365)] = 30
    since: Day = ""
    until: Day = ""
    most_answers: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    look: SurveyLook = SurveyLook()


class SurveyTheme(Record, frozen=True, kw_only=True):
    """A label for free texts of a survey, set by hand. `answers`: those that have it, as `asking/question`."""

    id: Key
    site: str
    survey: Key
    name: Name
    answers: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[0-9a-f]{16}/[a-z0-9][a-z0-9_\-]{0,31}$")], ...], Meta(max_length=20_000)
    ] = ()


def same_wording(one: SurveyQuestion, other: SurveyQuestion) -> bool:
    """Whether answers to two versions of a question can be counted together."""

    def wording(question: SurveyQuestion) -> tuple[object, ...]:
        options = {option.id: option.text for option in question.options}
        return question.kind, question.text, question.low, question.high, options

    return wording(one) == wording(other)
