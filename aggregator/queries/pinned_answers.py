"""Answers of visitors that name an element of the page ("click what bothers you")."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.queries.conditions import where
from aggregator.shapes.scope import Scope
from store.client import Store

MOST = 1_000  # the newest


@dataclass(frozen=True)
class AnswerOnElement:
    """`asking`: of which it is a part. `score`: the first that was given in it. `x`, `y`: fractions of the element's
    box; `page_x`, `page_y`: of the page as it was."""

    asking: int
    survey: str
    question: str
    time: int  # ms since 1970
    words: str
    score: int | None
    record: int
    x: float
    y: float
    page_x: float
    page_y: float


def read_answers_on_elements(store: Store, scope: Scope, pages: tuple[str, ...]) -> list[AnswerOnElement]:
    """The last answers of each asking on these pages, of the visitors of the scope, the newest first."""
    w = where(scope, pages)
    rows = store.rows(
        "SELECT asking, toString(survey) AS of_survey, toString(question) AS of_question, "
        "toUnixTimestamp64Milli(time) AS ms, words, record, fx, fy, page_x, page_y, page_w, page_h "
        f"FROM feedback FINAL WHERE {w.sql} AND question != '' AND record != 0 ORDER BY time DESC, asking LIMIT {MOST}",
        **w.params,
    )
    scored = store.rows(
        "SELECT asking, toUInt8(argMin(assumeNotNull(score), step)) AS first FROM feedback FINAL "
        f"WHERE {w.sql} AND score IS NOT NULL GROUP BY asking",
        **w.params,
    ) if rows else []  # fmt: skip
    scores = {int(row["asking"]): int(row["first"]) for row in scored}
    return [
        AnswerOnElement(
            asking=int(row["asking"]),
            survey=row["of_survey"],
            question=row["of_question"],
            time=int(row["ms"]),
            words=row["words"],
            score=scores.get(int(row["asking"])),
            record=int(row["record"]),
            x=row["fx"] / 10_000,
            y=row["fy"] / 10_000,
            page_x=row["page_x"] / max(1, row["page_w"]),
            page_y=row["page_y"] / max(1, row["page_h"]),
        )
        for row in rows
    ]
