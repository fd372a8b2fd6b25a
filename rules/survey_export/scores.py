"""Reads the cells of a survey's export as scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

ScoreKind = Literal["nps", "csat", "ces"]
# The least and the greatest score of each kind (docs/feedback.md).
SCALES: Mapping[ScoreKind, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
# "9", "10 - Extremely likely" and "Extremely likely - 10", which tools write for the ends of a scale
_SCORE = re.compile(r"(\d{1,2})(?:\.0+)?(?:\s*[-–—:.)(]\s*\D*)?|\D*[^\W\d]\D*[-–—:(]\s*(\d{1,2})\)?", re.ASCII)
_STARS = re.compile(r"[★⭐]️?")
LEAST_SCORES = 0.9  # of the filled cells of a column that is taken for a scale


def score_of(cell: str, kind: ScoreKind) -> int | None:
    """The score that a cell says; None if it says none, or none of this scale.

    >>> score_of("9", "nps"), score_of("10 - Extremely likely", "nps"), score_of("6", "csat"), score_of("4.5", "csat")
    (9, 10, None, None)
    """
    text = cell.strip()
    stars = len(_STARS.findall(text))
    if stars and not _STARS.sub("", text).strip("☆ "):
        score = stars
    elif found := _SCORE.fullmatch(text):
        score = int(found[1] or found[2])
    else:
        return None
    least, most = SCALES[kind]
    return score if least <= score <= most else None


def guessed_kind(question: str, cells: Iterable[str]) -> ScoreKind | None:
    """The scale that the cells of a question can be of; None for one that is no scale. Words of the question decide
    between scales that fit, else the greatest score does."""
    filled = [cell for cell in cells if cell.strip()]
    fitting = [kind for kind in SCALES if filled and _fits(filled, kind)]
    for kind, words in _WORDS.items():
        if kind in fitting and words.search(question):
            return kind
    scores = [score for cell in filled if (score := score_of(cell, "nps")) is not None]
    # Nobody says which scale it is if all scores are low: a person has to.
    return "nps" if fitting == ["nps"] and max(scores) > SCALES["ces"][1] else None


_WORDS: Mapping[ScoreKind, re.Pattern[str]] = {
    "nps": re.compile(r"\brecommend|\brecommand", re.IGNORECASE),
    "csat": re.compile(r"\bsatisf|\bhappy\b|\brate\b|\bcontent", re.IGNORECASE),
    "ces": re.compile(
        r"\beas(y|ier|ily)\b|\beffort|\bhard\b|\bdifficult|\bfacile|\bdifficile|\bsimple\b", re.IGNORECASE
    ),
}


def _fits(cells: list[str], kind: ScoreKind) -> bool:
    return sum(score_of(cell, kind) is not None for cell in cells) >= LEAST_SCORES * len(cells)
