"""How a map is drawn: palette and scale. It changes no figure, so it is no part of the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.grids.scale import Scale
from viewer.drawing.palette import PALETTES, Palette
from viewer.http.errors import bad_parameter
from viewer.http.parameters import choice

NAMES = ("palette", "cap")


@dataclass(frozen=True)
class Look:
    """`cap` forces the top of the scale, so that two maps side by side share it."""

    palette: Palette = "light"
    cap: float | None = None

    def scale(self, scale: Scale) -> Scale:
        """The scale of a map as it is drawn."""
        return replace(scale, cap=self.cap) if self.cap else scale


def look_of(query: Mapping[str, str]) -> Look:
    """Read `palette` and `cap`; Problem 400 for what cannot be."""
    return Look(choice(query, "palette", PALETTES, "light"), _cap(query))


def _cap(query: Mapping[str, str]) -> float | None:
    text = query.get("cap", "")
    try:
        cap = float(text) if text else None
    except ValueError:
        cap = -1.0
    if cap is not None and not 0 < cap < 1e12:
        raise bad_parameter("cap", f"{text[:40]!r} is not valid.", "a number above 0")
    return cap
