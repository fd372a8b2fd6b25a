"""Which elements of a layout the points of records count for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.queries.id_lists import bound
from aggregator.shapes.columns import Int32, UInt64


@dataclass(frozen=True)
class UsedRecords:
    """R records, each of which counts for one element: `record` u64[R], `element` i32[R]."""

    record: UInt64
    element: Int32


def element_of_point(used: UsedRecords) -> tuple[str, dict[str, Any]]:
    """(SQL of the element that a point counts for, -1 for none; bound values)."""
    record, records = bound("used_record", used.record)
    element, elements = bound("used_element", used.element, "Int32")
    return f"transform(record, {record}, {element}, toInt32(-1))", records | elements
