"""Which rows of `Batch.ask` fit the version of the survey that they name. Pure."""

from __future__ import annotations

import re

from msgspec import structs

from collector.wire import AskColumns
from store.asking import SiteSurveys
from store.surveys import MAX_LINE, MAX_WORDS, SCALES, SurveyQuestion
from store.text_masking import masked_text

# Why a row is left out. Each is counted like the code of a refusal.
NO_SURVEY, NO_VERSION, NO_QUESTION, NO_ANSWER, TOO_MANY = (
    "ask_survey", "ask_version", "ask_question", "ask_answer", "ask_many",
)  # fmt: skip
LeftOut = tuple[str, str]  # code, message
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def cleaned(text: str) -> str:
    """A text as it may be stored: without control characters, masked, at most MAX_WORDS characters."""
    return masked_text(_UNPRINTABLE.sub("", text).strip())[:MAX_WORDS]


def fault_of(ask: AskColumns, row: int, surveys: SiteSurveys) -> LeftOut | None:
    """Why a row is left out; None if it fits."""
    key, version, id = ask.s[row], ask.v[row], ask.q[row]
    versions = surveys.versions.get(key)
    if versions is None:
        return NO_SURVEY, f"$.ask.s[{row}]: there is no survey {key!r} that asks or asked."
    if version not in versions:
        return NO_VERSION, f"$.ask.v[{row}]: the survey {key!r} never asked in version {version}."
    if not id:
        is_state = ask.k[row] > 0 and ask.g[row] is None and not ask.o[row] and not ask.m[row]
        return None if is_state else (NO_ANSWER, f"$.ask[{row}]: without a question, a row is a state and no answer.")
    question = versions[version].get(id)
    if question is None:
        return NO_QUESTION, f"$.ask.q[{row}]: the survey {key!r} has no question {id!r} in version {version}."
    known = {option.id for option in question.options}
    if unknown := [one for one in ask.o[row] if one not in known]:
        return NO_QUESTION, f"$.ask.o[{row}]: the question {id!r} has no option {unknown[0]!r}."
    if ask.k[row] or not _answers(question, ask, row):
        return NO_ANSWER, f"$.ask[{row}]: this is no answer to a question of the kind {question.kind}."
    return None


def _answers(question: SurveyQuestion, ask: AskColumns, row: int) -> bool:
    """Whether the row has what answers the question, and nothing else."""
    score, options, text, element = ask.g[row], ask.o[row], ask.m[row], ask.e[row]
    if scale := SCALES.get(question.kind):
        return score is not None and scale[0] <= score <= scale[1] and not options and not text
    if score is not None:
        return False
    if question.kind == "text":
        return bool(text) and not options
    if question.kind == "click":
        return element is not None and not options
    typed = any(option.typed for option in question.options if option.id in options)
    most = 1 if question.kind == "one" else len(question.options)
    fits = 0 < len(options) <= most and len(set(options)) == len(options)
    return fits and (not text or (typed and len(text) <= MAX_LINE))


def sift(ask: AskColumns, surveys: SiteSurveys | None) -> tuple[AskColumns | None, list[LeftOut]]:
    """The rows that are stored, cleaned, and why the others are not.

    `surveys`: None while they cannot be read: then all rows are kept, and results leave out what does not fit.
    """
    texts = [cleaned(text) for text in ask.m]
    ask = structs.replace(ask, m=texts)
    found = [fault_of(ask, row, surveys) if surveys is not None else None for row in range(len(ask.t))]
    left_out = [one for one in found if one is not None]
    return (chosen(ask, [n for n, one in enumerate(found) if one is None]) if left_out else ask), left_out


def chosen(ask: AskColumns, rows: list[int]) -> AskColumns | None:
    """Some rows, at the times that they had; None without any."""
    if not rows:
        return None
    columns = {name: [getattr(ask, name)[row] for row in rows] for name in ask.__struct_fields__}
    before, at = 0, 0
    times: list[int] = []
    wanted = set(rows)
    for row, delta in enumerate(ask.t):
        at += delta
        if row in wanted:
            times.append(at - before)
            before = at
    return AskColumns(**columns | {"t": times})
