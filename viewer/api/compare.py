"""Two variants of a page side by side: tested table as JSON, placed points as CSV, grids as .npy, pictures as PNG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.export import COLUMNS
from rules.question import COMPARISON
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.files import FORMATS, file_answer
from viewer.drawing import export, look, pictures
from viewer.drawing.look import Look, look_of
from viewer.drawing.palette import levels
from viewer.http.parameters import choice
from viewer.maps import ComparisonAnswer, Maps
from viewer.measured import MeasuredExperiments
from viewer.questions import Asked, Questions
from viewer.work import Work


def comparison_json(asked: Asked, found: ComparisonAnswer, look: Look) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    figures = replace(found.figures, scale=look.scale(found.figures.scale))
    return {"query": asked.question.as_json(asked.today), **plain(figures)}


async def show_comparison(
    request: Request, *, questions: Questions, experiments: MeasuredExperiments, maps: Maps, work: Work
) -> Response:
    query = request.query_params
    kind, drawn = choice(query, "format", FORMATS, "json"), look_of(query)
    asked = await questions.read(request, COMPARISON)
    question = asked.checked()
    await maps.drained()
    experiment = await experiments.of(asked.site, question)
    found = await maps.comparison(question, experiment, asked.known, fresh=True)
    if kind == "json":
        return answer(await work.heavy(comparison_json, asked, found, drawn))
    return file_answer(await work.heavy(_file, maps, found, drawn, kind), kind, f"compare-{question.kind}")


def _file(maps: Maps, found: ComparisonAnswer, look: Look, kind: str) -> bytes:
    scale, arms = look.scale(found.figures.scale), found.map.arms
    grids = [arm.grid.values for arm in arms]
    if kind == "csv":
        return export.table_csv((*COLUMNS, "variant"), _points(maps, found))
    if kind == "npy":
        return export.npy(export.stacked(grids))
    pages = [
        pictures.whole_page(maps.pictures(arm.snapshot), levels(grid, scale), look.palette)
        for arm, grid in zip(arms, grids, strict=True)
    ]
    return pictures.png(pictures.side_by_side(pages), Unit=scale.unit, Cap=f"{scale.cap:g}")


def _points(maps: Maps, found: ComparisonAnswer) -> Iterator[tuple[object, ...]]:
    """The placed points of both variants, each with the key of its variant."""
    for figures, arm in zip(found.figures.arms, found.map.arms, strict=True):
        for row in maps.points(arm):
            yield (*row, figures.variant)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/compare",
        show_comparison,
        "viewer",
        "Two variants of a page on one scale. Query: page, experiment (id or name), kind (click, hover), width, since, "
        "until, days, device, bots, palette, cap; format json (verdict, arms, tested rows), csv (placed points "
        "with their variant), npy (grids stacked) or png (side by side).",
        query=(*COMPARISON.names, *look.NAMES, "format"),
    ),
)
