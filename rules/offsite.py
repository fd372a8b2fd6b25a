"""What a line of an off-site file means: `ts;key;type;value;label` (docs/offsite-files.md).

Each line stands for itself: one that cannot be read is rejected with its column and the reason, and the next one is
read as if it were not there. So an open quotation mark never swallows the rest of a file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import xxhash

from rules.decimals import NotNumber, TwoNumbers, number_of
from rules.faults import Fault, Faults, fault
from store.masking import masked
from store.offsite import OffsiteRow
from store.visitors import consented_visitor, own_id
from store.zones import DAY_MS, Zone

HEADER = "ts;key;type;value;label"
SEPARATORS = (";", ",", "\t", "|")
# field → the names that its column may have
NAMES: Mapping[str, tuple[str, ...]] = {
    "ts": ("ts", "time", "date"),
    "key": ("key",),
    "customer": ("customer", "customer key", "customer_key"),
    "visitor": ("visitor", "visitor id", "visitor_id"),
    "type": ("type",),
    "value": ("value",),
    "label": ("label",),
}
WHOSE = ("key", "customer", "visitor")  # a file has one of these columns
MOST_KEY, MOST_TYPE, MOST_LABEL = 200, 64, 200  # characters
MOST_COLUMNS = 200
OLDEST_DAYS = 1_100  # as for events that programs send (collector/backend/settings.py)
AHEAD_MS = 600_000  # how far a time may be ahead of the server's clock
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*')  # a first line that Excel writes and reads
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\s?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)
_VISITOR = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class Columns:
    """Where the fields are in a line. `lines`: how many lines were read to know that; `ignored`: other columns."""

    separator: str
    places: Mapping[str, int]
    count: int
    ignored: tuple[str, ...] = ()
    lines: int = 1

    @property
    def whose(self) -> str:
        return next(name for name in WHOSE if name in self.places)


@dataclass(frozen=True)
class LineContext:
    """What a line means depends on: `secret`, the key of visitors' numbers, and `now`, ms since 1970."""

    site: int
    zone: Zone
    secret: bytes
    now: int


