"""The link from a map back to the journey that led to it. The address carries the journey's id as `journey`."""

from __future__ import annotations

from collections.abc import Mapping

from rules.question import JOURNEY, Question
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice

NAME = "journey"
LONGEST = 64  # of an id


def journey_of(query: Mapping[str, str]) -> str:
    """The id of the journey to go back to; "" for a map that was opened from elsewhere."""
    return query.get(NAME, "")[:LONGEST]


def way_back(lang: Language, urls: Urls, question: Question, journey: str) -> Choice | None:
    """The journey in the same days, for the same visitors; None without one."""
    if not journey:
        return None
    kept = {name: value for name, value in question.query().items() if name in JOURNEY.names}
    return Choice(lang.text("Back to the journey"), urls.journey(str(question.site), journey, **kept))
