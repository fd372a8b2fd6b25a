"""The report of a survey in the words and numbers of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.feedback import ComparedScores, GivenAnswer, GroupScore, QuestionResult, SurveyReport
from aggregator.measures.feedback import AskingAccount
from aggregator.measures.statistics import FEW
from store.surveys import Survey, SurveyQuestion, SurveyTheme
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.sentences.names import device_label
from viewer.pages.sentences.scores import NAMES, interval_words, score_words, share_words, value_words
from viewer.pages.surveys.answer_maps import AnswerMaps
from viewer.pages.surveys.words import kind_words

# kind → from which score on an answer is of each part of the bar: low, middle, high
PARTS = {"nps": (0, 7, 9), "csat": (1, 3, 4), "ces": (1, 4, 6)}


@dataclass(frozen=True)
class ScoreBar:
    """One score: its answers, their share, and the length of its bar in percent. `part`: low, middle or high. `map`:
    that of those who gave it; "" of nobody."""

    score: int
    n: str
    share: str
    width: str
    part: str
    map: str


@dataclass(frozen=True)
class OptionLine:
    """An entry of a list: how many chose it. `map`: that of those who did; "" of nobody."""

    text: str
    n: str
    share: str
    interval: str
    map: str


@dataclass(frozen=True)
class QuestionBlock:
    """A question with its figures. `value`: "" for one that is no scale. `map`: that of those who answered, of a
    question without scores and options; else ""."""

    text: str
    kind: str
    n: str
    value: str
    interval: str
    earlier: str
    bars: list[ScoreBar]
    options: list[OptionLine]
    map: str


@dataclass(frozen=True)
class WeekPoint:
    """The score of a week. `x`, `y`, `top`, `bottom`: of its point and interval on the plot in percent; "" for few."""

    day: str
    n: str
    value: str
    x: str
    y: str
    top: str
    height: str


@dataclass(frozen=True)
class GroupLine:
    """The score of a group. `heading`: before the first group of its kind. `left`, `width`, `dot`: on the axis."""

    heading: str
    name: str
    n: str
    value: str
    interval: str
    left: str
    width: str
    dot: str


@dataclass(frozen=True)
class ThemeLine:
    """A theme. `id` "": no theme yet."""

    id: str
    name: str
    n: str
    share: str
    interval: str
    value: str


@dataclass(frozen=True)
class WordLine:
    """A word with its other forms, the number of texts, and the median of the scores."""

    word: str
    forms: str
    n: str
    score: str
    search: str


@dataclass(frozen=True)
class AnswerLine:
    """A text that was given. `parts`: its text, cut at what was searched for. `themes`: id and name. `map`: that of
    those who gave the same score on the page, or any text; "" where the page is not known."""

    id: str
    score: str
    parts: list[tuple[str, bool]]
    line: str
    themes: list[tuple[str, str]]
    map: str


@dataclass(frozen=True)
class ScoreMaps:
    """The maps that texts lead to. `score`: the id of the report's question with scores; "" without one."""

    maps: AnswerMaps
    score: str

    def of(self, one: GivenAnswer) -> str:
        if one.score is None:
            return self.maps.answer(one.asking.page, one.answer.question)
        return self.maps.score(one.asking.page, self.score, one.score)


def lead_words(lang: Language, report: SurveyReport) -> str:
    """The main figure in a sentence; "" without one."""
    main = next((one for one in report.questions if one.question == report.score), None)
    if main is None or main.figure is None:
        return ""
    name = NAMES[main.figure.kind]
    if main.figure.value is None:
        return lang.text("%(name)s: too few answers for a figure, %(n)s of at least %(least)s.", name=name,
                         n=lang.number(main.figure.n), least=FEW)  # fmt: skip
    return lang.text("%(name)s is %(value)s (95%% interval %(interval)s).", name=name,
                     value=value_words(lang, main.figure), interval=interval_words(lang, main.figure))  # fmt: skip


def compared_words(lang: Language, report: SurveyReport) -> list[str]:
    """What differs between groups, for comparisons whose interval leaves out zero; the others are within chance."""
    kind = next((one.kind for one in report.questions if one.question == report.score), "")
    return [_compared(lang, kind, one) for one in report.compared if one.result.difference is not None]


