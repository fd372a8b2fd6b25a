"""Time zones: the day of an instant, and the instants of a day. No other module converts between the two.

An instant is in ms since 1970; a day is a `date` in a zone. A day has 24 hours, or 23 or 25 where clocks change, or
none where a zone skipped it (30 December 2011 in Apia). The zones are those of the IANA database, from the system or
else from the package tzdata (https://peps.python.org/pep-0615/).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)
_FIRST, _LAST = -2 * 86_400, 65_540 * 86_400  # s since 1970: the range of a Date column in the store, and some days
_STEP = 4 * 86_400  # s: less than between any two changes of a zone's offset (7 days in Recife in October 2000)

Instants = NDArray[np.int64]  # ms since 1970


@dataclass(frozen=True)
class Zone:
    """A time zone, by its IANA name; store/zone_names.py checks a name that comes from outside."""

    name: str

    def local(self, ms: float) -> datetime:
        """The local time of an instant, with its offset."""
        return datetime.fromtimestamp(ms / 1000, ZoneInfo(self.name))

    def day(self, ms: float) -> date:
        """The day of an instant."""
        return self.local(ms).date()

    def day_number(self, ms: int) -> int:
        """The day of an instant, in days since 1970."""
        return ms // DAY_MS if self == UTC_ZONE else days_since_1970(self.day(ms))

    def today(self) -> date:
        """The day of the present instant."""
        return self.day(now_ms())

    def iso(self, ms: float) -> str:
        """An instant as `2026-11-21T10:14:00.000+01:00`, or `2026-11-21T09:14:00.000Z` in UTC."""
        text = self.local(ms).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z") if self == UTC_ZONE else text

    def offset(self, ms: float) -> str:
        """How far local time is ahead of UTC at an instant: `+01:00`."""
        return self.local(ms).isoformat()[-6:]

    def days(self, instants: Instants) -> Instants:
        """The day of each instant, in days since 1970."""
        days: Instants = (instants + self._ahead(instants)) // DAY_MS
        return days

    def hour(self, ms: int) -> int:
        """The hour of the day, 0 to 23."""
        return self.local(ms).hour

    def at_hour(self, hour: int, ms: int) -> int:
        """The first instant from `ms` on at which a local hour begins. Where clocks skip the hour: when they do."""
        day = self.day(ms)
        while (found := self._instant(day, hour)) < ms:
            day += timedelta(days=1)
        return found

    def midnight(self, day: date) -> int:
        """The first instant of a day; of the next one that exists where the zone skipped it."""
        return self._instant(day, 0)

    def spans(self, since: date, until: date) -> tuple[tuple[int, int], ...]:
        """The instants of the days since…until, both included, as [begin, end) in order.

        One span, except where clocks were set back across midnight, or every day was skipped.
        """
        found: list[tuple[int, int]] = []
        for offset in self.offsets(since, until):
            if found and found[-1][1] == offset.begin:
                found[-1] = (found[-1][0], offset.end)
            else:
                found.append((offset.begin, offset.end))
        return tuple(found)

    def offsets(self, since: date, until: date) -> tuple[Offset, ...]:
        """How far local time is ahead of UTC during the days since…until, both included, in order."""
        starts, ahead = _offsets(self.name)
        first, end = days_since_1970(since) * DAY_MS, (days_since_1970(until) + 1) * DAY_MS
        begins = np.maximum(starts, first - ahead)
        ends = np.minimum(np.append(starts[1:], np.iinfo(np.int64).max), end - ahead)
        return tuple(Offset(int(begins[n]), int(ends[n]), int(ahead[n])) for n in np.flatnonzero(begins < ends))

    def _ahead(self, instants: Instants) -> Instants:
        starts, ahead = _offsets(self.name)
        found: Instants = ahead[np.maximum(np.searchsorted(starts, instants, side="right") - 1, 0)]
        return found

    def _instant(self, day: date, hour: int) -> int:
        """The first instant whose local time is not before this hour of this day."""
        starts, ahead = _offsets(self.name)
        wanted = days_since_1970(day) * DAY_MS + hour * 3_600_000
        begins = np.maximum(starts, wanted - ahead)
        ends = np.append(starts[1:], np.iinfo(np.int64).max)
        return int(begins[np.flatnonzero(begins < ends)[0]])


@dataclass(frozen=True)
class Offset:
    """From `begin` to `end` (not included), local time is `ahead` of UTC by so many ms."""

    begin: int
    end: int
    ahead: int


UTC_ZONE = Zone("UTC")


def now_ms() -> int:
    """The present instant."""
    return int(time.time() * 1000)


def days_since_1970(day: date) -> int:
    return (day - EPOCH).days


def day_numbered(number: int) -> date:
    """The day so many days after 1 January 1970."""
    return EPOCH + timedelta(days=number)


@cache
def _offsets(name: str) -> tuple[Instants, Instants]:
    """(starts, ahead): from starts[n] on, local time is ahead of UTC by ahead[n] ms; in order.

    zoneinfo does not list the changes of a zone, so they are searched for.
    """
    zone = ZoneInfo(name)

    def ahead_at(second: int) -> int:
        offset = datetime.fromtimestamp(second, zone).utcoffset()
        return round(offset.total_seconds() * 1000) if offset is not None else 0

    starts, ahead = [_FIRST * 1000], [ahead_at(_FIRST)]
    for second in range(_FIRST, _LAST, _STEP):
        if ahead_at(second + _STEP) != ahead[-1]:
            before, after = second, second + _STEP
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if ahead_at(middle) == ahead[-1] else (before, middle)
            starts.append(after * 1000)
            ahead.append(ahead_at(after))
    return np.array(starts, np.int64), np.array(ahead, np.int64)
