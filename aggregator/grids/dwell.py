"""Spreads dwell over the area it was measured on: a cell of an 8 × 8 grid on an element's box or lines of text."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregator.grids.density import SIGMA
from aggregator.placing.boxes import Boxes
from aggregator.placing.projection import OWN, TWIN, Placed
from aggregator.shapes.cells import HOVER_PARTS, WHOLE, Cells
from aggregator.shapes.columns import Float32, Mask
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
    whole = on & (points.cell == WHOLE) if isinstance(points, Cells) else np.zeros_like(on)
    return _joined(
        _over_parts(points, placed, boxes, on & ~whole, CELLS),
        _over_parts(points, placed, boxes, whole, 1),
        _in_place(points, placed, placed.drawn & ~on),
    )


def spread_whole(cells: Cells, placed: Placed, boxes: Boxes) -> tuple[Float32, Float32, Float32]:
    """(x, y, weight) of clicks. Those of which only the element is known are spread evenly over its box: drawn at its
    centre, they would appear as a spot that nobody pressed."""
    whole = np.isin(placed.rung, (OWN, TWIN)) & (placed.element >= 0) & (cells.cell == WHOLE)
    return _joined(_in_place(cells, placed, ~whole), _over_parts(cells, placed, boxes, whole, 1))


def _joined(*some: tuple[Any, Any, Any]) -> tuple[Float32, Float32, Float32]:
    x, y, weight = (np.concatenate(columns).astype(np.float32) for columns in zip(*some, strict=True))
    return x, y, weight


def _in_place(points: Points | Cells, placed: Placed, which: Mask) -> tuple[Any, Any, Any]:
    return placed.x[which], placed.y[which], points.weight[which]


def _over_parts(points: Points | Cells, placed: Placed, boxes: Boxes, which: Mask, parts: int) -> tuple[Any, Any, Any]:
    """The weight of some points, spread evenly over the part of the box that each is in: a side has `parts`."""
    column, row = (np.clip(part[which] * parts, 0, parts - 1).astype(np.int64) for part in (points.fx, points.fy))
    element = placed.element[which].astype(np.int64)
    cells, of_cell = np.unique(element * parts**2 + row * parts + column, return_inverse=True)
    weight = np.bincount(of_cell, points.weight[which], len(cells))
    element, cell = np.divmod(cells, parts**2)
    row, column = np.divmod(cell, parts)
    most = MOST * CELLS // parts
    across, down = (np.clip(np.ceil(side / parts / SIGMA), 1, most).astype(np.int64) for side in boxes.size(element))
    places = across * down
    owner = np.repeat(np.arange(len(cells)), places)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(places) - places, places)
    i, j = step % across[owner], step // across[owner]
    fx = (column[owner] + (i + 0.5) / across[owner]) / parts
    fy = (row[owner] + (j + 0.5) / down[owner]) / parts
    x, y = boxes.place(element[owner], fx.astype(np.float32), fy.astype(np.float32))
    return x, y, weight[owner] / places[owner]
