"""What visitors answered in the days of a digest, and what colleagues noted, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.feedback import SurveyReport
from store.remarks import Remark
from store.surveys import Survey
from viewer.pages.frame.languages import Language
from viewer.pages.sentences.scores import NAMES, interval_words, score_words, value_words


@dataclass(frozen=True)
class DigestAnswers:
    """The answers to a survey, and the absolute address of its report."""

    words: str
    href: str


def answers_words(lang: Language, survey: Survey, report: SurveyReport) -> str:
    """How many answered, the score with its interval, and its change against the days before; "" if nobody did."""
    if not report.account.answered:
        return ""
    parts = [lang.plural("%(num)s answer", "%(num)s answers", report.account.answered)]
    main = next((one for one in report.questions if one.question == report.score), None)
    if main is not None and main.figure is not None and main.figure.value is not None:
        value, interval = value_words(lang, main.figure), interval_words(lang, main.figure)
        name = NAMES[main.figure.kind]
        parts.append(
            lang.text("%(name)s %(value)s (95%% interval %(interval)s)", name=name, value=value, interval=interval)
        )
        parts += _change(lang, main.figure.kind, report)
    return lang.named(survey.name, ", ".join(parts)) + "."


def _change(lang: Language, kind: str, report: SurveyReport) -> list[str]:
    result = next((one.result for one in report.compared if one.by == "set"), None)
    if result is None or result.difference is None:
        return []
    low, high = (score_words(lang, kind, one or 0.0) for one in (result.low, result.high))
    words = lang.text("%(difference)s against the week before (%(low)s to %(high)s)",
                      difference=score_words(lang, kind, result.difference), low=low, high=high)  # fmt: skip
    return [words if result.certain else words + " " + lang.text("within chance")]


def notes_words(lang: Language, notes: Sequence[Remark], begin: int, end: int) -> str:
    """How many notes were written from `begin` to before `end` (ms since 1970), and how many are open; "" of none."""
    new, opened = sum(begin <= one.time < end for one in notes), sum(not one.resolved for one in notes)
    if not new and not opened:
        return ""
    return lang.text("Notes: %(new)s new, %(open)s open.", new=lang.number(new), open=lang.number(opened))
