"""The heat layer over one strip of a picture, as PNG."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.drawing import pictures
from viewer.drawing.look import Look
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.work import Work


async def heat_strip(maps: Maps, work: Work, found: HeatmapAnswer | ReachAnswer, look: Look, n: int | None) -> bytes:
    """The layer over strip `n`, a quarter of its size, or over the whole picture (None). For reach it is the veil.

    Problem 404 without such a strip.
    """
    part = _part(await maps.strips(found.figures.snapshot), n)

    def layer() -> bytes:
        if isinstance(found, ReachAnswer):
            return pictures.veil_strip(found.figures.depth, found.figures.share, part)
        scale, grid = look.scale(found.figures.scale), found.map.grid
        return pictures.heat_strip(grid.values, part, scale, look.palette, grid.cell)

    return await work.heavy(layer)


def _part(strips: Iterable[tuple[int, int]], n: int | None) -> pictures.StripBounds:
    """Strip `n` of a picture, or the whole picture as one."""
    parts = pictures.strips_of(strips)
    if n is None:
        return pictures.StripBounds(0, 0, sum(part.height for part in parts))
    return pictures.strip_named(parts, n)
