"""Rows of any table as events: which column holds which field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from parcours.importing.identity import Occurrences, row_id
from parcours.importing.items import Bad, Item, Made, Row, Source
from parcours.importing.rows import Read
from rules.decimals import TwoNumbers, number_of

FIELDS = ("name", "time", "value", "id", "visitor", "browser_id", "page", "touchpoint", "variants")
_SECONDS = 100_000_000_000  # a number below is seconds since 1970, above ms
_LAST = 4_102_444_800_000  # ms: the year 2100, as on the wire
_VARIANT = re.compile(r"([\w.:\-]+)[:=]([\w.\-]+)")


class Unmapped(ValueError):
    """A field that cannot be read; `str()` names it and says what to write."""


def events(rows: Iterable[Read], columns: Mapping[str, str], fixed: Mapping[str, str], zone: tzinfo) -> Source:
    """`columns`: field → column where the names differ; `fixed`: field → value of rows without one.

    A row without an `id` is known by its fields, and by how many equal rows came before it in the file.
    """
    source = Source(iter(()))
    names = {field: columns.get(field, field) for field in FIELDS}

    def items() -> Iterator[Made]:
        occurrences = Occurrences()
        used = set(names.values())
        for read in rows:
            if isinstance(read, Bad):
                yield read
                continue
            line, row = read
            source.left_out.update(name for name in row if name not in used)
            try:
                body = {
                    field: value
                    for field in FIELDS
                    if (value := _field(field, row.get(names[field], fixed.get(field)), zone)) is not None
                }
            except Unmapped as error:
                yield Bad(line, str(error), row)
                continue
            if "id" not in body:
                content = sorted(body.items())
                body = {"id": row_id("table", content, occurrences.number(content))} | body
            yield Item(line, "events", body)

    source.items = items()
    return source


def _field(field: str, value: Any, zone: tzinfo) -> Any:
    if value is None or value == "":
        return None
    if field == "time":
        return milliseconds(value, zone)
    if field == "value":
        return number(value)
    if field == "variants":
        return _variants(value)
    return value if isinstance(value, str) else _text(field, value)


def _text(field: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unmapped(f"{field}: {value!r} is not text")
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def number(value: Any) -> float:
    """A number, or text that is one, with a decimal point or comma. Unmapped for anything else."""
    try:
        return number_of(value if isinstance(value, str) else str(float(value)))
    except TwoNumbers as error:
        raise Unmapped(f"value: {str(error)!r} can be read in two ways: write 1234 or 1.234") from None
    except (TypeError, ValueError, OverflowError):
        raise Unmapped(f"value: {value!r} is not a number (write 59.90)") from None


def milliseconds(value: Any, zone: tzinfo = UTC) -> int:
    """ms since 1970 of ISO 8601 (without an offset: in `zone`), or of a number of seconds or ms."""
    try:
        found = _instant(value, zone)
    except (TypeError, ValueError, OverflowError, OSError):
        found = -1
    if not 0 <= found <= _LAST:
        raise Unmapped(f"time: {str(value)[:80]!r} is not a time (write 2026-11-20T10:00:00+01:00, or ms since 1970)")
    return found


def _instant(value: Any, zone: tzinfo) -> int:
    try:
        number = float(value)
    except ValueError:
        when = datetime.fromisoformat(str(value).strip())
        return round((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp() * 1000)
    return round(number * 1000 if abs(number) < _SECONDS else number)


def _variants(value: Any) -> Row:
    if isinstance(value, dict):
        return value
    found = dict(_VARIANT.findall(str(value)))
    if not found:
        raise Unmapped(f"variants: {value!r} (write experiment:variant, several with a space between)")
    return found
