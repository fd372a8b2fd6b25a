"""Whether a page has changed since its picture was taken: more visitors than before use elements that it lacks.

Some points are never found on a picture (advertisements that rotate, elements made by scripts), so a share of missing
elements alone says nothing. It is compared with the share of the same picture when it was new.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.measures.statistics import FEW, newcombe, two_proportion_z
from aggregator.placing.ladder import NONE, TWIN, Certainty, RecordPlaces
from aggregator.shapes.columns import Int64, Mask, UInt64
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from store.zones import DAY_MS, UTC_ZONE, Zone, day_numbered

LEAST_RISE = 0.05  # of the share of visitors with a missing element, and of the share of points on one
ERROR = 0.01  # chance of a false finding, over all days tested
BASELINE_DAYS = 7  # before the picture, at most: used where too few visitors came between picture and change
NAMED = 5  # new elements
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 ÷ golden ratio
_DAY_BITS = np.uint64(0xFFF)
_DEVICE_LIMITS = (600, 1024)  # px: store.devices.device_of


@dataclass(frozen=True)
class LookedUp:
    """N points looked up on a picture, of windows of its device class: `missing` where it lacks the element.

    `time` i64 ms since 1970, `visitor` u64, `record` u64.
    """

    time: Int64
    visitor: UInt64
    record: UInt64
    missing: Mask

    def __len__(self) -> int:
        return len(self.time)

    def and_also(self, other: LookedUp) -> LookedUp:
        """Both together."""
        return LookedUp(
            np.concatenate((self.time, other.time)),
            np.concatenate((self.visitor, other.visitor)),
            np.concatenate((self.record, other.record)),
            np.concatenate((self.missing, other.missing)),
        )

    def take(self, which: Mask) -> LookedUp:
        """The points of a mask."""
        return LookedUp(self.time[which], self.visitor[which], self.record[which], self.missing[which])

    def missing_share_after(self, taken: int) -> float:
        """Share of the points after `taken` (ms since 1970) whose element is missing; 0 without any."""
        after = self.missing[self.time > taken]
        return float(after.mean()) if len(after) else 0.0


@dataclass(frozen=True)
class NewElement:
    """An element that the picture lacks, with its number of points since the change."""

    path: str
    points: int


@dataclass(frozen=True)
class PageChange:
    """The page has changed `since` (a day): `share` of the `points` from then on are on elements that the picture
    lacks, and `share_before` of the `points_before`. `visitors` and `visitors_before` are visitors per day, summed.
    """

    since: str
    share: float
    points: int
    visitors: int
    share_before: float
    points_before: int
    visitors_before: int
    new_elements: tuple[NewElement, ...] = ()


def look_up(points: Points, records: Records, places: RecordPlaces, width: int) -> LookedUp:
    """The points of windows like the picture's (`width` px). Left out: look-alikes, and points whose record is unknown.

    An element that the picture hides is not missing.
    """
    at = records.locate(points.record)
    found = (places.rung <= TWIN) | ((places.rung == NONE) & (places.element >= 0))
    doubtful = places.certainty == Certainty.LOOK_ALIKES
    of_width = np.digitize(points.viewport_w, _DEVICE_LIMITS) == np.digitize(width, _DEVICE_LIMITS)
    kept = np.flatnonzero((at >= 0) & of_width)
    kept = kept[~doubtful[at[kept]]]
    return LookedUp(points.time[kept], points.visitor[kept], points.record[kept], ~found[at[kept]])


def page_change(looked_up: LookedUp, taken: int, records: Records, zone: Zone = UTC_ZONE) -> PageChange | None:
    """The change after `taken` (ms since 1970), on the day (of `zone`) from which the shares differ most; None without
    one.

    For each day since the picture, the visitors from that day on are compared with those from the picture to that
    day; if these are fewer than FEW, also with those of the days just before the picture. There is a change if the
    interval of the difference (Newcombe, level 1 − ERROR / number of days) is above LEAST_RISE, the share of points
    has risen by as much, and the last FEW visitors still show it.
    """
    recent = looked_up.time > taken - BASELINE_DAYS * DAY_MS
    if not looked_up.missing[recent].any():
        return None
    looked_up = looked_up.take(recent)
    days = _Days.of(looked_up, taken, zone)
    best = days.best()
    if best is None:
        return None
    first, start = best
    after = days.of_point >= first
    before = (days.of_point >= start) & ~after
    share, share_before = float(looked_up.missing[after].mean()), float(looked_up.missing[before].mean())
    if share - share_before < LEAST_RISE:
        return None
    since = day_numbered(int(days.key[first]) // 2)
    return PageChange(
        since=since.isoformat(),
        share=round(share, 4),
        points=int(after.sum()),
        visitors=int(days.visitors[first:].sum()),
        share_before=round(share_before, 4),
        points_before=int(before.sum()),
        visitors_before=int(days.visitors[start:first].sum()),
        new_elements=_new_elements(looked_up, before, after, records),
    )


@dataclass(frozen=True)
class _Days:
    """D days in order, the day of the picture as two: until the picture, and after it.

    `key` i64[D]: day since 1970 · 2, + 1 after the picture. `visitors`, `with_missing` i64[D]: visitors, and those with
    a missing element. `of_point` i64[N]: index of the day of each point.
    """

    key: Int64
    visitors: Int64
    with_missing: Int64
    of_point: Int64

    @classmethod
    def of(cls, looked_up: LookedUp, taken: int, zone: Zone) -> _Days:
        key = zone.days(looked_up.time) * 2 + (looked_up.time > taken)
        first = int(key.min())
        present = np.bincount(key - first) > 0
        of_point = (np.cumsum(present) - 1)[key - first]
        days = np.flatnonzero(present) + first
        # One number for a visitor on a day: 52 bits of the visitor, spread evenly, and 12 of the day.
        pairs = (looked_up.visitor * _MIX & ~_DAY_BITS) | of_point.astype(np.uint64)

        def visitors(of: UInt64) -> Int64:
            return np.bincount((np.unique(of) & _DAY_BITS).astype(np.int64), minlength=len(days))

        return cls(days, visitors(pairs), visitors(pairs[looked_up.missing]), of_point)

    def best(self) -> tuple[int, int] | None:
        """Index of the day of the change, and of the first day it is compared with; None if nothing has changed."""
        picture = int(np.searchsorted(self.key % 2, 1))  # the days after the picture come last
        candidates = range(max(picture, 1), len(self.key))
        n, x = (np.concatenate(([0], np.cumsum(of_day))) for of_day in (self.visitors, self.with_missing))
        found: list[tuple[float, int, int]] = []
        for first in candidates:
            start = min(picture, int(np.searchsorted(n[: first + 1], n[first] - FEW, side="right")) - 1)
            if start < 0:
                continue
            n0, x0 = int(n[first] - n[start]), int(x[first] - x[start])
            n1, x1 = int(n[-1] - n[first]), int(x[-1] - x[first])
            if n1 < FEW:
                continue
            low, _ = newcombe(x0, n0, x1, n1, 1 - ERROR / len(candidates))
            z, _ = two_proportion_z(x0, n0, x1, n1)
            if float(low) > LEAST_RISE and self._still(x0 / n0 + LEAST_RISE):
                found.append((float(z), first, start))
        if not found:
            return None
        _, first, start = max(found)
        return first, start

    def _still(self, share: float) -> bool:
        """Whether more than this share of the last visitors, at least FEW, have a missing element."""
        n, x = np.cumsum(self.visitors[::-1]), np.cumsum(self.with_missing[::-1])
        enough = min(int(np.searchsorted(n, FEW)), len(n) - 1)
        return bool(x[enough] > share * n[enough])


def _new_elements(looked_up: LookedUp, before: Mask, after: Mask, records: Records) -> tuple[NewElement, ...]:
    """The missing elements whose points increased most, compared with as many points before."""
    at = records.locate(looked_up.record)
    counted = looked_up.missing & (at >= 0)
    counts = [np.bincount(at[counted & when], minlength=len(records)) for when in (before, after)]
    rise = counts[1] - counts[0] * (after.sum() / max(int(before.sum()), 1))
    most = [i for i in np.argsort(-rise, kind="stable").tolist() if rise[i] > 0]
    points: dict[str, int] = {}
    for i in most:  # an element may have several records
        points[records.paths[i]] = points.get(records.paths[i], 0) + int(counts[1][i])
    return tuple(NewElement(path, n) for path, n in list(points.items())[:NAMED])
