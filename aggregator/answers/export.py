"""Placed points as a table, for `.csv` and `.json`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.placing.projection import NONE, RUNGS

COLUMNS = (
    "view", "visitor", "time", "kind", "key", "path", "rung", "x", "y", "fx", "fy", "weight",
    "viewport_width", "page_x", "page_y",
)  # fmt: skip


def placed_points(heat: Heatmap, chunk: int = 10_000) -> Iterator[list[tuple[object, ...]]]:
    """Rows of COLUMNS, in chunks, by time (in the zone of the question): x, y are CSS px of the picture, None where not
    placed."""
    points, placed, zone = heat.points, heat.placed, heat.scope.zone
    paths = [*heat.records.paths, ""]
    order = np.lexsort((points.view, points.time))
    for start in range(0, len(order), chunk):
        at = order[start : start + chunk]
        yield [
            (
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
            for view, visitor, ms, key, record, rung, x, y, fx, fy, weight, viewport_w, page_x, page_y in zip(
                points.view[at].tolist(),
                points.visitor[at].tolist(),
                points.time[at].tolist(),
                points.key[at].tolist(),
                heat.records.locate(points.record[at]).tolist(),
                placed.rung[at].tolist(),
                placed.x[at].tolist(),
                placed.y[at].tolist(),
                points.fx[at].tolist(),
                points.fy[at].tolist(),
                points.weight[at].tolist(),
                points.viewport_w[at].tolist(),
                points.page_x[at].tolist(),
                points.page_y[at].tolist(),
                strict=True,
            )
        ]
