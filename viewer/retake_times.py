"""When the pictures of a page are taken again by schedule, and which old ones are deleted. Times are ms since 1970."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from store.records import Schedule
from store.snapshots import Snapshot
from store.zones import DAY_MS, UTC_ZONE, Zone

HOUR = 3_600_000
DAY = DAY_MS
QUIET_HOURS = 3  # a night's retakes begin within these
NIGHT = 2  # hour in which they begin where nothing is known of the traffic
EARLY = 18 * HOUR  # how much before the end of its interval a picture is due, so that "daily" means every night
INTERVALS: dict[Schedule, int] = {"daily": 1, "weekly": 7, "monthly": 30, "changed": 1}  # days
LONGEST_WAIT = 30  # days after repeated failures


def quiet_hour(views: Sequence[int]) -> int:
    """The first of the QUIET_HOURS consecutive hours with the fewest views; `views`: one number for each hour of
    the day."""
    if not any(views):
        return NIGHT
    sums = [sum(views[(hour + n) % 24] for n in range(QUIET_HOURS)) for hour in range(24)]
    return min(range(24), key=lambda hour: (sums[hour], (hour - NIGHT) % 24))


def next_retake(schedule: Schedule, taken: int, begun: int, failures: int, quiet: int, zone: Zone = UTC_ZONE) -> int:
    """The quiet hour (of `zone`) in which a picture is due again: a day, week or month after it was `taken`.

    `begun`: when the last retake of its page began, with so many `failures` in a row; after each of them, the wait
    doubles, from one day to LONGEST_WAIT.
    """
    days = INTERVALS[schedule]
    if failures:
        earliest = max(taken + days * DAY, begun + min(1 << failures - 1, LONGEST_WAIT) * DAY) - EARLY
    else:
        earliest = max(taken, begun) + days * DAY - EARLY
    return zone.at_hour(quiet, earliest)


def may_begin(now: int, due: int, quiet: int, zone: Zone = UTC_ZONE) -> bool:
    """Whether a retake that is `due` begins now: in the quiet hours, or at any time if it is a day late."""
    return now >= due and ((zone.hour(now) - quiet) % 24 < QUIET_HOURS or now - due >= DAY)


def begins(now: int, due: int, quiet: int, zone: Zone = UTC_ZONE) -> int:
    """When a retake that is `due` begins, seen from `now`: an overdue one in the next quiet hours."""
    return due if due >= now else now if may_begin(now, due, quiet, zone) else zone.at_hour(quiet, now)


def surplus(history: Sequence[Snapshot], keep: int, chosen: Collection[int]) -> list[Snapshot]:
    """The pictures beyond the `keep` newest of their width, variant and state, without the ids that are `chosen`.

    `history`: as from store.snapshots.Snapshots.history, the newest of each series first.
    """
    seen: dict[tuple[str, int, str, str], int] = {}
    found = []
    for one in history:
        series = (one.page, one.width, one.variant, one.state)
        seen[series] = seen.get(series, 0) + 1
        if seen[series] > keep and one.id not in chosen:
            found.append(one)
    return found
