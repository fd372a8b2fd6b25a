"""What the store holds for one question, counted by cells: enough for a map on any layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.queries.cells import read_cells, read_cells_by_key
from aggregator.queries.conditions import Condition, Where, where
from aggregator.queries.exposure import read_exposed
from aggregator.queries.folded_cells import read_folded_cells
from aggregator.queries.folds import (
    NO_FOLDS,
    NO_POINTS,
    NO_VIEWS,
    Folds,
    read_folds,
)
from aggregator.queries.points import read_left_out
from aggregator.queries.records import read_named_records
from aggregator.shapes.cells import Cells
from aggregator.shapes.exposure import Exposed, LeftOut
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store


@dataclass(frozen=True)
class Sample:
    """The points of `scope`, whose patterns resolved to `pages`, by cell, and what the question leaves out.

    `where`: the condition of the points. `folds`: what was read in place of rows.
    """

    scope: Scope
    pages: tuple[str, ...]
    where: Where
    cells: Cells
    records: Records
    left_out: LeftOut
    exposed: Exposed
    folds: Folds = NO_FOLDS


def read_sample(
    store: Store, scope: Scope, pages: tuple[str, ...], width: int, only: Condition | None = None
) -> Sample:
    """Read a question for a picture `width` px wide. Points for which `only` does not hold are outside the segment."""
    condition = where(scope, pages, kind=True)
    condition = condition.only(only) if only else condition
    of_points, of_views = (NO_POINTS, NO_VIEWS) if only else read_folds(store, scope, pages)
    # The counts come first. Points that arrive in between are in the cells, and the account still adds up.
    left_out = read_left_out(store, scope, pages, within=condition, folded=of_points)
    exposed = read_exposed(store, scope, pages, width, of_views)
    cells, records = read_counted(store, scope, pages, condition, of_points.folds)
    return Sample(scope, pages, condition, cells, records, left_out, exposed, of_points.folds)


def read_counted(
    store: Store, scope: Scope, pages: tuple[str, ...], condition: Where, folds: Folds = NO_FOLDS
) -> tuple[Cells, Records]:
    """The points of a condition by cell, and the records of their elements."""
    if folds.ids:
        cells = read_folded_cells(store, scope.kind, folds)
        if not folds.complete:
            cells = cells.and_also(read_cells(store, scope.kind, condition.only(folds.other_days))).merged()
    else:
        cells = read_cells(store, scope.kind, condition)
    records = read_named_records(store, scope, pages, np.unique(cells.record))
    lost = records.locate(cells.record) < 0
    if lost.any():
        by_key = read_cells_by_key(store, scope.kind, condition, np.unique(cells.record[lost]))
        cells = cells.take(~lost).and_also(by_key)
    return cells, records
