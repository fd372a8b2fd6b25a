"""The link from a map back to the journey that led to it, or to the touchpoint: `journey=ID` or `journey=ID~KEY`."""

from __future__ import annotations

from collections.abc import Mapping

from rules.question import JOURNEY, Question
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice

NAME = "journey"
TOUCHPOINT = "~"  # before the key of a touchpoint; no id has it
LONGEST = 129  # of an id and a key


def journey_of(query: Mapping[str, str]) -> str:
    """The journey to go back to, with the touchpoint, if any; "" for a map that was opened from elsewhere."""
    return query.get(NAME, "")[:LONGEST]


def way_back(lang: Language, urls: Urls, question: Question, journey: str) -> Choice | None:
    """The journey in the same days, for the same visitors; None without one."""
    if not journey:
        return None
    kept = {name: value for name, value in question.query().items() if name in JOURNEY.names}
    journey, _, key = journey.partition(TOUCHPOINT)
    if key:
        href = urls.touchpoint(str(question.site), journey, key, **kept)
        return Choice(lang.text("Back to the touchpoint"), href)
    return Choice(lang.text("Back to the journey"), urls.journey(str(question.site), journey, **kept))
