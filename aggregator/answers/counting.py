"""What the points of a placed sample count for: elements, and the distinct visitors who used them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from aggregator.answers.located import LocatedSample
from aggregator.measures.elements_table import ElementCounts, counts_for
from aggregator.measures.frustration import EDITABLE, UNJUDGED, pressed_tag
from aggregator.placing.projection import Placed
from aggregator.queries.element_visitors import (
    CellNames,
    CountedRecords,
    FoundVisitors,
    RageClicks,
    read_element_visitors,
    read_rage,
    read_returning_visitors,
)
from aggregator.queries.folded_visitors import read_summed_visitors
from aggregator.shapes.cells import Cells
from aggregator.shapes.columns import Int32, Int64, Mask, UInt64
from aggregator.shapes.records import Records, distinct
from store.client import Store
from store.layouts import Layout


@dataclass(frozen=True)
class Targets:
    """What the N cells of a sample count for: `of_cell` i32[N], one of `n` elements or zones, -1 for none.

    `unjudged` bool[N]: cells whose clicks are dead only on what is disabled.
    """

    of_cell: Int32
    n: int
    unjudged: Mask


@dataclass(frozen=True)
class TargetVisitors:
    """Distinct visitors of each target, i64[n]: in all, with a dead click, with a burst. `bursts`: None of hovers."""

    visitors: Int64
    dead: Int64
    rage: Int64
    bursts: RageClicks | None


def count_elements(store: Store, found: LocatedSample, placed: Placed) -> tuple[Cells, ElementCounts]:
    """The cells of a sample with their dead and rage clicks, and what counts for each element of the layout."""
    sample, layout = found.sample, found.picture.index.layout
    counted = counts_for(placed, layout)
    cells, records = sample.cells, sample.records
    targets = Targets(counted, len(layout), unjudged_cells(cells, records, counted, layout))
    cells = replace(cells, dead=np.where(targets.unjudged, cells.dead_disabled, cells.dead))
    who = count_visitors(store, found, targets)
    if who.bursts is not None:
        cells = replace(cells, rage=cells.rage + _of_bursts(_names(cells, records), who.bursts))
    on, m = counted >= 0, len(layout)

    def per_element(values: np.ndarray) -> np.ndarray:
        return np.bincount(counted[on], values[on], m)

    return cells, ElementCounts(
        n=per_element(cells.n).astype(np.int64),
        dragged=per_element(cells.dragged).astype(np.int64),
        weight=per_element(cells.weight),
        visitors=who.visitors,
        dead=who.dead,
        rage=who.rage,
    )


def count_visitors(store: Store, found: LocatedSample, targets: Targets) -> TargetVisitors:
    """The distinct visitors of each target."""
    cells, records, where = found.sample.cells, found.sample.records, found.sample.where
    of, bursts = _counted_records(found, targets), None
    if of.folds.ids and of.only_folds:
        visitors = read_returning_visitors(store, of)
    else:
        used, dead = read_element_visitors(store, cells.kind, where, of)
        if cells.kind == "click" and len(cells):
            bursts = read_rage(store, where, of, records.record[_have_tag(records, EDITABLE)])
        visitors = FoundVisitors(used, dead, bursts.visitors if bursts else np.zeros(targets.n, np.int64))
    if of.folds.ids:
        folded = ~np.isin(of.record, of.unfolded)
        days = read_summed_visitors(
            store, of.folds, of.record[folded], of.element[folded], of.judged[folded], targets.n
        )
        visitors = FoundVisitors(
            visitors.visitors + days.visitors, visitors.dead + days.dead, visitors.rage + days.rage
        )
    return TargetVisitors(visitors.visitors, visitors.dead, visitors.rage, bursts)


def _have_tag(records: Records, tags: frozenset[str]) -> Mask:
    return np.array([pressed_tag(path) in tags for path in records.paths], bool)


def unjudged_cells(cells: Cells, records: Records, counted: Int32, layout: Layout) -> Mask:
    """Cells on elements whose clicks are not judged, by the path or by the layout: a path whose anchor lies inside a
    label does not say that it is in one."""
    by_path = np.append(_have_tag(records, UNJUDGED), False)[records.locate(cells.record)]
    by_layout = np.array([tag in UNJUDGED for tag in layout.tags] + [False], bool)[counted]
    return np.asarray(by_path | by_layout, bool)


def _names(cells: Cells, records: Records) -> CellNames:
    """A record that is not known is named by its key."""
    subject = np.where(records.locate(cells.record) >= 0, cells.record, cells.key)
    return CellNames(subject, cells.cell, cells.like, cells.x, cells.y)


def _counted_records(found: LocatedSample, targets: Targets) -> CountedRecords:
    counted = targets.of_cell
    names = _names(found.sample.cells, found.sample.records)
    ids, which = distinct(names.subject)
    on = counted >= 0
    element = np.full(len(ids), -1, np.int32)
    element[which[on]] = counted[on]
    judged, some, others = (np.zeros(len(ids), bool) for _ in range(3))
    judged[which[on & ~targets.unjudged]] = True
    some[which[on]] = True
    others[which[~on]] = True
    partial = some & others
    drawn = on & partial[which]
    # Of an element with a record that folds do not tell enough of, all records are read themselves.
    asked = partial if found.detail is None else partial | np.isin(ids, np.append(found.detail.record, _keys(found)))
    unfolded = ids[some & np.isin(element, element[some & asked])]
    return CountedRecords(
        elements=targets.n,
        record=ids[some],
        element=element[some],
        judged=judged[some],
        partial=ids[partial],
        drawn=CellNames(*(getattr(names, field.name)[drawn] for field in fields(CellNames))),
        detail=found.detail,
        folds=found.sample.folds,
        unfolded=unfolded if found.detail is None else np.union1d(unfolded, found.detail.record),
    )


def _keys(found: LocatedSample) -> UInt64:
    """The keys of the records that are not known."""
    cells, records = found.sample.cells, found.sample.records
    return np.unique(cells.key[records.locate(cells.record) < 0])


def _of_bursts(names: CellNames, bursts: RageClicks) -> Int64:
    """How many clicks of bursts are in each cell."""
    rows = [np.rec.fromarrays([getattr(of, f.name) for f in fields(CellNames)]) for of in (names, bursts.cells)]
    _, which = np.unique(np.concatenate(rows), return_inverse=True)
    found = np.zeros(int(which.max(initial=-1)) + 1, np.int64)
    found[which[len(rows[0]) :]] = bursts.n
    return found[which[: len(rows[0])]]
