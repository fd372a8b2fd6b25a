"""Reads the times of a survey's export, which no tool writes with an offset."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DateOrder = Literal["", "mdy", "dmy"]  # of a date with slashes; "": what the dates of the file show
_SLASHES = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_FORMATS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")


def date_order(cells: Iterable[str]) -> DateOrder:
    """The order that the dates show by a day above 12; "" if none has one, or if they contradict each other.

    >>> date_order(["11/23/2026 02:05:12 PM", "01/02/2026 09:00:00 AM"]), date_order(["01/02/2026"])
    ('mdy', '')
    """
    found: set[DateOrder] = set()
    for cell in cells:
        if match := _SLASHES.match(cell.strip()):
            if int(match[1]) > 12:
                found.add("dmy")
            elif int(match[2]) > 12:
                found.add("mdy")
    return found.pop() if len(found) == 1 else ""


def is_ambiguous(cells: Iterable[str]) -> bool:
    """Whether a date has slashes, so that its order matters."""
    return any(_SLASHES.match(cell.strip()) for cell in cells)


def time_of(cell: str, order: DateOrder, zone: str) -> int | None:
    """ms since 1970 of a time such as `2026-11-23 14:05:12` or `11/23/2026 02:05:12 PM`; None if it is no time."""
    text = cell.strip()
    match = _SLASHES.match(text)
    try:
        if match is None:
            when = datetime.fromisoformat(text.replace(" Z", "Z"))
        else:
            month, day = (match[1], match[2]) if order == "mdy" else (match[2], match[1])
            when = datetime(int(match[3]), int(month), int(day))
            clock = text[match.end() :].strip()
            if clock:
                hour = _clock(clock)
                when = when.replace(hour=hour.hour, minute=hour.minute, second=hour.second)
        if when.tzinfo is None:
            when = when.replace(tzinfo=ZoneInfo(zone))
        return int(when.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def known_zone(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _clock(text: str) -> datetime:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(text)
