"""Heatmaps: account and elements as JSON, placed points as CSV, the grid as .npy, the picture as PNG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.explain import CODES, MapWarning
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.reach_map import ReachMap
from aggregator.grids.scale import Scale
from aggregator.measures.elements_table import ElementRow
from viewer.api.entry import Entry, answer
from viewer.api.snapshots import snapshot_json
from viewer.drawing import export, pictures
from viewer.drawing.palette import levels
from viewer.maps import Maps, with_cap
from viewer.query import MapQuery, Resolver, choice, only
from viewer.registry import Registry
from viewer.work import Work

FORMATS = ("json", "png", "npy", "csv")
TYPES = {"png": "image/png", "npy": "application/octet-stream", "csv": "text/csv; charset=utf-8"}


def file_answer(content: bytes, kind: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}.{kind}"'
    return Response(
        content, media_type=TYPES[kind], headers={"Content-Disposition": disposition, "Cache-Control": "no-store"}
    )


def query_json(query: MapQuery) -> dict[str, Any]:
    """The question as it was understood: a figure that explains itself."""
    return {
        "site": query.site.id,
        "page": query.page,
        "kind": query.kind,
        "since": query.since,
        "until": query.until,
        "variant": ":".join(query.variant) if query.variant else "",
        "device": query.device or "all",
        "bots": query.bots,
        "state": query.state,
    }


def element_json(row: ElementRow) -> dict[str, Any]:
    return asdict(row) | {"key": f"{int(row.key):016x}"}


def warnings_json(warnings: Iterable[MapWarning]) -> list[dict[str, Any]]:
    """Each with its stable code, its figures, and words in English."""
    return [{"code": w.code, "message": CODES[w.code].format(**w.values), "values": w.values} for w in warnings]


def heatmap_json(query: MapQuery, found: Heatmap, scale: Scale, with_points: bool) -> dict[str, Any]:
    rows = {"points": export.points_json(found)} if with_points else {}
    return {
        "query": query_json(query),
        "snapshot": snapshot_json(found.snapshot),
        "visitors": found.visitors,
        "views": found.views,
        "account": asdict(found.account),
        "states": [asdict(other) for other in found.elsewhere],
        "scale": asdict(scale),
        "grid": {"rows": found.grid.values.shape[0], "columns": found.grid.values.shape[1], "cell": found.grid.cell},
        "warnings": warnings_json(found.warnings),
        "elements": [element_json(row) for row in found.elements],
        **rows,
    }


def reach_json(query: MapQuery, found: ReachMap) -> dict[str, Any]:
    reach = found.reach
    return {
        "query": query_json(query),
        "snapshot": snapshot_json(found.snapshot),
        "visitors": found.visitors,
        "views": reach.views,
        "account": asdict(found.account),
        "fold": reach.fold,
        "quartiles": {str(percent): depth for percent, depth in reach.quartiles.items()},
        "anchored": reach.anchored,
        "depth": reach.depth.tolist(),
        "share": reach.share.tolist(),
        "attention": reach.attention.tolist(),
        "elements": in_view_json(found),
        "warnings": warnings_json(found.warnings),
    }


def in_view_json(found: ReachMap) -> list[dict[str, Any]]:
    """The elements that move with the page, from the top down: share of views that came as far as their middle, mean
    seconds in view of a view, and the share that had them in view for a second."""
    layout, reach, attention = found.layout, found.reach, found.attention
    middle = layout.y + layout.h / 2
    shown = np.flatnonzero(layout.visible & ~layout.fixed)
    return [
        {
            "key": f"{int(layout.keys[i]):016x}",
            "path": layout.paths[i],
            "name": layout.names[i],
            "reached": reach.at(float(middle[i])),
            "seconds": round(float(attention.seconds[i]), 3),
            "second_share": round(float(attention.share[i]), 4),
        }
        for i in shown[np.argsort(middle[shown], kind="stable")].tolist()
    ]


async def show_heatmap(request: Request, *, registry: Registry, maps: Maps, work: Work, resolver: Resolver) -> Response:
    only(request.query_params, (*MapQuery.NAMES, "format", "points"))
    kind = choice(request.query_params, "format", FORMATS, "json")
    with_points = choice(request.query_params, "points", ("1", "0"), "1") == "1"
    query = await resolver.map_query(request, await registry.site(request))
    if query.kind == "scroll":
        reach = await maps.reach(query.scope(), query.width, fresh=True)
        return await work.heavy(_reach_answer, maps, query, reach, kind)
    found = await maps.heatmap(query.scope(), query.width, query.state, fresh=True)
    return await work.heavy(_heatmap_answer, maps, query, found, kind, with_points)


def _heatmap_answer(maps: Maps, query: MapQuery, found: Heatmap, kind: str, with_points: bool) -> Response:
    scale = with_cap(found.scale, query.cap)
    match kind:
        case "csv":
            content = export.points_csv(found)
        case "npy":
            content = export.npy(found.grid.values)
        case "png":
            page = pictures.whole_page(maps.pictures(found.snapshot), levels(found.grid.values, scale), query.palette)
            content = pictures.png(page, Page=query.page, Unit=scale.unit, Cap=f"{scale.cap:g}")
        case _:
            return answer(heatmap_json(query, found, scale, with_points))
    return file_answer(content, kind, f"{query.kind}-{found.snapshot.width}")


def _reach_answer(maps: Maps, query: MapQuery, found: ReachMap, kind: str) -> Response:
    reach, height = found.reach, found.snapshot.height
    depth, share = reach.depth, reach.share
    match kind:
        case "csv":
            content = export.table_csv(("depth", "share"), zip(depth.tolist(), share.tolist(), strict=True))
        case "npy":
            content = export.npy(pictures.shares_at(depth, share, 0, height))
        case "png":
            page = pictures.whole_page(maps.pictures(found.snapshot), np.zeros((0, 0), np.uint8))
            page = pictures.with_veil(page, pictures.shares_at(depth, share, 0, height))
            content = pictures.png(page, Page=query.page, Unit="share of views that saw this")
        case _:
            return answer(reach_json(query, found))
    return file_answer(content, kind, f"reach-{found.snapshot.width}")


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/heatmap",
        show_heatmap,
        "viewer",
        "A map of a page. Query: page (address, host/path or /path), kind (click, hover, scroll), width, since, "
        "until, days, variant (EXPERIMENT:KEY), device, bots, state, palette, cap; format json (account, elements, "
        "points; points=0 leaves them out), csv (placed points), npy (grid) or png (the whole page with the map).",
    ),
)
