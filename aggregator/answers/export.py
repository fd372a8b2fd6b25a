"""Placed points as a table, for `.csv` and `.json`."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.placed_points import placed_blocks
from aggregator.placing.projection import NONE, RUNGS
from store.client import Store

COLUMNS = (
    "view", "visitor", "time", "kind", "key", "path", "rung", "x", "y", "fx", "fy", "weight",
    "viewport_width", "page_x", "page_y",
)  # fmt: skip


def placed_points(store: Store, heat: Heatmap) -> Iterator[tuple[object, ...]]:
    """Rows of COLUMNS by time (in the zone of the question): x, y are CSS px of the picture, None where not placed."""
    zone, paths = heat.scope.zone, [*heat.records.paths, ""]
    for block in placed_blocks(store, heat):
        points, placed = block.points, block.placed
        for view, visitor, ms, key, record, rung, x, y, fx, fy, weight, viewport_w, page_x, page_y in zip(
            points.view.tolist(),
            points.visitor.tolist(),
            points.time.tolist(),
            points.key.tolist(),
            heat.records.locate(points.record).tolist(),
            placed.rung.tolist(),
            placed.x.tolist(),
            placed.y.tolist(),
            points.fx.tolist(),
            points.fy.tolist(),
            points.weight.tolist(),
            points.viewport_w.tolist(),
            points.page_x.tolist(),
            points.page_y.tolist(),
            strict=True,
        ):
            yield (
                f"{view:016x}",
                f"{visitor:016x}",
                zone.iso(ms),
                points.kind,
                f"{key:016x}",
                paths[record],
                RUNGS[rung],
                None if rung == NONE else round(x, 2),
                None if rung == NONE else round(y, 2),
                round(fx, 4),
                round(fy, 4),
                weight,
                viewport_w,
                page_x,
                page_y,
            )
