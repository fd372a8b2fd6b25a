"""Maps as files: tables as CSV and JSON rows, grids as .npy."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.answers.export import COLUMNS
from store.spreadsheet import harmless


def points_json(points: Iterable[Iterable[object]]) -> list[dict[str, object]]:
    """Placed points (aggregator.answers.export) as objects of COLUMNS."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in points]


def points_csv(points: Iterable[Iterable[object]]) -> bytes:
    return table_csv(COLUMNS, points)


def table_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """CSV in UTF-8 with a header row; None becomes an empty cell."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def npy(array: NDArray[Any]) -> bytes:
    """The array as a .npy file, which `numpy.load` reads without pickle."""
    out = BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def stacked(grids: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """[n, rows, columns]: the grids stacked, smaller ones padded with zeros at the bottom and right."""
    grids = list(grids)
    shape = tuple(max(grid.shape[axis] for grid in grids) for axis in (0, 1))
    full = np.zeros((len(grids), *shape), np.float32)
    for n, grid in enumerate(grids):
        full[n, : grid.shape[0], : grid.shape[1]] = grid
    return full
