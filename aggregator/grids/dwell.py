"""Spreads dwell over the area it was measured on: a cell of an 8 × 8 grid on an element's box or lines of text."""

from __future__ import annotations

import numpy as np

from aggregator.grids.density import SIGMA
from aggregator.placing.boxes import Boxes
from aggregator.placing.projection import OWN, TWIN, Placed
from aggregator.shapes.cells import HOVER_PARTS, Cells
from aggregator.shapes.columns import Float32
from aggregator.shapes.points import Points

CELLS = HOVER_PARTS
MOST = 16  # places per side of one cell; cells of a box wider than 1,800 px are visible as patches


def spread(points: Points | Cells, placed: Placed, boxes: Boxes) -> tuple[Float32, Float32, Float32]:
    """(x, y, weight) with the dwell of each cell spread evenly over it, at most one SIGMA apart; `boxes` of the layout.

    A point names a cell, not a place in it: drawn at the centres, the cells of a large element would appear as a
    pattern of dots that no pointer made. The sum of the weights is kept. A point that is not on its own element keeps
    its place; one that is not placed is dropped.
    """
    on = np.isin(placed.rung, (OWN, TWIN)) & (placed.element >= 0)
    rest = placed.drawn & ~on
    column, row = (np.clip(part[on] * CELLS, 0, CELLS - 1).astype(np.int64) for part in (points.fx, points.fy))
    element = placed.element[on].astype(np.int64)
    cells, which = np.unique(element * CELLS**2 + row * CELLS + column, return_inverse=True)
    dwell = np.bincount(which, points.weight[on], len(cells))
    element, cell = np.divmod(cells, CELLS**2)
    row, column = np.divmod(cell, CELLS)
    across, down = (np.clip(np.ceil(side / CELLS / SIGMA), 1, MOST).astype(np.int64) for side in boxes.size(element))
    places = across * down
    owner = np.repeat(np.arange(len(cells)), places)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(places) - places, places)
    i, j = step % across[owner], step // across[owner]
    fx = (column[owner] + (i + 0.5) / across[owner]) / CELLS
    fy = (row[owner] + (j + 0.5) / down[owner]) / CELLS
    x, y = boxes.place(element[owner], fx.astype(np.float32), fy.astype(np.float32))
    return (
        np.append(x, placed.x[rest]).astype(np.float32),
        np.append(y, placed.y[rest]).astype(np.float32),
        np.append(dwell[owner] / places[owner], points.weight[rest]).astype(np.float32),
    )