def _compared(lang: Language, kind: str, one: ComparedScores) -> str:
    result, a, b = one.result, _value(lang, one.by, one.a), _value(lang, one.by, one.b)
    low, high = (score_words(lang, kind, value or 0.0) for value in (result.low, result.high))
    difference = score_words(lang, kind, result.difference or 0.0)
    words = lang.text("%(b)s against %(a)s: %(difference)s (%(low)s to %(high)s)", a=a, b=b, difference=difference,
                      low=low, high=high)  # fmt: skip
    return words + ("." if result.certain else lang.text(", within chance."))


def ledger(lang: Language, account: AskingAccount) -> list[LedgerRow]:
    """What became of those whom the survey reached."""
    _ = lang.text

    def less(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, MINUS + lang.number(n) if n else "0")

    share, interval = share_words(lang, account.response)
    return [
        LedgerRow(_("Reached"), lang.number(account.reached), sum=True),
        less(_("Not of the share that is asked"), account.not_drawn),
        less(_("Asked lately"), account.asked_lately),
        LedgerRow(_("Asked"), lang.number(account.asked), sum=True),
        less(_("Closed or ignored"), account.closed),
        less(_("Left half-way"), account.half_way),
        LedgerRow(_("Answered"), lang.number(account.answered), share, sum=True,
                  of=((_("95% interval"), interval),) if interval else ()),
    ]  # fmt: skip


def question_blocks(lang: Language, survey: Survey, report: SurveyReport, maps: AnswerMaps) -> list[QuestionBlock]:
    by_id = {one.id: one for one in survey.questions}
    return [_block(lang, survey, by_id[one.question], one, maps) for one in report.questions]


def _block(
    lang: Language, survey: Survey, question: SurveyQuestion, result: QuestionResult, maps: AnswerMaps
) -> QuestionBlock:
    most = max(result.spread.values(), default=0)
    options = []
    texts = {one.id: one.text for one in question.options}
    for one in result.options:
        share, interval = share_words(lang, one.chosen)
        href = maps.option(result.page, question.id, one.option) if one.chosen.k else ""
        text = _text(lang, survey, texts[one.option])
        options.append(OptionLine(text, lang.number(one.chosen.k), share, interval, href))
    earlier = lang.plural("%(num)s answer to an earlier wording is not counted here.",
                          "%(num)s answers to earlier wordings are not counted here.", result.earlier)  # fmt: skip
    return QuestionBlock(
        text=_text(lang, survey, question.text),
        kind=kind_words(lang, question.kind),
        n=lang.plural("%(num)s answer", "%(num)s answers", result.n),
        value=value_words(lang, result.figure) if result.figure else "",
        interval=interval_words(lang, result.figure) if result.figure else "",
        earlier=earlier if result.earlier else "",
        bars=[
            ScoreBar(score, lang.number(n), lang.share(n / result.n) if result.n else "",
                     f"{100 * n / most if most else 0:.1f}%", _part(question.kind, score),
                     maps.score(result.page, question.id, score) if n else "")
            for score, n in sorted(result.spread.items(), reverse=True)
        ],
        options=options,
        map="" if result.spread or options else maps.answer(result.page, question.id),
    )  # fmt: skip


def _part(kind: str, score: int) -> str:
    _, middle, high = PARTS[kind]
    return "high" if score >= high else "middle" if score >= middle else "low"


def _text(lang: Language, survey: Survey, texts: dict[str, str]) -> str:
    return texts.get(lang.code) or texts.get(survey.language) or next(iter(texts.values()), "")


def _range(kind: str) -> tuple[float, float]:
    """The least and the greatest value of a figure."""
    return {"nps": (-100.0, 100.0), "csat": (0.0, 1.0), "ces": (1.0, 7.0)}[kind]


def _at(kind: str, value: float) -> float:
    """Where a value is on its range, 0 … 100."""
    low, high = _range(kind)
    return 100 * (value - low) / (high - low)


def week_points(lang: Language, report: SurveyReport) -> list[WeekPoint]:
    made = []
    for n, one in enumerate(report.weeks):
        x = f"{100 * (n + 0.5) / len(report.weeks):.2f}%"
        y = top = height = ""
        figure = one.figure
        if figure.value is not None and figure.low is not None and figure.high is not None:
            low, high = _at(figure.kind, figure.low), _at(figure.kind, figure.high)
            y, top, height = f"{100 - _at(figure.kind, figure.value):.2f}%", f"{100 - high:.2f}%", f"{high - low:.2f}%"
        made.append(
            WeekPoint(lang.day(one.begins), lang.number(figure.n), value_words(lang, figure), x, y, top, height)
        )
    return made


