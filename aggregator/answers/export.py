"""Placed points as a table, for `.csv` and `.json`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.placing.projection import NONE, RUNGS

COLUMNS = (
    "view", "visitor", "time", "kind", "key", "path", "rung", "x", "y", "fx", "fy", "weight",
    "viewport_width", "page_x", "page_y",
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def placed_points(heat: Heatmap, chunk: int = 10_000) -> Iterator[list[tuple[object, ...]]]:
    """Rows of COLUMNS, in chunks, by time: x, y are CSS px of the picture, None where not placed."""
    points, placed = heat.points, heat.placed
    paths = [*heat.records.paths, ""]
    order = np.lexsort((points.view, points.time))
    for start in range(0, len(order), chunk):
        at = order[start : start + chunk]
        yield [
            (
                f"{view:016x}",
                f"{visitor:016x}",
                (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
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
