"""A measured map as a file, and the line that its sheet of paper has: what was measured, and which revision it is."""

from __future__ import annotations

from viewer.pages.frame.page import Choice
from viewer.pages.journey.listed import kind_name
from viewer.pages.journey.measured import MeasuredJourney


def map_downloads(measured: MeasuredJourney) -> tuple[Choice, ...]:
    """The figures of the map over fixed days, and the map without figures."""
    lang, urls, site, id = measured.lang, measured.urls, measured.site, measured.journey.id
    _, fixed = lang.text, measured.asked.question.fixed(measured.asked.today).query()
    root = ("sites", site, "journeys", id)
    return (
        Choice("CSV", urls.api(*root, "map.csv", **fixed, language=lang.code), small=_("one line per touchpoint")),
        Choice("JSON", urls.api(*root, "map", **fixed), small=_("map and figures, can be imported")),
    )


def sheet_line(measured: MeasuredJourney) -> str:
    """`Current state, everyone, 26 October 2026 to 22 November 2026, 31,480 visitors, revision 15, printed on …`."""
    lang, journey, asked = measured.lang, measured.journey, measured.asked
    _, (since, until) = lang.text, asked.question.period.span(asked.today)
    persona = next((one.name for one in journey.personas if one.key == measured.persona), _("everyone"))
    return ", ".join(
        (
            kind_name(lang, journey.kind),
            persona,
            _("%(since)s to %(until)s", since=lang.day(since, year=True), until=lang.day(until, year=True)),
            lang.plural("%(num)s visitor", "%(num)s visitors", measured.figures.visitors),
            _("revision %(n)s", n=lang.number(journey.version)),
            _("printed on %(day)s", day=lang.day(asked.today, year=True)),
        )
    )
