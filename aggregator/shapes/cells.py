"""Cells: points of one kind, counted by their element and a small part of its box."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from aggregator.shapes.columns import Float32, Float64, Int64, Mask, UInt8, UInt32, UInt64

# A side of `s` px has 2^k parts, of 6 to 11 px: the power of two at or below s · √2 / 8.
PARTS_OF_1024_PX = 181
MOST_PARTS = 4096
HOVER_PARTS = 8  # per side of a box, as the tracker counts (collector/wire.py, Hovers)
STEPS = 10_000  # of a side, in which the store has the place in a box
SHIFT = 16
WHOLE = 1 << SHIFT | 1  # the cell of a box that has one part, or of which no part is known


@dataclass(frozen=True)
class Spots:
    """N places to find on a picture, each of `n` points.

    `record`, `key`: of the element. `fx`, `fy`: fractions of its box (0…1). `x`, `y`: where the points were on their
    page, in px of the picture if the page was as large as the picture. `like`: how alike the pages are (`PageLike`).
    """

    record: UInt64
    key: UInt64
    fx: Float32
    fy: Float32
    x: Float32
    y: Float32
    like: UInt8
    n: Int64

    def __len__(self) -> int:
        return len(self.record)


@dataclass(frozen=True)
class Cells:
    """C cells with the points of each: `n` of them, their `weight` (clicks, or ms of a hover), and how many are
    `dragged`, `dead` (if their element is judged), `dead_disabled` (whatever their element is) and `rage`.

    `cell` names the part of the box (`cell_of`). The order means nothing.
    """

    kind: str
    record: UInt64
    key: UInt64
    cell: UInt32
    like: UInt8
    x: Float32
    y: Float32
    n: Int64
    weight: Float64
    dragged: Int64
    dead: Int64
    dead_disabled: Int64
    rage: Int64

    def __len__(self) -> int:
        return len(self.record)

    @property
    def points(self) -> int:
        return int(self.n.sum())

    @property
    def fx(self) -> Float32:
        return middles(self.cell >> np.uint32(SHIFT))

    @property
    def fy(self) -> Float32:
        return middles(self.cell & np.uint32((1 << SHIFT) - 1))

    @property
    def spots(self) -> Spots:
        return Spots(self.record, self.key, self.fx, self.fy, self.x, self.y, self.like, self.n)

    def take(self, which: Mask | Int64) -> Cells:
        """The cells of a mask or of indices."""
        return Cells(self.kind, **{name: getattr(self, name)[which] for name in CELL_TYPES})

    def and_also(self, other: Cells) -> Cells:
        """Both together."""
        return Cells(
            self.kind, **{name: np.concatenate((getattr(self, name), getattr(other, name))) for name in CELL_TYPES}
        )

    def merged(self) -> Cells:
        """The same with each cell once. For cells that are not read in detail."""
        order = np.lexsort((self.cell, self.record))
        record, cell = self.record[order], self.cell[order]
        first = np.flatnonzero(np.append(True, (record[1:] != record[:-1]) | (cell[1:] != cell[:-1])))
        if not len(order) or len(first) == len(order):
            return self
        once = self.take(order[first])
        sums: dict[str, Any] = {name: np.add.reduceat(getattr(self, name)[order], first) for name in SUMMED}
        return replace(once, **sums)


SUMMED = ("n", "weight", "dragged", "dead", "dead_disabled", "rage")
CELL_TYPES: dict[str, type] = {
    "record": np.uint64,
    "key": np.uint64,
    "cell": np.uint32,
    "like": np.uint8,
    "x": np.float32,
    "y": np.float32,
    "n": np.int64,
    "weight": np.float64,
    "dragged": np.int64,
    "dead": np.int64,
    "dead_disabled": np.int64,
    "rage": np.int64,
}
assert set(CELL_TYPES) == {field.name for field in fields(Cells)} - {"kind"}


def cells_of(kind: str, **columns: Any) -> Cells:
    """Cells of these columns; a column that is missing is 0 everywhere."""
    size = len(columns["record"])
    return Cells(
        kind, **{n: np.asarray(columns[n], t) if n in columns else np.zeros(size, t) for n, t in CELL_TYPES.items()}
    )


def find_cells(number: UInt32, cell: UInt32, of_number: UInt32, of_cell: UInt32) -> Int64:
    """Where each of M cells is among N different ones, all of which are there: i64[M]. A cell is known by the `number`
    of its record, from 0 on, and by the part of the box."""
    size = int(number.max(initial=0)) + 1
    across, down = (np.zeros(size, np.int64) for _ in range(2))
    np.maximum.at(across, number, (cell >> SHIFT).astype(np.int64) + 1)
    np.maximum.at(down, number, (cell & _DOWN).astype(np.int64) + 1)
    begin = np.cumsum(across * down)
    if begin[-1] > _MOST_SLOTS:
        order = np.lexsort((cell, number))
        names = (number.astype(np.uint64) << np.uint64(32) | cell)[order]
        return np.asarray(order[np.searchsorted(names, of_number.astype(np.uint64) << np.uint64(32) | of_cell)])
    table = np.zeros(begin[-1], np.int32)
    begin -= across * down

    def slot(number: UInt32, cell: UInt32) -> Int64:
        return np.asarray(begin[number] + (cell >> SHIFT) * down[number] + (cell & _DOWN), np.int64)

    table[slot(number, cell)] = np.arange(len(cell), dtype=np.int32)
    return table[slot(of_number, of_cell)].astype(np.int64)


_DOWN = np.uint32((1 << SHIFT) - 1)
_MOST_SLOTS = 1 << 22  # of a table with a place for each part of each box; beyond, cells are sorted


def parts_of(side: Int64) -> Int64:
    """Into how many parts a side of a box, in px, is divided."""
    wanted = np.clip(side * PARTS_OF_1024_PX // 1024, 1, MOST_PARTS)
    return np.left_shift(1, np.floor(np.log2(wanted)).astype(np.int64))


def part_of(step: Int64, parts: Int64) -> Int64:
    """The part in which a place (0…STEPS) of a side lies, as parts + its number, which says both."""
    part: Int64 = parts + np.minimum(step * parts // STEPS, parts - 1)
    return part


def cell_of(across: Int64, down: Int64) -> UInt32:
    """The cell of a part of the width and a part of the height."""
    return (across << SHIFT | down).astype(np.uint32)


def middles(part: UInt32) -> Float32:
    """The middle of each part, as a fraction of the side."""
    parts = np.left_shift(1, np.floor(np.log2(np.maximum(part, 1))).astype(np.int64))
    return ((part - parts + 0.5) / parts).astype(np.float32)
