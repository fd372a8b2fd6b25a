"""A grid of values over a picture, and the two lengths that every map shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32

CELL = 4  # px
RADIUS = 20.0  # px: "within 20 px"


@dataclass(frozen=True)
class Grid:
    """`values` f32[rows, columns] over a picture of `width` × `height` px; cells of `cell` px, smoothed by `sigma` px.

    A cell made by `density` holds the weight that fell into it (the sum is the weight placed); `per_thousand` turns it
    into the rate that is shown.
    """

    values: Float32
    width: int
    height: int
    cell: int
    sigma: float

    @property
    def area(self) -> float:
        """px² over which the smoothing counts: a disc of 20 px for the default sigma."""
        return float(2 * np.pi * self.sigma**2) if self.sigma else float(self.cell**2)
