"""The heat layer over one strip of a picture, as PNG."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.answers.heatmap import Heatmap
from aggregator.grids.scale import Scale
from aggregator.shapes.grid import Grid
from viewer.drawing import pictures
from viewer.drawing.look import Look
from viewer.drawing.palette import Palette
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.work import Work


async def heat_strip(maps: Maps, work: Work, found: HeatmapAnswer | ReachAnswer, look: Look, n: int | None) -> bytes:
    """The layer over strip `n`, a quarter of its size, or over the whole picture (None). For reach it is the veil.

    Problem 404 without such a strip.
    """
    part = _part(await maps.strips(found.figures.snapshot), n)
    if isinstance(found, ReachAnswer):
        return await work.heavy(pictures.veil_strip, found.figures.depth, found.figures.share, part)
    return await grid_strip(work, found.map.grid, look.scale(found.figures.scale), look.palette, part)


async def side_strip(maps: Maps, work: Work, side: Heatmap, scale: Scale, palette: Palette, n: int) -> bytes:
    """The layer of one side of a comparison over strip `n`, on the `scale` of both. Problem 404 without the strip."""
    part = _part(await maps.strips(side.snapshot), n)
    return await grid_strip(work, side.grid, scale, palette, part)


async def grid_strip(work: Work, grid: Grid, scale: Scale, palette: Palette, part: pictures.StripBounds) -> bytes:
    """A grid over a part of the picture, as PNG."""
    return await work.heavy(pictures.heat_strip, grid.values, part, scale, palette, grid.cell)


def _part(strips: Iterable[tuple[int, int]], n: int | None) -> pictures.StripBounds:
    """Strip `n` of a picture, or the whole picture as one."""
    parts = pictures.strips_of(strips)
    if n is None:
        return pictures.StripBounds(0, 0, sum(part.height for part in parts))
    return pictures.strip_named(parts, n)
