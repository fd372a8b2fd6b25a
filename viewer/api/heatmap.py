"""Heatmaps: account and elements as JSON, placed points as CSV, the grid as .npy, the picture as PNG."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.zones import ZoneRow
from aggregator.measures.statistics import FEW
from rules.question import MAP
from rules.zone_pages import zones_of
from viewer.api.captions import caption_of, file_name
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.files import FORMATS, file_answer
from viewer.drawing import export, look, pictures
from viewer.drawing.boxes import SharedBox, with_boxes
from viewer.drawing.framed import Caption, framed
from viewer.drawing.look import Look, look_of
from viewer.drawing.palette import levels
from viewer.http.parameters import choice
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
    """Which file is asked for: its format, whether a picture is `framed` and whether a table is that of `elements`."""

    kind: str
    framed: bool
    elements: bool
    look: Look


async def show_heatmap(request: Request, *, questions: Questions, maps: Maps, work: Work) -> Response:
    query = request.query_params
    with_points = choice(query, "points", ("1", "0"), "1") == "1"
    file = MapFile(
        kind=choice(query, "format", FORMATS, "json"),
        framed=choice(query, "frame", ("1", "0"), "0") == "1",
        elements=choice(query, "table", ("points", "elements"), "points") == "elements",
        look=look_of(query),
    )
    asked = await questions.read(request, MAP)
    found = await maps.answer(asked.checked(), asked.known, fresh=True)
    if isinstance(found, ReachAnswer):
        if file.kind == "json":
            return answer(await work.heavy(reach_json, asked, found))
        content = await work.heavy(_reach_file, maps, asked, found, file)
    elif file.kind == "json":
        zones = await maps.zones(
            found, zones_of(asked.known.zones, asked.question.page, asked.known.groups), fresh=True
        )
        beside = MapJson(zones, with_points, file.look)
        return answer(await work.heavy(heatmap_json, maps, asked, found, beside))
    else:
        content = await work.heavy(_heatmap_file, maps, asked, found, file)
    name = file_name(asked, found.figures.snapshot.width)
    return file_answer(content, file.kind, name, asked.question.as_json(asked.today))


def _heatmap_file(maps: Maps, asked: Asked, found: HeatmapAnswer, file: MapFile) -> bytes:
    grid, scale = found.map.grid.values, file.look.scale(found.figures.scale)
    if file.kind == "csv":
        return export.elements_csv(found.figures) if file.elements else export.points_csv(maps.points(found.map))
    if file.kind == "npy":
        return export.npy(grid)
    strips, words = maps.pictures(found.figures.snapshot), {"Page": found.map.scope.pages[0]}
    if asked.question.layer == "elements":
        page = with_boxes(pictures.whole_page(strips, np.zeros((0, 0), np.uint8)), _shared_boxes(found))
        caption = caption_of(asked, found, f"Share {_base(found)} who clicked it", "steps")
    else:
        page = pictures.whole_page(strips, levels(grid, scale), file.look.palette)
        words |= {"Unit": scale.unit, "Cap": f"{scale.cap:g}"}
        caption = caption_of(asked, found, scale.unit, "heat", f"{scale.cap:g}+")
    return _png(page, caption, file, words)


def _base(found: HeatmapAnswer) -> str:
    return "of those who had it in view" if found.figures.measured_visitors else "of all visitors of the page"


def _shared_boxes(found: HeatmapAnswer) -> list[SharedBox]:
    """The boxes of the used elements, the largest share first."""
    boxes = []
    for row in found.figures.elements:
        of, share = (row.in_view.of, row.in_view.share) if row.in_view else (row.of, row.share)
        boxes.append(SharedBox(row.x, row.y, row.w, row.h, share if of >= FEW else None))
    return sorted(boxes, key=lambda box: -1.0 if box.share is None else box.share, reverse=True)


def _png(page: Image.Image, caption: Caption, file: MapFile, words: dict[str, str]) -> bytes:
    about = {"Title": caption.title, "Description": "; ".join(caption.lines)}
    return pictures.png(framed(page, caption) if file.framed else page, **words, **about)


def _reach_file(maps: Maps, asked: Asked, found: ReachAnswer, file: MapFile) -> bytes:
    figures, height = found.figures, found.figures.snapshot.height
    if file.kind == "csv":
        if file.elements:
            return export.reach_elements_csv(figures)
        rows = zip(figures.depth.tolist(), figures.share.tolist(), strict=True)
        return export.table_csv(("depth", "share"), rows)
    shares = pictures.shares_at(figures.depth, figures.share, 0, height)
    if file.kind == "npy":
        return export.npy(shares)
    page = pictures.whole_page(maps.pictures(figures.snapshot), np.zeros((0, 0), np.uint8))
    unit = "share of views that saw this"
    words = {"Page": asked.question.page, "Unit": unit}
    return _png(pictures.with_veil(page, shares), caption_of(asked, found, unit, ""), file, words)


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
        "page with the map; layer=elements draws boxes; frame=1 adds title, period, filters, legend and account).",
        query=(*MAP.names, *look.NAMES, "format", "points", "table", "frame"),
    ),
)
