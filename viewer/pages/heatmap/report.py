"""Several maps of a site under one another, for paper: each on a sheet of A4 with its figures, legend and account."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules.question import MAP
from viewer.http.errors import bad_parameter
from viewer.layer_reader import LayerReader
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Page, doc
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.look import map_look
from viewer.pages.heatmap.page import layer_of
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.layer import Layer
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions

MOST_MAPS = 8
ROWS = 12  # elements of each table
KEPT = (*(name for name in MAP.names if name != "page"), "of", "by", "measure")  # with another choice of pages


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
    docs = "reading-a-map"
    sheets: tuple[ReportSheet, ...] = doc("The maps, in the order of the address")
    rows: int = doc("How many elements each table has")
    choices: tuple[ReportChoice, ...] = doc("The pages with pictures, to choose from")
    hidden: tuple[tuple[str, str], ...] = doc("The rest of the question, as fields of the form")
    action: str = doc("Where the form leads")


async def report(
    request: Request, *, questions: Questions, frames: Frames, layers: LayerReader, bars: WhoBars
) -> Response:
    known, query = await questions.known(request), dict(request.query_params)
    pages = list(dict.fromkeys(request.query_params.getlist("page")))
    if len(pages) > MOST_MAPS:
        raise bad_parameter("page", f"{len(pages)} pages are too many.", f"at most {MOST_MAPS}")
    frame = await frames.of(request, "pages", known.site)
    asked = [await questions.resolve(known, query | {"page": page}, MAP) for page in pages]
    for one in asked:
        one.checked()
    look = replace(map_look(query), held="")
    settings = [
        MapSetting(frame.lang, frames.urls, one, look=look, narrowed=await bars.narrowed(frame.lang, one))
        for one in asked
    ]
    sheets = [await _sheet(layers, setting) for setting in settings]
    names = page_names(list(known.snapshots))
    chosen = {one.question.page for one in asked}
    with_pictures = sorted({one.page for one in known.snapshots})
    page = ReportPage(
        frame=frame,
        title=frame.lang.text("Report"),
        sheets=tuple(sheets),
        rows=ROWS,
        choices=tuple(ReportChoice(one, name_of(one, names), one in chosen) for one in with_pictures),
        hidden=tuple((name, value) for name, value in query.items() if name in KEPT),
        action=frames.urls.report(known.site.id),
    )
    return answer(request, page)


async def _sheet(layers: LayerReader, setting: MapSetting) -> ReportSheet:
    drawn = await layers.drawn(replace(setting.asked, question=setting.question), setting.look.by)
    layer = layer_of(setting, drawn) if drawn else None
    return ReportSheet(setting.name, setting.path, _says(setting), layer)


def _says(setting: MapSetting) -> str:
    """Layer, period and filters of a map."""
    lang, question = setting.lang, setting.question
    since, until = question.period.span(setting.asked.today)
    days = f"{lang.day(since, year=True)} – {lang.day(until, year=True)}"
    return " · ".join((layer_names(lang)[question.drawn_layer], days, *setting.narrowed.parts))
