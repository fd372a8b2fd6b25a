"""The points of a map one by one, placed on its picture, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.placing.page_like import middle_of_spot, spots_of
from aggregator.placing.projection import Placed, place_spots
from aggregator.queries.points import BLOCK, Block, read_points_in_blocks
from aggregator.shapes.cells import SHIFT, middles
from aggregator.shapes.points import Points
from store.client import Store


@dataclass(frozen=True)
class PlacedBlock:
    """Some points of a map, and where each is on its picture."""

    points: Points
    placed: Placed


def placed_blocks(store: Store, heat: Heatmap, most: int = BLOCK) -> Iterator[PlacedBlock]:
    """The points of a map by time, at most `most` at once, or those of an hour.

    Whether and on what a point is drawn is decided by the middle of its cell, as on the map; so the points add up to
    its figures. A point is where it was made, unless only the middle of its cell is visible.
    """
    located = heat.located
    for block in read_points_in_blocks(store, heat.scope.kind, located.sample.where, most):
        block = _only_mine(block, heat)
        yield PlacedBlock(block.points, _place(block, heat))


def _only_mine(block: Block, heat: Heatmap) -> Block:
    mine = heat.located.mine(block.points)
    return Block(block.points.take(mine), block.cell[mine])


def _place(block: Block, heat: Heatmap) -> Placed:
    points, located, layout = block.points, heat.located, heat.layout
    index, records, places = located.picture.index, located.sample.records, located.places
    exactly = spots_of(points, layout)
    by_cell = replace(
        exactly,
        fx=middles(block.cell >> np.uint32(SHIFT)),
        fy=middles(block.cell & np.uint32((1 << SHIFT) - 1)),
        x=middle_of_spot(points.page_x, points.page_w, layout.width),
        y=middle_of_spot(points.page_y, points.page_h, layout.height),
    )
    exact, decided = (place_spots(spots, records, index, places) for spots in (exactly, by_cell))
    same = exact.drawn & (exact.rung == decided.rung) & (exact.element == decided.element)
    return replace(decided, x=np.where(same, exact.x, decided.x), y=np.where(same, exact.y, decided.y))
