"""Two variants of a page side by side: tested table as JSON, placed points as CSV, grids as .npy, pictures as PNG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.comparison import CompareRow, Comparison
from aggregator.answers.export import COLUMNS, placed_points
from viewer.api.entry import Entry, answer
from viewer.api.heatmap import FORMATS, file_answer, query_json, warnings_json
from viewer.api.snapshots import snapshot_json
from viewer.drawing import export, pictures
from viewer.drawing.palette import levels
from viewer.http.errors import bad_parameter
from viewer.maps import Maps, with_cap
from viewer.query import MapQuery, Resolver, choice, only
from viewer.registry import Registry
from viewer.work import Work


def row_json(row: CompareRow) -> dict[str, Any]:
    return asdict(row) | {"key": f"{row.key:016x}"}


def comparison_json(query: MapQuery, found: Comparison) -> dict[str, Any]:
    experiment = found.experiment
    arms = [
        {
            "variant": variant.key,
            "name": variant.name,
            "visitors": arm.visitors,
            "views": arm.views,
            "snapshot": snapshot_json(arm.snapshot),
            "account": asdict(arm.account),
            "warnings": warnings_json(arm.warnings),
        }
        for variant, arm in zip(experiment.variants, found.arms, strict=False)
    ]
    return {
        "query": query_json(query),
        "experiment": {"id": experiment.id, "name": experiment.name, "defined": experiment.version > 0},
        "verdict": found.verdict,
        "planned": found.planned,
        "exposed": found.exposed,
        "in_both": found.both,
        "sample_ratio_p": found.srm,
        "scale": asdict(found.scale),
        "arms": arms,
        "rows": [row_json(row) for row in found.rows],
        "warnings": warnings_json(found.warnings),
    }


async def show_comparison(
    request: Request, *, registry: Registry, maps: Maps, work: Work, resolver: Resolver
) -> Response:
    params = request.query_params
    only(params, (*MapQuery.NAMES, "experiment", "format"))
    kind = choice(params, "format", FORMATS, "json")
    if params.get("variant"):
        raise bad_parameter("variant", "a comparison shows both.", "leave it out")
    if not params.get("experiment"):
        raise bad_parameter("experiment", "is missing.", "the id or name of an experiment")
    site = await registry.site(request)
    query = await resolver.map_query(request, site)
    scope = query.scope()
    await maps.drained()
    experiment = await resolver.experiment(site, scope, params["experiment"])
    found = await maps.comparison(scope, experiment, query.width, fresh=True)
    return await work.heavy(_answer, maps, query, found, kind)


def _answer(maps: Maps, query: MapQuery, found: Comparison, kind: str) -> Response:
    scale = with_cap(found.scale, query.cap)
    grids = [arm.grid.values for arm in found.arms]
    match kind:
        case "csv":
            content = export.table_csv((*COLUMNS, "variant"), _points(found))
        case "npy":
            content = export.npy(export.stacked(grids))
        case "png":
            pages = [
                pictures.whole_page(maps.pictures(arm.snapshot), levels(grid, scale), query.palette)
                for arm, grid in zip(found.arms, grids, strict=True)
            ]
            content = pictures.png(pictures.side_by_side(pages), Unit=scale.unit, Cap=f"{scale.cap:g}")
        case _:
            return answer(comparison_json(replace(query, variant=None), found))
    return file_answer(content, kind, f"compare-{query.kind}")


def _points(found: Comparison) -> Iterator[tuple[object, ...]]:
    """The placed points of both arms, each with its variant."""
    for variant, arm in zip(found.experiment.variants, found.arms, strict=False):
        for rows in placed_points(arm):
            for row in rows:
                yield (*row, variant.key)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/compare",
        show_comparison,
        "viewer",
        "Two variants of a page on one scale. Query: page, experiment (id or name), kind (click, hover), width, since, "
        "until, days, device, bots, palette, cap; format json (verdict, arms, tested rows), csv (placed points "
        "with their variant), npy (grids stacked) or png (side by side).",
    ),
)
