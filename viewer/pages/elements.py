"""A line of the element table, and the box that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .parts import Box

LISTED = 14  # rows before "all elements"
BOXES = 300  # boxes on a picture: beyond, nobody finds them by keyboard


@dataclass(frozen=True)
class ElementLine:
    """One element with its numbers as text."""

    id: str  # of the row; the address `#id` points to it
    name: str
    share: str
    interval: str
    of: str
    extra: str  # dead share, time…
    bad: bool
    box: Box | None
    detail: list[tuple[str, str, str]]  # label, value, "bad" or ""
    listed: bool


def layers(areas: Sequence[float]) -> list[int]:
    """For each box the z-index that puts small boxes over large ones: 1 for the largest."""
    order = sorted(range(len(areas)), key=lambda i: -areas[i])
    z = [0] * len(areas)
    for rank, i in enumerate(order):
        z[i] = min(rank + 1, BOXES)
    return z
