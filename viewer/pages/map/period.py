"""The period menu: links for the usual periods, two dates for any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.period import Period
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links

PERIODS = (1, 7, 28, 90)  # days


@dataclass(frozen=True)
class PeriodControl:
    """`current`: the current choice as text. `since`, `until` fill the form, which also sends the `hidden` fields.
    `zone`: the name of that of the days."""

    choices: tuple[Choice, ...]
    current: str
    action: str
    hidden: tuple[tuple[str, str], ...]
    since: str
    until: str
    today: str
    zone: str


def period_control(lang: Language, links: Links, today: date) -> PeriodControl:
    """The period menu of a page."""
    _, period = lang.text, links.question.period
    names = {1: _("Today"), 7: _("Last 7 days"), 28: _("Last 28 days"), 90: _("Last 90 days")}
    choices = tuple(Choice(names[days], links.to(period=Period(days)), period == Period(days)) for days in PERIODS)
    since, until = period.span(today)
    current = next((choice.label for choice in choices if choice.on), "")
    if not current:
        current = lang.day(since) if since == until else f"{lang.day(since)} – {lang.day(until)}"
    hidden = links.fields("since", "until", "days")
    return PeriodControl(
        choices=choices,
        current=current,
        action=links.action,
        hidden=hidden,
        since=since.isoformat(),
        until=until.isoformat(),
        today=today.isoformat(),
        zone=lang.zone.name,
    )
