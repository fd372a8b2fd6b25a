"""The period of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rules.faults import Fault, fault
from store.zones import DAY_MS, UTC_ZONE, Zone, day_numbered, now_ms

DAYS = 28  # the default
LONGEST = 3660  # days, for `days`
FIRST, LAST = date(1970, 1, 1), date(2149, 6, 5)  # range of a Date column in the store, minus a day
NAMES = ("days", "since", "until")


def today(zone: Zone = UTC_ZONE) -> date:
    """Today's date in a zone."""
    return zone.today()


def latest_today() -> date:
    """Today's date where it is latest (UTC+14): a day after it is in the future everywhere."""
    return day_numbered((now_ms() + 14 * 3_600_000) // DAY_MS)


@dataclass(frozen=True)
class Period:
    """The last `days` up to `until`, or `since` to `until`; both ends are included. `until` None: today.

    With `since`, `days` is always DAYS and ignored, so that equal periods are equal records.
    """

    days: int = DAYS
    since: date | None = None
    until: date | None = None

    def span(self, today: date) -> tuple[date, date]:
        """First and last day, both included."""
        last = self.until or today
        if self.since:
            return self.since, last
        return max(FIRST, last - timedelta(days=self.days - 1)), last

    def fixed(self, today: date) -> Period:
        """The same days as fixed dates, which mean the same tomorrow."""
        since, until = self.span(today)
        return Period(since=since, until=until)

    @property
    def chosen(self) -> bool:
        """Whether dates were chosen rather than a number of days up to today."""
        return self.since is not None or self.until is not None

    def query(self) -> dict[str, str]:
        """As URL parameters; the default is left out."""
        pairs = {
            "days": "" if self.since or self.days == DAYS else str(self.days),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True)
class PeriodReading:
    """A period made from the valid parameters, and the faults of the others."""

    period: Period
    faults: tuple[Fault, ...] = ()


def parse(query: Mapping[str, str], today: date, default: Period | None = None) -> PeriodReading:
    """Read `days`, `since` and `until`. If all are missing, the period is `default`.

    A start after the end is kept as given, so that a page can offer to swap them.
    """
    faults: list[Fault] = []
    days = _days(query, faults)
    since, until = _day(query, "since", faults), _day(query, "until", faults)
    if days is None and since is None and until is None:
        return PeriodReading(default or Period(), tuple(faults))
    period = Period(DAYS if since else days or DAYS, since, until)
    faults += faults_of(period, today)
    return PeriodReading(period, tuple(faults))


def faults_of(period: Period, today: date) -> tuple[Fault, ...]:
    """Faults of valid dates: a start after the end, or in the future."""
    if period.since and period.until and period.since > period.until:
        return (fault("since", "swapped", since=period.since.isoformat(), until=period.until.isoformat()),)
    if period.since and not period.until and period.since > today:
        return (fault("since", "after_today", since=period.since.isoformat(), today=today.isoformat()),)
    return ()


def swapped(period: Period) -> Period:
    """The period with its start and end swapped."""
    return replace(period, since=period.until, until=period.since)


def _days(query: Mapping[str, str], faults: list[Fault]) -> int | None:
    text = query.get("days", "")
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text) and 1 <= int(text) <= LONGEST:
        return int(text)
    faults.append(fault("days", "whole_number", value=text, least=1, most=LONGEST))
    return None


def _day(query: Mapping[str, str], name: str, faults: list[Fault]) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:  # the 31st of February
        day = None
    if day is None:
        faults.append(fault(name, "day", value=text))
    elif not FIRST <= day <= LAST:
        faults.append(fault(name, "day_range", value=text, first=FIRST.isoformat(), last=LAST.isoformat()))
        return None
    return day
