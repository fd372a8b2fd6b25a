"""A measured map on paper and as files: the choice of lanes and sheet, what was measured, and which revision it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from msgspec.structs import replace as changed
from starlette.datastructures import QueryParams

from store.journeys import Journey
from viewer.layer_images import sheet_file_name
from viewer.pages.frame.page import Choice
from viewer.pages.journey.lanes.rows import lane_name
from viewer.pages.journey.listed import kind_name
from viewer.pages.journey.measured import MeasuredJourney

PAPERS = ("a4", "a3")


@dataclass(frozen=True)
class SheetOptions:
    """What is printed. `lanes`: key, name and whether it is on the sheet. `paper`: the sheet that was chosen; "" for A4
    if the map fits, else A3. `file`: its name without ending. `png`: its address as a picture. `larger`: the same on
    A3. `hidden`: what the form sends besides."""

    action: str
    hidden: tuple[tuple[str, str], ...]
    lanes: tuple[tuple[str, str, bool], ...]
    paper: str
    papers: tuple[tuple[str, str], ...]
    file: str
    png: str
    larger: str
    is_open: bool


def on_sheet(journey: Journey, query: QueryParams) -> Journey:
    """The journey without the lanes that were left out: `lane=KEY` names those that stay, if any is named."""
    kept = query.getlist("lane")
    if not kept:
        return journey
    lanes = (changed(one, hidden=one.hidden or (one.kind != "line" and one.key not in kept)) for one in journey.lanes)
    return changed(journey, lanes=tuple(lanes))


def sheet_options(measured: MeasuredJourney, whole: Journey, query: QueryParams) -> SheetOptions:
    """`whole`: the journey with all its lanes."""
    lang, kept = measured.lang, query.getlist("lane")
    lanes = tuple(
        (one.key, lane_name(lang, one), not kept or one.key in kept)
        for one in whole.lanes
        if not one.hidden and one.kind != "line"
    )
    paper = query.get("paper", "") if query.get("paper", "") in PAPERS else ""
    chosen = [("lane", key) for key in kept]
    return SheetOptions(
        action=measured.links.action,
        hidden=(*measured.links.fields(), ("print", "1")),
        lanes=lanes,
        paper=paper,
        papers=(("", lang.text("A4 if it fits, else A3")), ("a4", "A4"), ("a3", "A3")),
        file=sheet_file_name(measured.asked, measured.journey.name),
        png=_png(measured, [*chosen, ("paper", paper)]),
        larger=_with(measured.links.to(), [*chosen, ("paper", "a3"), ("print", "1")]),
        is_open=bool(query.get("print")),
    )


def _png(measured: MeasuredJourney, options: Sequence[tuple[str, str]]) -> str:
    fixed = measured.asked.question.fixed(measured.asked.today).query()
    address = measured.urls.api(
        "sites", measured.site, "journeys", measured.journey.id, "map.png",
        **fixed, names=measured.lang.code, persona=measured.persona,
    )  # fmt: skip
    return _with(address, options)


def _with(address: str, options: Sequence[tuple[str, str]]) -> str:
    given = urlencode([pair for pair in options if pair[1]])
    return f"{address}{'&' if '?' in address else '?'}{given}" if given else address


def map_downloads(measured: MeasuredJourney) -> tuple[Choice, ...]:
    """The figures of the map over fixed days, and the map without figures."""
    lang, urls, site, id = measured.lang, measured.urls, measured.site, measured.journey.id
    _, fixed = lang.text, measured.asked.question.fixed(measured.asked.today).query()
    root = ("sites", site, "journeys", id)
    return (
        Choice("PNG", _png(measured, ()), small=_("picture of the sheet")),
        Choice("CSV", urls.api(*root, "map.csv", **fixed, names=lang.code), small=_("one line per touchpoint")),
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
