"""Maps of rage and of dead clicks alone, from the same clicks as the map of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.grids.density import SIGMA, density, per_thousand
from aggregator.grids.scale import scale_for
from aggregator.shapes.grid import CELL

Frustration = Literal["rage", "dead"]
FRUSTRATIONS: tuple[Frustration, ...] = ("rage", "dead")


def frustration_map(found: Heatmap, kind: Frustration) -> Heatmap:
    """The map with the grid and scale of its rage or dead clicks; everything else counts all clicks as before."""
    clicks = (found.cells.rage if kind == "rage" else found.cells.dead).astype(np.float32)
    grid = density(found.placed.x, found.placed.y, clicks, found.layout, CELL, SIGMA)
    grid = per_thousand(grid, found.visitors)
    return replace(found, grid=grid, scale=scale_for([grid], kind))
