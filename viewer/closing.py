"""Closes the days of sites that keep counts only: counts them, and has every row of a single visitor erased.

A day of UTC is closed GRACE hours after its end, because pages stay open past midnight. What arrives later for a closed
day is not counted, and erased with the next hour.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from aggregator.queries.closing import (
    ClosingDay,
    close_day,
    closed_days,
    coarsen_refusals,
    days_with_rows,
    forget_smaller,
    hide_rows,
    keep_elements,
    sites_with_open_days,
)
from rules.erasure import closing_of
from store.client import Store
from store.definitions import Conflict, Definitions
from store.records import Erasure, Site
from store.zones import UTC_ZONE
from viewer.erasing import Erasing

log = logging.getLogger("parcours.viewer.closing")
GRACE = timedelta(hours=2)
MOST_EMPTY = 60  # days without visits that are closed at once, after the server was away


class Closing:
    """For the thread that folds days. `closed` is called when a day was closed."""

    def __init__(
        self, store: Store, definitions: Definitions, erasing: Erasing, closed: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._erasing = erasing
        self._closed = closed

    def work(self, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
        """Close every day that is over; the number of days. Raises StoreError."""
        today = (now.astimezone(UTC) - GRACE).date()
        open_days, done = set(sites_with_open_days(self._store)), 0
        for site in self._definitions.find(Site):
            if stopping():
                break
            number = int(site.id)
            if site.counts_only:
                hidden = hide_rows(self._store, number)
                forget_smaller(self._store, number, site.least_visitors)
            if site.counts_only or number in open_days:
                done += self._close(site, today, stopping)
                if site.counts_only and hidden:
                    self._closed()
        return done

    def _close(self, site: Site, today: date, stopping: Callable[[], bool]) -> int:
        """Count the days before `today` that were not counted yet, and have the rows of all of them erased."""
        number, done = int(site.id), 0
        left, closed = days_with_rows(self._store, number, today), closed_days(self._store, number)
        wanted = {*left, *(_days_since(max(closed, default=None), today) if site.counts_only else ())}
        for day in sorted(wanted - closed):
            if stopping():
                return done
            close_day(self._store, ClosingDay(number, day, site.least_visitors))
            done += 1
        begin = UTC_ZONE.midnight(today)
        keep_elements(self._store, number, begin)
        coarsen_refusals(self._store, number, begin)
        self._erase(closing_of(site, begin), bool(left))
        if done:
            self._closed()
        return done

    def _erase(self, wanted: Erasure, rows_left: bool) -> None:
        """Ask for the erasure, in the journal too: once a day, and whenever rows of closed days came in late."""
        last = next((one for one in self._erasing.all() if one.id == wanted.id), None)
        if last is not None and last.state != "done":
            return
        if last is None or rows_left or wanted.until["views"] > last.until.get("views", 0):
            try:
                self._erasing.submit(replace(wanted, version=last.version if last else 0))
            except Conflict:
                log.info("%s is done by another process", wanted.id)


def _days_since(last: date | None, today: date) -> list[date]:
    """The days after the `last` closed one, also those without visits: they must not be told from days with too few
    visitors."""
    days = min((today - last).days - 1, MOST_EMPTY) if last else 1
    return [today - timedelta(days=n) for n in range(1, days + 1)]
