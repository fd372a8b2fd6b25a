"""The days before and after an opportunity was shipped: as many of each, without the day itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rules.fields import day_of
from store.journeys import FrozenFigure

DAYS = 28  # before, when a figure is kept


@dataclass(frozen=True)
class DaySpan:
    """Days, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def days_before(shipped: date) -> DaySpan:
    """The days whose figure is kept when an opportunity is shipped."""
    return DaySpan(shipped - timedelta(days=DAYS), shipped - timedelta(days=1))


def days_after(shipped: date, before: DaySpan) -> DaySpan:
    """As many days as before, from the day after it was shipped."""
    return DaySpan(shipped + timedelta(days=1), shipped + timedelta(days=before.days))


def span_of(kept: FrozenFigure) -> DaySpan | None:
    """The days of a figure that was kept; None if they are no days."""
    since, until = day_of(kept.since), day_of(kept.until)
    return DaySpan(since, until) if since and until and since <= until else None
