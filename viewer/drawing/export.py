"""Maps as files: tables as CSV and JSON rows, grids as .npy."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, fields
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.answers.events import EventDetail, EventFigures, SenderRow
from aggregator.answers.export import COLUMNS
from aggregator.answers.forms import FormFigures, FormSummary
from aggregator.answers.map_figures import HeatmapFigures, InViewRow, ReachFigures
from aggregator.answers.overview import OverviewFigures, SplitRow
from aggregator.answers.zones import ZoneRow
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.shares import GoalShares, ShareOf
from store.spreadsheet import harmless


def points_json(points: Iterable[Iterable[object]]) -> list[dict[str, object]]:
    """Placed points (aggregator.answers.export) as objects of COLUMNS."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in points]


def points_csv(points: Iterable[Iterable[object]]) -> bytes:
    return table_csv(COLUMNS, points)


ELEMENT_COLUMNS = (
    "name", "path", "key", "visitors", "of", "share", "low", "high", "clicks", "dragged",
    "dead", "dead_share", "rage", "rage_share", "failed", "failed_share", "dwell_ms", "x", "y", "w", "h",
)  # fmt: skip
SHARE_COLUMNS = ("visitors", "of", "share", "low", "high")


def elements_csv(figures: HeatmapFigures) -> bytes:
    """The element table: shares of all visitors, of those who had the element in view, and of those with a mouse.

    With a goal, also who reached it after they clicked, and after they only saw the element.
    """
    of = ("in_view", "with_mouse", *(("goal_clicked", "goal_only_saw") if figures.goal else ()))
    names = (f"{share}_{name}" for share in of for name in SHARE_COLUMNS)
    rows = (
        [*_element(row), *_share(row.in_view), *_share(row.with_mouse), *(_goal(row.goal) if figures.goal else ())]
        for row in figures.elements
    )
    return table_csv((*ELEMENT_COLUMNS, *names), rows)


def reach_elements_csv(figures: ReachFigures) -> bytes:
    """The elements of a reach map, in shares of views."""
    columns = [field.name for field in fields(InViewRow)]
    rows = ([_plain(name, getattr(row, name)) for name in columns] for row in figures.elements)
    return table_csv(columns, rows)


ZONE_COLUMNS = (
    "id", "name", "page", "elements", "missing", "visitors", "of", "share", "low", "high", "clicks", "dragged", "dead",
    "dead_share", "rage", "rage_share",
)  # fmt: skip


def zones_csv(zones: Iterable[ZoneRow]) -> bytes:
    """The zones of a map: shares of all visitors of the page and of those who had the zone in view, and its box."""
    sides = ("x", "y", "w", "h")
    rows = (
        [
            *(getattr(row, name) for name in ZONE_COLUMNS),
            *(getattr(row.box, side) if row.box else None for side in sides),
            *_share(row.in_view),
        ]
        for row in zones
    )
    return table_csv((*ZONE_COLUMNS, *sides, *(f"in_view_{name}" for name in SHARE_COLUMNS)), rows)


def _element(row: ElementRow) -> list[object]:
    return [_plain(name, getattr(row, name)) for name in ELEMENT_COLUMNS]


def _plain(name: str, value: object) -> object:
    return f"{value:016x}" if name == "key" else value


def _goal(goal: GoalShares | None) -> list[object]:
    return [*_share(goal.clicked if goal else None), *_share(goal.only_saw if goal else None)]


def _share(share: ShareOf | None) -> list[object]:
    return [getattr(share, name) if share else None for name in SHARE_COLUMNS]


def overview_csv(found: OverviewFigures) -> bytes:
    """All tables of an overview in one: the `split` and its value come first. The rate is that of the `measure`."""
    columns = [field.name for field in fields(SplitRow)]
    rows = (
        [table.by, *(getattr(row, name) for name in columns), found.measure]
        for table in found.splits
        for row in table.rows
    )
    return table_csv(("split", *columns, "measure"), rows)


EVENT_COLUMNS = (
    "name", "times", "before", "visitors", "share", "low", "high", "each", "valued", "value", "median", "page_count",
)  # fmt: skip


def events_csv(found: EventFigures) -> bytes:
    """The events by name."""
    return table_csv(EVENT_COLUMNS, ([getattr(row, name) for name in EVENT_COLUMNS] for row in found.events))


def senders_csv(found: EventDetail) -> bytes:
    """Who sent the events with one name, by a split."""
    columns = [field.name for field in fields(SenderRow)]
    rows = ([found.name, found.by, *(getattr(row, name) for name in columns)] for row in found.rows)
    return table_csv(("name", "split", *columns), rows)


FORM_COLUMNS = ("page", "visitors", "began", "submitted", "left", "completion", "low", "high", "median_ms")


def forms_csv(found: Iterable[FormSummary]) -> bytes:
    """The pages with forms."""
    rows = (
        [one.page, one.visitors, one.began, one.submitted, one.left,
         one.completion.share, one.completion.low, one.completion.high, one.median_ms]
        for one in found
    )  # fmt: skip
    return table_csv(FORM_COLUMNS, rows)


FIELD_SHARES = ("corrected", "blank", "last")


def fields_csv(found: FormFigures) -> bytes:
    """The fields of one page; each share with what it is of and its interval."""
    parts = ("", "_of", "_share", "_low", "_high")
    columns = ("name", "key", "reached", "median_ms", "ninety_ms", *(s + p for s in FIELD_SHARES for p in parts))
    rows = (
        [one.name, f"{one.key:016x}", one.reached, one.median_ms, one.ninety_ms,
         *(part for name in FIELD_SHARES for part in astuple(getattr(one, name)))]
        for one in found.fields
    )  # fmt: skip
    return table_csv(columns, rows)


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
