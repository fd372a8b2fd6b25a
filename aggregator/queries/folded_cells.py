"""The cells of folded days."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregator.queries.fold_memory import memory
from aggregator.queries.folds import Folds
from aggregator.queries.id_lists import bound
from aggregator.shapes.cells import Cells, cells_of, find_cells
from aggregator.shapes.columns import UInt64
from store.client import Store

_MARKS = ("dragged", "dead", "dead_disabled", "rage")


def read_folded_cells(store: Store, kind: str, folds: Folds) -> Cells:
    """The points of the folded days, by record and cell, each once."""
    known = memory.columns(
        store,
        f"SELECT record, any(key) AS its_key FROM folded_records WHERE {folds.sql} GROUP BY record",
        **folds.params,
    )
    record, key = known["record"], known["its_key"]
    names = ("points",) if kind == "click" else ("points", "weights")
    counted = _read_sums(store, folds, record, "cells", names)
    marked = _read_sums(store, folds, record, "marked", _MARKS)
    at = find_cells(counted["number"], counted["cell"], marked["number"], marked["cell"])
    marks: dict[str, Any] = {name: np.zeros(len(counted["cell"]), np.int64) for name in _MARKS}
    for name in _MARKS:
        marks[name][at] = marked[f"of_{name}"]
    return cells_of(
        kind,
        record=record[counted["number"]],
        key=key[counted["number"]],
        cell=counted["cell"],
        n=counted["of_points"],
        weight=counted[f"of_{names[-1]}"],
        **marks,
    )


def _read_sums(store: Store, folds: Folds, record: UInt64, cells: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The columns `number` (of the record) and `cell`, and for each of these arrays (`name`) the sum `of_name`.

    Grouped by the number and not by the record itself, which takes half as long again.
    """
    records, of_records = bound("numbered", record)
    numbers, of_numbers = bound("number", np.arange(len(record)), "UInt32")
    return memory.columns(
        store,
        f"SELECT number, cell, {', '.join(f'sum(one_{name}) AS of_{name}' for name in names)} FROM ("
        f"SELECT transform(record, {records}, {numbers}, toUInt32(0)) AS number, {cells}, {', '.join(names)} "
        f"FROM folded_records WHERE {folds.sql}) ARRAY JOIN {cells} AS cell, "
        f"{', '.join(f'{name} AS one_{name}' for name in names)} GROUP BY number, cell",
        **folds.params | of_records | of_numbers,
    )
