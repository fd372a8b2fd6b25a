"""Answers of surveys made with other tools, from the CSV files that these export (docs/feedback.md).

`layouts` knows how each tool writes its file, `table` reads a file into questions and responses, `scores` reads a cell
as a score. Columns that name a person (address, name, IP, place) are never read.
"""

from rules.survey_export.layouts import LAYOUTS, ExportLayout, ExportTool
from rules.survey_export.scores import SCALES, ScoreKind, guessed_kind, score_of
from rules.survey_export.table import ExportedResponse, ExportQuestion, ExportTable, read_export
from rules.survey_export.times import DateOrder

__all__ = [
    "LAYOUTS",
    "SCALES",
    "DateOrder",
    "ExportLayout",
    "ExportQuestion",
    "ExportTable",
    "ExportTool",
    "ExportedResponse",
    "ScoreKind",
    "guessed_kind",
    "read_export",
    "score_of",
]
