"""What an export of a survey becomes here: a closed survey of its questions, and the rows of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xxhash
from msgspec.structs import replace

from rules.survey_export import SCALES, ExportedResponse, ExportQuestion, ExportTable, ScoreKind, score_of
from store.feedback import AnswerRow
from store.surveys import MAX_OPTIONS, MAX_QUESTIONS, MAX_WORDS
from store.text_masking import masked_text

MOST_TEXT = 120  # characters of a question or an option, as in store/records.py
LEFT, DONE = 5, 7  # ASK_STATES of the wire format


@dataclass(frozen=True)
class ImportedQuestion:
    """A question of the export under its id here. `options`: place of a column, or what was chosen → id."""

    id: str
    kind: str
    source: ExportQuestion
    options: Mapping[str, str]


@dataclass(frozen=True)
class SurveyImport:
    """`fields`: of the survey, for rules/survey.py. `left_out`: question, or reason → responses or cells that are not
    taken over."""

    fields: Mapping[str, Any]
    rows: tuple[AnswerRow, ...]
    responses: int
    left_out: Mapping[str, int]


def survey_import(
    table: ExportTable, name: str, language: str, scales: ScoreKind | None, oldest: int, place: Mapping[str, Any]
) -> SurveyImport:
    """The survey and the rows of an export. `scales`: what questions with numbers are whose scale nobody can tell;
    None leaves them out. `oldest`: ms since 1970, before which nothing is kept. `place`: where it was asked, as fields
    of a survey."""
    questions, left_out = _questions(table, scales)
    rows: list[AnswerRow] = []
    taken = 0
    for response in table.responses:
        if response.ms < oldest:
            left_out["old"] += 1
            continue
        made = _rows(response, questions, left_out)
        rows += made
        taken += bool(made)
    for reason, n in table.left_out.items():
        left_out[reason] += n
    fields = {
        "name": name,
        "state": "closed",
        "language": language,
        "questions": [_fields(one, language) for one in questions],
        "thanks": {language: "–"},
        **place,
    }
    return SurveyImport(fields, tuple(rows), taken, {reason: n for reason, n in left_out.items() if n})


def _questions(table: ExportTable, scales: ScoreKind | None) -> tuple[list[ImportedQuestion], Counter[str]]:
    """The first questions that can be taken over: scales first, as a report is about a score."""
    left_out: Counter[str] = Counter()
    made: list[ImportedQuestion] = []
    for question in sorted(table.questions, key=lambda one: one.kind is None):
        kind, options = _kind(question, table.responses, scales)
        if kind and len(made) < MAX_QUESTIONS and question.answered:
            made.append(ImportedQuestion(f"q{len(made) + 1}", kind, question, options))
        elif question.answered:
            left_out[question.text[:MOST_TEXT]] += question.answered
    return made, left_out


def _kind(
    question: ExportQuestion, responses: Sequence[ExportedResponse], scales: ScoreKind | None
) -> tuple[str, Mapping[str, str]]:
    if question.kind:
        return question.kind, {}
    if question.options:
        if len(question.options) > MAX_OPTIONS or len(question.options) < 2:
            return "", {}
        return "several", {str(place): f"o{n}" for n, place in enumerate(question.places, 1)}
    cells = [one.cells[question.places[0]] for one in responses if question.places[0] in one.cells]
    numbers = [cell for cell in cells if any(score_of(cell, kind) is not None for kind in SCALES)]
    if len(numbers) * 10 >= len(cells) * 9:
        return scales or "", {}
    chosen = list(dict.fromkeys(cells))
    is_list = 2 <= len(chosen) <= MAX_OPTIONS and len(cells) >= 2 * len(chosen)
    if is_list and all(len(one) <= MOST_TEXT for one in chosen):
        return "one", {cell: f"o{n}" for n, cell in enumerate(chosen, 1)}
    return "text", {}


def _fields(question: ImportedQuestion, language: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "text": {language: question.source.text[:MOST_TEXT]},
    }
    if question.kind == "several":
        texts = question.source.options
        made["options"] = [{"id": f"o{n}", "text": {language: one[:MOST_TEXT]}} for n, one in enumerate(texts, 1)]
    elif question.kind == "one":
        made["options"] = [{"id": id, "text": {language: text}} for text, id in question.options.items()]
    return made


def _rows(response: ExportedResponse, questions: Sequence[ImportedQuestion], left_out: Counter[str]) -> list[AnswerRow]:
    """The rows of one response; none if it answered none of the questions."""
    asking = xxhash.xxh64_intdigest(response.respondent.encode("utf-8", "replace"))
    answers: list[AnswerRow] = []
    for question in questions:
        cells = {place: response.cells[place] for place in question.source.places if place in response.cells}
        if not cells:
            continue
        row = AnswerRow(ms=response.ms, asking=asking, question=question.id, step=len(answers) + 1)
        made = _answer(row, question, cells)
        if made is None:
            left_out[question.source.text[:MOST_TEXT]] += 1
        else:
            answers.append(made)
    if not answers:
        return []
    end = DONE if response.is_complete else LEFT
    return [*answers, AnswerRow(ms=response.ms, asking=asking, question="", step=len(answers) + 1, state=end)]


def _answer(row: AnswerRow, question: ImportedQuestion, cells: Mapping[int, str]) -> AnswerRow | None:
    (first, *_) = cells.values()
    if question.kind in SCALES:
        score = score_of(first, question.kind)  # type: ignore[arg-type]
        return None if score is None else replace(row, score=score)
    if question.kind == "several":
        return replace(row, options=tuple(question.options[str(place)] for place in cells))
    if question.kind == "one":
        return replace(row, options=(question.options[first],))
    return replace(row, words=masked_text(first)[:MAX_WORDS])
