"""Reads the CSV export of a survey into its questions and responses, and says what it leaves out."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.faults import Faults, fault
from rules.survey_export.layouts import LAYOUTS, ExportLayout, layout_of
from rules.survey_export.scores import ScoreKind, guessed_kind
from rules.survey_export.times import DateOrder, date_order, is_ambiguous, known_zone, time_of

MOST_BYTES = 64 << 20
MOST_QUESTIONS = 300
MOST_ROWS = 500_000
_CELL = 20_000  # characters
# Second lines of SurveyMonkey that say how a question is answered, and name no option.
_ONE_ANSWER = ("Response", "Open-Ended Response", "")


@dataclass(frozen=True)
class ExportQuestion:
    """`places`: its columns; several of them if one can choose several options, which `options` then names.
    `answered`: responses that have an answer. `kind`: the scale that its answers can be of; None: none is certain."""

    text: str
    places: tuple[int, ...]
    options: tuple[str, ...] = ()
    answered: int = 0
    kind: ScoreKind | None = None


@dataclass(frozen=True)
class ExportedResponse:
    """`line` of the file where it begins, from 1. `ms` since 1970. `cells`: column → what was answered."""

    line: int
    ms: int
    respondent: str
    is_complete: bool
    cells: Mapping[int, str]


@dataclass(frozen=True)
class ExportTable:
    """`left_out`: reason → responses; the reasons are `skipped` (previews, tests, spam), `time`, `cells` (a number of
    cells that is not that of the first line), `nothing` (no answer) and `twice` (the same respondent). `not_read`: the
    names of columns that say something about the person or the response. `order`: of the dates; `zone`: of the times.
    `rows` = responses + all that is left out."""

    layout: ExportLayout
    questions: tuple[ExportQuestion, ...]
    responses: tuple[ExportedResponse, ...]
    rows: int
    left_out: Mapping[str, int]
    not_read: tuple[str, ...]
    order: DateOrder
    zone: str


def read_export(text: str, zone: str, order: DateOrder = "") -> ExportTable | Faults:
    """The questions and responses of an export. `zone`: of its times where the file names none; `order`: of dates with
    slashes where the dates do not show it."""
    rows = _rows(text)
    if isinstance(rows, Faults):
        return rows
    first = next((n for n, (_, cells) in enumerate(rows) if any(cell.strip() for cell in cells)), None)
    if first is None:
        return _of_file("export_empty")
    names = [name.strip() for name in rows[first][1]]
    layout = layout_of(names)
    if layout is None:
        return _of_file("export_unknown", value=", ".join(names), tools=", ".join(one.name for one in LAYOUTS))
    heads = [cells for _, cells in rows[first : first + layout.header_lines]]
    body = [row for row in rows[first + layout.header_lines :] if any(cell.strip() for cell in row[1])]
    if len(heads) < layout.header_lines or not body:
        return _of_file("export_no_answers", tool=layout.name)
    if len(names) > MOST_QUESTIONS or len(body) > MOST_ROWS:
        return _of_file("export_large", questions=len(names), rows=len(body), most=MOST_QUESTIONS, most_rows=MOST_ROWS)
    reader = _ResponseReader(layout, names, _named_zone(heads[-1]) or layout.zone or zone)
    times = [cells[reader.time] for _, cells in body if len(cells) > reader.time]
    order = order or date_order(times)
    if not order and is_ambiguous(times):
        return _of_file("export_dates", value=times[0])
    return reader.table(_questions(layout, names, heads), body, order)


def _rows(text: str) -> list[tuple[int, list[str]]] | Faults:
    """(line where it begins, cells): separated as the first line shows; answers may have line breaks."""
    head = text[: text.find("\n")] if "\n" in text else text
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, [cell[:_CELL] for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        return _of_file("export_quote", line=line)
    return rows


@dataclass(frozen=True)
class _ResponseReader:
    layout: ExportLayout
    names: Sequence[str]
    zone: str

    @property
    def time(self) -> int:
        return self._place(*self.layout.times)

    def table(
        self, questions: Sequence[ExportQuestion], body: Sequence[tuple[int, list[str]]], order: DateOrder
    ) -> ExportTable:
        left_out: Counter[str] = Counter()
        found: dict[str, ExportedResponse] = {}
        places = [place for question in questions for place in question.places]
        for line, cells in body:
            response = self._response(line, cells, places, order)
            if isinstance(response, str):
                left_out[response] += 1
                continue
            # Of two responses with one id, the later one is the corrected one.
            left_out["twice"] += response.respondent in found
            found[response.respondent] = response
        responses = tuple(found.values())
        read = {*places, self.time}
        return ExportTable(
            layout=self.layout,
            questions=tuple(_counted(question, responses) for question in questions),
            responses=responses,
            rows=len(body),
            left_out={reason: n for reason, n in left_out.items() if n},
            not_read=tuple(name for n, name in enumerate(self.names) if n not in read and name),
            order=order,
            zone=self.zone,
        )

    def _response(self, line: int, cells: list[str], places: Sequence[int], order: DateOrder) -> ExportedResponse | str:
        if len(cells) != len(self.names):
            return "cells"
        if self._has(cells, self.layout.skipped):
            return "skipped"
        answers = {place: cells[place].strip() for place in places if cells[place].strip()}
        if not answers:
            return "nothing"
        ms = time_of(cells[self.time], order, self.zone)
        if ms is None:
            return "time"
        respondent = cells[self._place(*self.layout.respondent)].strip() or f"line {line}"
        return ExportedResponse(line, ms, respondent, not self._has(cells, self.layout.unfinished), answers)

    def _has(self, cells: Sequence[str], values: Mapping[str, tuple[str, ...]]) -> bool:
        return any(
            cells[self.names.index(name)].strip() in wanted for name, wanted in values.items() if name in self.names
        )

    def _place(self, *names: str) -> int:
        return next(self.names.index(name) for name in names if name in self.names)


def _questions(layout: ExportLayout, names: Sequence[str], heads: Sequence[Sequence[str]]) -> list[ExportQuestion]:
    if layout.tool == "surveymonkey":
        return _with_options(layout, names, heads[1])
    texts = heads[1] if layout.tool == "qualtrics" else names
    shown = [texts[n].strip() if n < len(texts) else name for n, name in enumerate(names)]
    return [
        ExportQuestion(shown[n] or name, (n,))
        for n, name in enumerate(names)
        # Qualtrics derives the group of an NPS from its score.
        if name and layout.is_question(name) and not name.endswith("_NPS_GROUP")
    ]


def _with_options(layout: ExportLayout, names: Sequence[str], second: Sequence[str]) -> list[ExportQuestion]:
    """The questions of SurveyMonkey: a question's further options have a name only in the second line."""
    found: list[ExportQuestion] = []
    is_known = False
    for n, name in enumerate(names):
        option = second[n].strip() if n < len(second) else ""
        if name:
            is_known = layout.is_question(name)
            if is_known:
                found.append(ExportQuestion(name, (n,), () if option in _ONE_ANSWER else (option,)))
        elif is_known and option:
            last = found[-1]
            found[-1] = ExportQuestion(last.text, (*last.places, n), (*last.options, option))
    return found


def _counted(question: ExportQuestion, responses: Sequence[ExportedResponse]) -> ExportQuestion:
    answered = [one for one in responses if any(place in one.cells for place in question.places)]
    kind = None
    if len(question.places) == 1:
        kind = guessed_kind(question.text, (one.cells[question.places[0]] for one in answered))
    return ExportQuestion(question.text, question.places, question.options, len(answered), kind)


def _named_zone(cells: Sequence[str]) -> str:
    """The time zone in the third line of Qualtrics: `{"ImportId":"endDate","timeZone":"Europe/Paris"}`."""
    for cell in cells:
        if '"timeZone"' not in cell:
            continue
        try:
            found = json.loads(cell).get("timeZone", "")
        except (ValueError, AttributeError):
            continue
        if isinstance(found, str) and known_zone(found):
            return found
    return ""


def _of_file(code: str, **values: str | int) -> Faults:
    return Faults((fault("file", code, **values),))
