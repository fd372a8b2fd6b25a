"""Pure functions from numbers to the shapes of small charts: sparklines, scale ticks, veils, curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

VEIL = 0.62  # opacity of the veil where no view got


def spark(values: Sequence[float]) -> str:
    """Points of a sparkline in a box of 100 × 24; it starts at zero, so a flat line is flat."""
    if len(values) < 2 or max(values) <= 0:
        return ""
    top, step = max(values), 100 / (len(values) - 1)
    return " ".join(f"{i * step:.1f},{22 - 20 * v / top:.1f}" for i, v in enumerate(values))


def trend(values: Sequence[float]) -> str:
    """`rising`, `falling` or `steady`: the second half against the first."""
    half = len(values) // 2
    before, after = sum(values[:half]), sum(values[len(values) - half :])
    if not half or before == after == 0:
        return "steady"
    return "rising" if after > 1.1 * before else "falling" if after < 0.9 * before else "steady"


def percent(value: float, digits: int = 3) -> str:
    """`12.5%` for a style attribute."""
    return f"{value * 100:.{digits}f}".rstrip("0").rstrip(".") + "%"


def round_steps(cap: float) -> list[float]:
    """Three round numbers between 0 and `cap`, spread for a logarithmic scale.

    >>> round_steps(150)
    [5, 20, 50]
    """
    wished = (cap / 30, cap / 7.5, cap / 3)
    steps: list[float] = []
    for value in wished:
        power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
        nearest = min((1, 2, 5, 10), key=lambda m: abs(math.log(value / (m * power))))
        step = nearest * power
        step = int(step) if step >= 1 else step
        if step < cap and step not in steps:
            steps.append(step)
    return steps


def veil(shares: Sequence[float], most: int = 90) -> str:
    """A CSS gradient down the page: darker where fewer views got. `shares` are 0…1, evenly spaced."""
    count = min(most, len(shares))
    if count < 2:
        return "none"
    stops = []
    for i in range(count):
        at = i / (count - 1)
        share = min(1.0, max(0.0, shares[round(at * (len(shares) - 1))]))
        stops.append(f"rgb(14 17 20/{VEIL * (1 - share):.3f}) {at * 100:.1f}%")
    return f"linear-gradient({','.join(stops)})"


def curve(shares: Sequence[float], most: int = 160) -> str:
    """Points of the reach curve in a box of 100 × 1000."""
    count = min(most, len(shares))
    if count < 2:
        return ""
    steps = [i / (count - 1) for i in range(count)]
    return " ".join(f"{100 * shares[round(at * (len(shares) - 1))]:.1f},{1000 * at:.1f}" for at in steps)


def band_gradient(values: Sequence[float], colours: Sequence[str]) -> str:
    """A CSS gradient down the page in equal bands: each in the colour of its value, from 0 to the largest."""
    top = max(values, default=0.0)
    if top <= 0:
        return "none"
    stops = []
    for i, value in enumerate(values):
        colour = colours[round(value / top * (len(colours) - 1))]
        stops.append(f"{colour} {percent(i / len(values))} {percent((i + 1) / len(values))}")
    return f"linear-gradient(180deg,{','.join(stops)})"
