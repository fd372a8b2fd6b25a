"""What a colour means: one scale, shared by all maps shown side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32, Float64
from aggregator.shapes.grid import Grid

UNITS = {
    "click": "clicks per 1,000 visitors within 20 px",
    "hover": "seconds per 1,000 visitors within 20 px",
    "rage": "rage clicks per 1,000 visitors within 20 px",
    "dead": "dead clicks per 1,000 visitors within 20 px",
}
TOP = 99.5  # percentile of the warm cells that has the hottest colour
WARM = 0.01  # of the maximum: colder cells are tails of the smoothing
SPREAD = 30.0  # how strongly the logarithmic scale raises low values


@dataclass(frozen=True)
class Scale:
    """Maps values from 0 to `cap` (and above) to 0…1. `unit` is for people, in English."""

    cap: float
    unit: str
    log: bool = True

    def position(self, values: Float32 | Float64) -> Float32:
        """0…1 f32 of the same shape; logarithmic: log(1 + 30·v/cap) / log 31."""
        share = np.clip(values / np.float32(self.cap), 0, 1).astype(np.float32)
        if not self.log:
            return share
        raised: Float32 = (np.log1p(share * np.float32(SPREAD)) / np.float32(np.log1p(SPREAD))).astype(np.float32)
        return raised

    def value(self, position: float) -> float:
        """The value at a position 0…1, for the ticks of a legend."""
        share = float(np.expm1(position * np.log1p(SPREAD)) / SPREAD) if self.log else position
        return share * self.cap


def scale_for(grids: Sequence[Grid], kind: str) -> Scale:
    """One scale for all these grids (in the unit of `per_thousand`): capped at a round number near the top.

    The maximum would let one visitor's burst make everything else pale.
    """
    warm = [v[v > WARM * v.max()] for v in (g.values for g in grids) if v.size and v.max() > 0]
    top = max((float(np.percentile(w, TOP)) for w in warm), default=1.0)
    return Scale(cap=round_up(top), unit=UNITS.get(kind, UNITS["click"]))


def round_up(value: float) -> float:
    """The next larger 1, 1.5, 2, 3, 5 or 7 × 10^k: a number that is easy to read in a legend.

    >>> round_up(0.31), round_up(42), round_up(1000)
    (0.5, 50.0, 1000.0)
    """
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    step = next(s for s in (1, 1.5, 2, 3, 5, 7, 10) if value <= s * power * (1 + 1e-9))
    return float(f"{step * power:.6g}")