def group_lines(lang: Language, report: SurveyReport) -> list[GroupLine]:
    made: list[GroupLine] = []
    last = ""
    for one in report.groups:
        heading = _heading(lang, one)
        made.append(_group(lang, one, heading if heading != last else ""))
        last = heading
    return made


def _heading(lang: Language, one: GroupScore) -> str:
    _ = lang.text
    if one.by == "variant":
        return _("Variant of “%(name)s”", name=one.value.partition(":")[0])
    names = {
        "device": _("Device"),
        "channel": _("Channel"),
        "language": _("Language"),
        "before": _("What happened before"),
        "time": _("Time on the page before"),
    }
    return names[one.by]


def _value(lang: Language, by: str, value: str) -> str:
    _ = lang.text
    if by == "device":
        return device_label(lang, value)
    if by == "variant":
        return value.partition(":")[2]
    names = {
        "dead": _("a dead click"),
        "rage": _("a rage click"),
        "nothing": _("neither"),
        "brief": _("under 30 s"),
        "middle": _("30 s to 2 min"),
        "long": _("2 min and more"),
    }
    return names.get(value, value or _("unknown"))


def _group(lang: Language, one: GroupScore, heading: str) -> GroupLine:
    figure = one.figure
    left = width = dot = ""
    if figure.value is not None and figure.low is not None and figure.high is not None:
        low, high = _at(figure.kind, figure.low), _at(figure.kind, figure.high)
        left, width, dot = f"{low:.2f}%", f"{high - low:.2f}%", f"{_at(figure.kind, figure.value):.2f}%"
    return GroupLine(
        heading=heading,
        name=_value(lang, one.by, one.value),
        n=lang.number(figure.n),
        value=value_words(lang, figure),
        interval=interval_words(lang, figure),
        left=left,
        width=width,
        dot=dot,
    )


def theme_lines(lang: Language, report: SurveyReport) -> list[ThemeLine]:
    made = []
    for one in report.themes:
        share, interval = share_words(lang, one.texts)
        value = value_words(lang, one.figure) if one.figure else ""
        name = one.name or lang.text("No theme yet")
        made.append(ThemeLine(one.theme, name, lang.number(one.texts.k), share, interval, value))
    return made


def word_lines(lang: Language, report: SurveyReport) -> list[WordLine]:
    return [
        WordLine(one.word, ", ".join(one.forms), lang.number(one.texts),
                 "" if one.score is None else lang.number(one.score, 0 if one.score == int(one.score) else 1), one.word)
        for one in report.words
    ]  # fmt: skip


def answer_lines(
    lang: Language, found: Sequence[GivenAnswer], themes: Sequence[SurveyTheme], search: str, maps: ScoreMaps
) -> list[AnswerLine]:
    names = {one.id: one.name for one in themes}
    return [_answer(lang, one, names, search, maps) for one in found]


def _answer(lang: Language, one: GivenAnswer, names: dict[str, str], search: str, maps: ScoreMaps) -> AnswerLine:
    asking, _ = one.asking, lang.text
    said = [lang.moment(one.answer.time), device_label(lang, asking.device), asking.page]
    said += [f"{experiment}: {variant}" for experiment, variant in sorted(asking.variants.items())]
    before = [words for happened, words in ((one.dead, _("a dead click")), (one.rage, _("a rage click"))) if happened]
    if before:
        said.append(_("before: %(what)s", what=", ".join(before)))
    if asking.seen_ms is not None:
        said.append(_("%(time)s on the page", time=lang.span(asking.seen_ms)))
    return AnswerLine(
        id=one.id,
        score="" if one.score is None else str(one.score),
        parts=_cut(one.answer.words, search),
        line=" · ".join(part for part in said if part),
        themes=[(id, names[id]) for id in one.themes if id in names],
        map=maps.of(one),
    )


def _cut(text: str, search: str) -> list[tuple[str, bool]]:
    """The text in parts, and whether each is what was searched for."""
    if not search:
        return [(text, False)]
    parts, at, low, wanted = [], 0, text.casefold(), search.casefold()
    if len(low) != len(text):  # a letter that has another length in lower case
        return [(text, False)]
    while (found := low.find(wanted, at)) >= 0:
        parts += [(text[at:found], False), (text[found : found + len(wanted)], True)]
        at = found + len(wanted)
    return [part for part in (*parts, (text[at:], False)) if part[0]]
