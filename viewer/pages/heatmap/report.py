"""Several maps of a site under one another, for paper: each on a sheet of A4 with its figures, legend and account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import NoSnapshot
from rules.question import MAP
from rules.zone_pages import zones_of
from viewer.http.errors import bad_parameter
from viewer.maps import Maps, ReachAnswer
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Page, doc
from viewer.pages.heatmap.heat import heat_layer
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.reach import reach_layer
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.zone_layer import zone_layer
from viewer.pages.map.layer import Layer
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions

MOST_MAPS = 8
ROWS = 12  # elements of each table


@dataclass(frozen=True)
class ReportSheet:
    """One map: its page, who is counted, and the layer; None without a picture."""

    name: str
    path: str
    says: str
    layer: Layer | None


@dataclass(frozen=True)
class ReportChoice:
    """A page that can be in the report."""

    page: str
    name: str
    on: bool


@dataclass(frozen=True, kw_only=True)
class ReportPage(Page):
    """Maps for paper, `/sites/3/report?page=shop.example/basket&page=shop.example/checkout`."""

    template = "heatmap/report.html"
    sheets: tuple[ReportSheet, ...] = doc("The maps, in the order of the address")
    rows: int = doc("How many elements each table has")
    choices: tuple[ReportChoice, ...] = doc("The pages with pictures, to choose from")
    hidden: tuple[tuple[str, str], ...] = doc("The rest of the question, as fields of the form")
    action: str = doc("Where the form leads")


async def report(request: Request, *, questions: Questions, frames: Frames, maps: Maps, bars: WhoBars) -> Response:
    known, query = await questions.known(request), dict(request.query_params)
    pages = list(dict.fromkeys(request.query_params.getlist("page")))
    if len(pages) > MOST_MAPS:
        raise bad_parameter("page", f"{len(pages)} pages are too many.", f"at most {MOST_MAPS}")
    frame = await frames.of(request, "pages", known.site)
    asked = [await questions.resolve(known, query | {"page": page}, MAP) for page in pages]
    for one in asked:
        one.checked()
    settings = [
        MapSetting(frame.lang, frames.urls, one, narrowed=await bars.narrowed(frame.lang, one)) for one in asked
    ]
    sheets = [await _sheet(maps, setting) for setting in settings]
    names = page_names(list(known.snapshots))
    chosen = {one.question.page for one in asked}
    with_pictures = sorted({one.page for one in known.snapshots})
    page = ReportPage(
        frame=frame,
        title=frame.lang.text("Report"),
        sheets=tuple(sheets),
        rows=ROWS,
        choices=tuple(ReportChoice(one, name_of(one, names), one in chosen) for one in with_pictures),
        hidden=tuple((name, value) for name, value in query.items() if name in MAP.names and name != "page"),
        action=frames.urls.report(known.site.id),
    )
    return answer(request, page)


async def _sheet(maps: Maps, setting: MapSetting) -> ReportSheet:
    says = _says(setting)
    try:
        found = await maps.answer(setting.question, setting.asked.known)
    except NoSnapshot:
        return ReportSheet(setting.name, setting.path, says, None)
    strips: Sequence[tuple[int, int]] = await maps.strips(found.figures.snapshot)
    if isinstance(found, ReachAnswer):
        return ReportSheet(setting.name, setting.path, says, reach_layer(setting, found, strips))
    if setting.question.drawn_layer == "zones":
        known = setting.asked.known
        rows = await maps.zones(found, zones_of(known.zones, setting.page, known.groups))
        return ReportSheet(setting.name, setting.path, says, zone_layer(setting, found, rows, strips))
    return ReportSheet(setting.name, setting.path, says, heat_layer(setting, found, strips))


def _says(setting: MapSetting) -> str:
    """Layer, period and filters of a map."""
    lang, question = setting.lang, setting.question
    since, until = question.period.span(setting.asked.today)
    days = f"{lang.day(since, year=True)} – {lang.day(until, year=True)}"
    return " · ".join((layer_names(lang)[question.drawn_layer], days, *setting.narrowed.parts))
