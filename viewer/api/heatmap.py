"""Heatmaps: account and elements as JSON, placed points as CSV, the grid as .npy, the picture as PNG."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.map_figures import HeatmapFigures, ReachFigures
from aggregator.answers.zones import ZoneRow
from aggregator.queries.point_traits import POINT_TRAITS
from rules.question import MAP
from rules.zone_pages import zones_of
from store.kinds import LayerName
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.captions import caption_of
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of, text
from viewer.drawing import export, look, pictures
from viewer.drawing.dots import DOT_COLOURS
from viewer.drawing.framed import FrameLegend, framed
from viewer.drawing.look import Look, look_of
from viewer.http.downloads import FORMATS, file_answer
from viewer.http.parameters import choice
from viewer.layer_images import attention_scale, boxes_of, file_name, layer_image
from viewer.layer_reader import DrawnMap, LayerReader, dots_by
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.questions import Asked, Questions
from viewer.work import Work


@dataclass(frozen=True)
class MapJson:
    """What the JSON of a map has beside the figures: those of its zones, and its points if they are asked for."""

    zones: tuple[ZoneRow, ...]
    with_points: bool
    look: Look


def heatmap_json(maps: Maps, asked: Asked, found: HeatmapAnswer, beside: MapJson) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    figures = replace(found.figures, scale=beside.look.scale(found.figures.scale))
    rows = {"points": export.points_json(maps.points(found.map))} if beside.with_points else {}
    return {"query": asked.question.as_json(asked.today), **plain(figures), "zones": plain(beside.zones), **rows}


def reach_json(asked: Asked, found: ReachAnswer) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    return {"query": asked.question.as_json(asked.today), **plain(found.figures)}


@dataclass(frozen=True)
class MapFile:
    """Which file is asked for: its format, whether a picture is `framed`, whether a table is that of `elements`, and
    what dots are coloured `by`."""

    kind: str
    framed: bool
    elements: bool
    look: Look
    by: str


async def show_heatmap(
    request: Request, *, questions: Questions, maps: Maps, layers: LayerReader, work: Work
) -> Response:
    query = request.query_params
    with_points = choice(query, "points", ("1", "0"), "1") == "1"
    file = MapFile(
        kind=choice(query, "format", FORMATS, "json"),
        framed=choice(query, "frame", ("1", "0"), "0") == "1",
        elements=choice(query, "table", ("points", "elements"), "points") == "elements",
        look=look_of(query),
        by=dots_by(query),
    )
    asked = await questions.read(request, MAP)
    found = await maps.answer(asked.checked(), asked.known, fresh=True)
    if file.kind == "json":
        if isinstance(found, ReachAnswer):
            return answer(await work.heavy(reach_json, asked, found))
        beside = MapJson(await _zones(maps, asked, found), with_points, file.look)
        return answer(await work.heavy(heatmap_json, maps, asked, found, beside))
    if file.kind == "png":
        drawn = await layers.drawn_of(asked, found, file.by)
        content = await work.heavy(_picture_file, maps, asked, drawn, file)
    elif file.elements and asked.question.layer == "zones" and isinstance(found, HeatmapAnswer):
        content = export.zones_csv(await _zones(maps, asked, found))
    else:
        content = await work.heavy(_data_file, maps, found, file)
    name = file_name(asked, found.figures.snapshot.width)
    return file_answer(content, file.kind, name, asked.question.as_json(asked.today))


async def _zones(maps: Maps, asked: Asked, found: HeatmapAnswer) -> tuple[ZoneRow, ...]:
    here = zones_of(asked.known.zones, asked.question.page, asked.known.groups)
    return await maps.zones(found, here, fresh=True)


def _data_file(maps: Maps, found: HeatmapAnswer | ReachAnswer, file: MapFile) -> bytes:
    """The table or the grid."""
    if isinstance(found, ReachAnswer):
        return _reach_data(found, file)
    if file.kind == "csv":
        return export.elements_csv(found.figures) if file.elements else export.points_csv(maps.points(found.map))
    return export.npy(found.map.grid.values)


def _reach_data(found: ReachAnswer, file: MapFile) -> bytes:
    figures = found.figures
    if file.kind == "npy":
        return export.npy(pictures.shares_at(figures.depth, figures.share, 0, figures.snapshot.height))
    if file.elements:
        return export.reach_elements_csv(figures)
    return export.table_csv(("depth", "share"), zip(figures.depth.tolist(), figures.share.tolist(), strict=True))


def _picture_file(maps: Maps, asked: Asked, drawn: DrawnMap, file: MapFile) -> bytes:
    """The page picture with the layer that is asked for, and with its frame if that is."""
    found, question = drawn.found, asked.question
    # A picture of clicks without a layer has always been one of heat.
    layer: LayerName = question.layer or ("clicks" if question.kind == "click" else question.drawn_layer)
    strips = maps.pictures(found.figures.snapshot)
    image = layer_image(drawn, layer, file.look, strips, boxes_of(drawn, layer))
    top = f"{image.top:g}+" if layer != "reach" else "100 %"
    keys = tuple(
        (colour, f"{name or 'not known'} ({n:,})")
        for colour, (name, n) in zip(DOT_COLOURS, drawn.dots.groups if drawn.dots else (), strict=False)
    )
    legend = FrameLegend(_unit(drawn, layer), image.scale, top, keys)
    caption = caption_of(asked, found, legend)
    words = {"Page": found.map.scope.pages[0], "Title": caption.title, "Description": "; ".join(caption.lines)}
    if image.scale in ("heat", "shade"):
        words |= {"Unit": legend.title, "Cap": f"{image.top:g}"}
    return pictures.png(framed(image.page, caption) if file.framed else image.page, **words)


def _unit(drawn: DrawnMap, layer: LayerName) -> str:
    """What the colours of a layer mean."""
    found = drawn.found
    if isinstance(found, ReachAnswer):
        return "share of views that saw this" if layer == "reach" else attention_scale(found).unit
    if drawn.dots is not None:
        return f"Each click is a dot: {len(drawn.dots.x):,} of {drawn.dots.drawn:,} clicks"
    base = "of those who had it in view" if found.figures.measured_visitors else "of all visitors of the page"
    units = {
        "elements": f"Share {base} who clicked it",
        "zones": f"Share {base} who clicked in it",
        "ignored": "Had in view by at least half, clicked by nobody",
        "forms": "Last field before leaving: share of those who began and did not submit",
    }
    return units.get(layer, found.figures.scale.unit)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/heatmap",
        show_heatmap,
        "viewer",
        "A map of a page. Query: page (address, host/path or /path), kind (click, hover, scroll), layer, width, since, "
        "until, days, variant (EXPERIMENT:KEY), device, bots, state, palette, cap; format json (account, elements, "
        "points; points=0 leaves them out), csv (placed points; table=elements: one row per element), npy (grid; the "
        "headers X-Parcours-Query and X-Parcours-SHA256 have the question and the hash of the file) or png (the whole "
        "page with the layer drawn on it; by: what the dots of confetti are coloured by, such as segment:ID; frame=1 "
        "adds title, period, filters, legend and account).",
        query=(*MAP.names, *look.NAMES, "format", "points", "table", "frame", "by"),
        schemas={
            "format": one_of(*FORMATS),
            "points": one_of("1", "0"),
            "frame": one_of("1", "0"),
            "table": one_of("points", "elements"),
            "by": text(f"{', '.join(POINT_TRAITS)}, or segment:ID."),
        },
        answers=Answered((HeatmapFigures, ReachFigures), beside=ASKED),
    ),
)
