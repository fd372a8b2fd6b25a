"""The two kinds of numbers that stand for what happened on a journey, as SQL, and queries over queries.

touch    ms · 2^16 + mark (aggregator/queries/journey_rows.py): of two touches, the later one is greater
item     fact, a, b, flags and value (aggregator/shapes/journeys.py), of which the engine counts equal ones
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.measures.fact_codes import key_of as key_of
from aggregator.queries.journey_rows import STAGE_BITS, STAGE_SHIFT, TOUCHPOINT
from aggregator.shapes.journeys import Fact

SAME_MS = (1 << 16) - 1  # with these bits, a touch is the last number of its millisecond
VALUE_BITS = 36  # of an item: ms of two years
MOST = (1 << VALUE_BITS) - 1
GROUPED_IN_MEMORY = 300_000_000  # bytes; what is more goes through files
SETTINGS = f"SETTINGS max_bytes_before_external_group_by = {GROUPED_IN_MEMORY}"


def touchpoint_sql(number: str) -> str:
    """The touchpoint of a touch or mark; the goal of a time of a goal."""
    return f"bitAnd({number}, {TOUCHPOINT})"


def stage_sql(number: str) -> str:
    """The stage of a touch, from 1."""
    return f"bitAnd(bitShiftRight({number}, {STAGE_SHIFT}), {STAGE_BITS})"


def item_of(fact: Fact, a: str = "", b: str = "", flags: str = "", value: str = "") -> str:
    """The number of a fact: 4 bits of its kind, 10 of a, 10 of b, 4 of flags, the others of the value."""
    shifted = [f"({part}) * {1 << at + VALUE_BITS}" for part, at in ((a, 14), (b, 4), (flags, 0)) if part]
    code = " + ".join([f"toUInt64({int(fact) << 24 + VALUE_BITS})", *shifted])
    return f"{code} + toUInt64(least({value}, {MOST}))" if value else code


def select(columns: Mapping[str, str], source: str, end: str = "", *, kept: tuple[str, ...] = ()) -> str:
    """A query over a query. What lambdas use must be a column of the query below, so that it is computed once."""
    return f"SELECT {', '.join([*kept, *(f'{sql} AS {name}' for name, sql in columns.items())])} FROM ({source}) {end}"
