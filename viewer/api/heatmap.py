"""Heatmaps: account and elements as JSON, placed points as CSV, the grid as .npy, the picture as PNG."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from rules.question import MAP
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.files import FORMATS, file_answer
from viewer.drawing import export, look, pictures
from viewer.drawing.look import Look, look_of
from viewer.drawing.palette import levels
from viewer.http.parameters import choice
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.questions import Asked, Questions
from viewer.work import Work


def heatmap_json(maps: Maps, asked: Asked, found: HeatmapAnswer, look: Look, with_points: bool) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    figures = replace(found.figures, scale=look.scale(found.figures.scale))
    rows = {"points": export.points_json(maps.points(found.map))} if with_points else {}
    return {"query": asked.question.as_json(asked.today), **plain(figures), **rows}


def reach_json(asked: Asked, found: ReachAnswer) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    return {"query": asked.question.as_json(asked.today), **plain(found.figures)}


async def show_heatmap(request: Request, *, questions: Questions, maps: Maps, work: Work) -> Response:
    query = request.query_params
    kind = choice(query, "format", FORMATS, "json")
    with_points = choice(query, "points", ("1", "0"), "1") == "1"
    drawn = look_of(query)
    asked = await questions.read(request, MAP)
    found = await maps.answer(asked.checked(), asked.known, fresh=True)
    if isinstance(found, ReachAnswer):
        return await work.heavy(_reach_answer, maps, asked, found, kind)
    if kind == "json":
        return answer(await work.heavy(heatmap_json, maps, asked, found, drawn, with_points))
    content = await work.heavy(_heatmap_file, maps, found, drawn, kind)
    return file_answer(content, kind, f"{asked.question.kind}-{found.figures.snapshot.width}")


def _heatmap_file(maps: Maps, found: HeatmapAnswer, look: Look, kind: str) -> bytes:
    grid, scale = found.map.grid.values, look.scale(found.figures.scale)
    if kind == "csv":
        return export.points_csv(maps.points(found.map))
    if kind == "npy":
        return export.npy(grid)
    page = pictures.whole_page(maps.pictures(found.figures.snapshot), levels(grid, scale), look.palette)
    return pictures.png(page, Page=found.map.scope.pages[0], Unit=scale.unit, Cap=f"{scale.cap:g}")


def _reach_answer(maps: Maps, asked: Asked, found: ReachAnswer, kind: str) -> Response:
    figures, height = found.figures, found.figures.snapshot.height
    match kind:
        case "csv":
            rows = zip(figures.depth.tolist(), figures.share.tolist(), strict=True)
            content = export.table_csv(("depth", "share"), rows)
        case "npy":
            content = export.npy(pictures.shares_at(figures.depth, figures.share, 0, height))
        case "png":
            page = pictures.whole_page(maps.pictures(figures.snapshot), np.zeros((0, 0), np.uint8))
            page = pictures.with_veil(page, pictures.shares_at(figures.depth, figures.share, 0, height))
            content = pictures.png(page, Page=asked.question.page, Unit="share of views that saw this")
        case _:
            return answer(reach_json(asked, found))
    return file_answer(content, kind, f"reach-{figures.snapshot.width}")


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/heatmap",
        show_heatmap,
        "viewer",
        "A map of a page. Query: page (address, host/path or /path), kind (click, hover, scroll), width, since, "
        "until, days, variant (EXPERIMENT:KEY), device, bots, state, palette, cap; format json (account, elements, "
        "points; points=0 leaves them out), csv (placed points), npy (grid) or png (the whole page with the map).",
        query=(*MAP.names, *look.NAMES, "format", "points"),
    ),
)