class _WrongCell(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


def columns_of(first_lines: Sequence[str]) -> Columns | Faults:
    """The columns that the first line with text names (the next one after `sep=;`), whatever separates them."""
    lines = [line.strip("\r\n") for line in first_lines]
    at = next((n for n, line in enumerate(lines) if line.strip()), None)
    if at is None:
        return _of_file("offsite_empty", header=HEADER)
    chosen = _SEPARATOR_LINE.fullmatch(lines[at])
    at += bool(chosen)
    header = lines[at] if at < len(lines) else ""
    separators = (chosen[1],) if chosen else SEPARATORS
    found = {separator: cells for separator in separators if (cells := _cells(header, separator)) is not None}
    if not any(map(_placed, found.values())):
        return _of_file("offsite_header", value=header, header=HEADER)
    separator = max(found, key=lambda one: (len(_placed(found[one])), len(found[one])))
    names = [name.strip()[:80] for name in found[separator]][: MOST_COLUMNS + 1]
    placed = _placed(names)
    places = dict(reversed(placed))
    twice = [names[n] for field, n in placed if places[field] != n]
    whose = [names[places[field]] for field in WHOSE if field in places]
    if twice or len(whose) > 1:
        return _of_file("offsite_twice", value=", ".join(twice or whose))
    missing = [name for name in ("ts", "key", "type") if name not in places and not (name == "key" and whose)]
    if missing or len(names) > MOST_COLUMNS:
        shown = {"\t": "tab"}.get(separator, separator)
        return _of_file("offsite_columns", missing=", ".join(missing), found=", ".join(names), separator=shown)
    ignored = tuple(name for n, name in enumerate(names) if n not in places.values())
    return Columns(separator, places, len(names), ignored, at + 1)


def _placed(names: Sequence[str]) -> list[tuple[str, int]]:
    """(field, its place) of the columns that are known."""
    return [
        (field, n) for n, name in enumerate(names) for field, known in NAMES.items() if name.strip().lower() in known
    ]


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of a line; None if a quotation mark is not closed."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def read_line(line: str, columns: Columns, context: LineContext) -> OffsiteRow | Fault:
    """The row of a line that is not blank."""
    cells = _cells(line, columns.separator)
    if cells is None:
        return fault("", "offsite_quote")
    if len(cells) != columns.count:
        return fault("", "offsite_cells", n=len(cells), wanted=columns.count)
    given = {name: cells[place].strip() for name, place in columns.places.items()}
    if "\0" in line:
        return fault(next((name for name, cell in given.items() if "\0" in cell), ""), "characters")
    try:
        ms, coarse = _time(given["ts"], context)
        visitor = _visitor(columns.whose, given[columns.whose], context)
        kind = masked(_text("type", given["type"], MOST_TYPE, required=True))
        value = _value(given.get("value", ""))
        label = masked(_text("label", given.get("label", ""), MOST_LABEL))
    except _WrongCell as wrong:
        return wrong.fault
    content = f"{context.site}\0{ms}\0{visitor}\0{value}\0{kind}\0{label}"
    view = xxhash.xxh64_intdigest(content.encode("utf-8", "replace"))
    return OffsiteRow(ms, visitor, kind, value, label, coarse, view)


def _time(text: str, context: LineContext) -> tuple[int, bool]:
    """ms since 1970, and whether only the day is known."""
    if not text:
        raise _WrongCell(fault("ts", "missing"))
    coarse = len(text) == 10
    ms = (_noon if coarse else _instant)(text, context.zone.name) if _TIME.fullmatch(text) else None
    if ms is None:
        raise _WrongCell(fault("ts", "offsite_time", value=text))
    if ms < context.now - OLDEST_DAYS * DAY_MS:
        raise _WrongCell(fault("ts", "offsite_old", value=text, most=OLDEST_DAYS))
    # Noon of today may still be ahead.
    if ms > context.now + AHEAD_MS and not (coarse and context.zone.day(ms) <= context.zone.day(context.now)):
        raise _WrongCell(fault("ts", "offsite_future", value=text))
    return ms, coarse


@lru_cache(2_000)
def _noon(day: str, zone: str) -> int | None:
    return _instant(f"{day}T12:00", zone)


def _instant(text: str, zone: str) -> int | None:
    """ms since 1970; without an offset, in the zone. None for a time that does not exist, such as 25:00."""
    try:
        when = datetime.fromisoformat(text.replace(" Z", "Z").replace(",", "."))
        if when.tzinfo is None:
            when = when.replace(tzinfo=ZoneInfo(zone))
        return int((when - _EPOCH) / timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        return None


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _visitor(column: str, text: str, context: LineContext) -> int:
    """The number of a visitor: of a customer key as `parcours('identify', …)` makes it in the browser."""
    _text(column, text, MOST_KEY, required=True)
    if column != "customer" and _VISITOR.fullmatch(text):
        return int(text, 16)
    if column == "visitor":
        raise _WrongCell(fault(column, "offsite_visitor"))
    return _keyed(context.secret, context.site, text)


@lru_cache(50_000)  # in memory only
def _keyed(secret: bytes, site: int, key: str) -> int:
    return consented_visitor(secret, site, own_id(key))


def _text(column: str, text: str, most: int, *, required: bool = False) -> str:
    if required and not text:
        raise _WrongCell(fault(column, "missing"))
    if len(text) > most:
        raise _WrongCell(fault(column, "long", n=len(text), most=most))
    return text


def _value(text: str) -> float | None:
    if not text:
        return None
    try:
        found = number_of(text)
    except TwoNumbers:
        raise _WrongCell(fault("value", "offsite_two_numbers", value=text)) from None
    except NotNumber:
        raise _WrongCell(fault("value", "offsite_number", value=text)) from None
    if abs(found) > 1e12:
        raise _WrongCell(fault("value", "high" if found > 0 else "low", value=text, most="1e12", least="-1e12"))
    return found


def _of_file(code: str, **values: str | int) -> Faults:
    return Faults((fault("file", code, **values),))
