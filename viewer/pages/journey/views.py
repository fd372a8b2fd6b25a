"""The views of a journey, such as its map and its funnel."""

from __future__ import annotations

from typing import Literal

from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.questions import Asked

JourneyView = Literal["map", "funnel", "paths", "walk", "opportunities"]


def view_switch(lang: Language, urls: Urls, asked: Asked, journey: str, on: JourneyView) -> tuple[Choice, ...]:
    """Links to the views, which keep the period, the device and who is counted."""
    site, query = asked.site.id, asked.question.query()
    return (
        Choice(lang.text("Map"), urls.journey(site, journey, **query), on == "map"),
        Choice(lang.text("Funnel"), urls.funnel(site, journey, **query), on == "funnel"),
        Choice(lang.text("Paths"), urls.paths(site, journey, **query), on == "paths"),
        Choice(lang.text("Walk"), urls.walk(site, journey, **query), on == "walk"),
        Choice(lang.text("Opportunities"), urls.opportunities(site, journey, **query), on == "opportunities"),
    )
