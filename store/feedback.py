"""Answers that were given elsewhere, as rows of the table `feedback`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from store.client import Store
from store.surveys import Survey
from store.zones import DAY_MS, day_numbered

SENDER = "survey/"  # of answers of other tools, before the id of their survey


class AnswerRow(Struct, frozen=True, kw_only=True):
    """A state of an asking (`question` "") or an answer. `state`: one of ASK_STATES of the wire format."""

    ms: int
    asking: int
    question: str
    step: int
    state: int = 0
    score: int | None = None
    options: tuple[str, ...] = ()
    words: str = ""


def insert_answers(store: Store, survey: Survey, rows: Sequence[AnswerRow], language: str) -> None:
    """Store the answers of a survey that was made for them. Each asking is a visitor of its own, of whom nothing else
    is known."""
    n = len(rows)
    store.insert(
        "feedback",
        {
            "site": [int(survey.site)] * n,
            "survey": [survey.id] * n,
            "day": [day_numbered(row.ms // DAY_MS) for row in rows],
            "time": [row.ms for row in rows],
            "visitor": [row.asking for row in rows],
            "asking": [row.asking for row in rows],
            "question": [row.question for row in rows],
            "step": [row.step for row in rows],
            "version": [survey.version] * n,
            "state": [row.state for row in rows],
            "score": [row.score for row in rows],
            "options": [list(row.options) for row in rows],
            "words": [row.words for row in rows],
            "language": [language] * n,
            "sender": [SENDER + survey.id] * n,
        },
        token=f"{SENDER}{survey.site}/{survey.id}/{survey.version}",
    )
