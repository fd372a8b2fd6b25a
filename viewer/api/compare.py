"""Two variants of a page side by side: tested table as JSON, placed points as CSV, grids as .npy, pictures as PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as changed
from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.export import COLUMNS
from aggregator.answers.heatmap import Heatmap
from aggregator.grids.scale import Scale
from rules.question import COMPARISON, SETS
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of, text
from viewer.drawing import export, look, pictures
from viewer.drawing.look import Look, look_of
from viewer.drawing.palette import levels
from viewer.experiment_results import ExperimentResults
from viewer.http.downloads import FORMATS, file_answer
from viewer.http.errors import Problem
from viewer.http.parameters import choice
from viewer.maps import ComparisonAnswer, Maps, SetsAnswer
from viewer.measured import MeasuredExperiments
from viewer.questions import Asked, Questions
from viewer.work import Work


def comparison_json(asked: Asked, found: ComparisonAnswer, look: Look) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    figures = replace(found.figures, scale=look.scale(found.figures.scale))
    return {"query": asked.question.as_json(asked.today), **plain(figures)}


def sets_json(asked: Asked, found: SetsAnswer, look: Look) -> dict[str, Any]:
    """The question as understood, and every figure of its answer."""
    figures = replace(found.figures, scale=look.scale(found.figures.scale))
    return {"query": asked.question.as_json(asked.today), **plain(figures)}


async def show_comparison(
    request: Request,
    *,
    questions: Questions,
    experiments: MeasuredExperiments,
    maps: Maps,
    work: Work,
    results: ExperimentResults,
) -> Response:
    query = request.query_params
    kind, drawn = choice(query, "format", FORMATS, "json"), look_of(query)
    if query.get("with") and query.get("experiment"):
        raise Problem(400, "bad_parameter", "Name either an experiment or `with`, not both.")
    if query.get("with"):
        asked = await questions.read(request, SETS)
        sets = asked.sets()
        both = await maps.sets(sets, asked.known, fresh=True)
        if kind == "json":
            return answer(await work.heavy(sets_json, asked, both, drawn))
        arms = [(one.set, drawn_on.heat) for one, drawn_on in zip(both.figures.sets, both.map.sets, strict=True)]
        return file_answer(await work.heavy(_file, maps, arms, both.figures.scale, drawn, kind), kind, "compare")
    asked = await questions.read(request, COMPARISON)
    question = asked.checked()
    await maps.drained()
    experiment = await experiments.of(asked.site, question)
    found = await maps.comparison(question, experiment, asked.known, fresh=True)
    if kind == "json":
        aimed = changed(experiment, goal=question.goal or experiment.goal)
        result = await results.of(question, aimed, asked.known.goals)
        compared = await work.heavy(comparison_json, asked, found, drawn)
        return answer({**compared, "goal_result": plain(result) if result.goal else None})
    arms = [(figures.variant, arm) for figures, arm in zip(found.figures.arms, found.map.arms, strict=True)]
    content = await work.heavy(_file, maps, arms, found.figures.scale, drawn, kind)
    return file_answer(content, kind, f"compare-{question.kind}")


def _file(maps: Maps, sides: Sequence[tuple[str, Heatmap]], own: Scale, look: Look, kind: str) -> bytes:
    """The two sides, with the name of each, on their scale `own`."""
    scale, arms = look.scale(own), [arm for _, arm in sides]
    grids = [arm.grid.values for arm in arms]
    if kind == "csv":
        return export.table_csv((*COLUMNS, "variant"), _points(maps, sides))
    if kind == "npy":
        return export.npy(export.stacked(grids))
    pages = [
        pictures.whole_page(maps.pictures(arm.snapshot), levels(grid, scale), look.palette)
        for arm, grid in zip(arms, grids, strict=True)
    ]
    return pictures.png(pictures.side_by_side(pages), Unit=scale.unit, Cap=f"{scale.cap:g}")


def _points(maps: Maps, sides: Sequence[tuple[str, Heatmap]]) -> Iterator[tuple[object, ...]]:
    """The placed points of both sides, each with the name of its side."""
    for name, arm in sides:
        for row in maps.points(arm):
            yield (*row, name)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/compare",
        show_comparison,
        "viewer",
        "Two variants of a page, or any two sets of its visitors, on one scale. Query: page; experiment (id or name) "
        "or with (before, period:SINCE..UNTIL, rest, segment:ID, device:NAME, variant:EXPERIMENT:KEY, left:GOAL); kind "
        "(click, hover), width, since, until, days, device, bots, filters, segment, palette, cap; format json "
        "(verdict, arms or sets, tested rows), csv (placed points with their variant or set), npy (grids stacked) or "
        "png (side by side).",
        query=(*COMPARISON.names, "with", *look.NAMES, "format"),
        schemas={
            "kind": one_of(*COMPARISON.kinds),
            "with": text(
                "before, period:SINCE..UNTIL, rest, segment:ID, device:NAME, variant:EXPERIMENT:KEY, or left:GOAL."
            ),
            "format": one_of(*FORMATS),
        },
    ),
)
