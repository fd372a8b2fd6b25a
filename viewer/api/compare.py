"""Two variants of a page side by side: tested table as JSON, placed points as CSV, grids as .npy, pictures as PNG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.comparison import CompareRow, Comparison
from aggregator.answers.export import COLUMNS, placed_points
from aggregator.queries.exposure import read_seen_variants
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import Scope
from store.records import Experiment, Site, Variant
from viewer import export, pictures
from viewer.api.entry import Entry, answer, viewer_of
from viewer.api.heatmap import FORMATS, file_answer, query_json, warnings_json
from viewer.api.snapshots import snapshot_json
from viewer.errors import Problem, bad_parameter
from viewer.maps import Maps, with_cap
from viewer.palette import levels
from viewer.query import MapQuery, choice, find_experiment, only, site_of

if TYPE_CHECKING:
    from viewer.app import Viewer


def measured_experiment(viewer: Viewer, site: Site, scope: Scope, name: str) -> Experiment:
    """The experiment of this name; where none is defined, one of the variants that visitors were seen in.

    Problem 404 when pages report no such experiment either. Queries: run it in a thread.
    """
    try:
        return find_experiment(viewer.definitions, site, name)
    except Problem as unknown:
        pages = resolve_pages(viewer.store, scope.site, scope.pages)
        _, seen = read_seen_variants(viewer.store, scope, pages, name)
        keys = sorted({key for variants in seen for key in variants})
        if len(keys) < 2:
            raise unknown from None
        variants = tuple(Variant(key=key, name=key, share=1 / len(keys)) for key in keys)
        return Experiment(id=name, site=site.id, name=name, pages=scope.pages, variants=variants)


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


async def show_comparison(request: Request) -> Response:
    viewer = viewer_of(request)
    params = request.query_params
    only(params, (*MapQuery.NAMES, "experiment", "format"))
    kind = choice(params, "format", FORMATS, "json")
    if params.get("variant"):
        raise bad_parameter("variant", "a comparison shows both.", "leave it out")
    if not params.get("experiment"):
        raise bad_parameter("experiment", "is missing.", "the id or name of an experiment")
    site = await site_of(viewer, request)
    query = await MapQuery.read(viewer, request, site)
    scope = query.scope()
    await viewer.maps.drained()
    experiment = await viewer.run(measured_experiment, viewer, site, scope, params["experiment"])
    found = await viewer.maps.comparison(scope, experiment, query.width, fresh=True)
    return await viewer.work.heavy(_answer, viewer.maps, query, found, kind)


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
