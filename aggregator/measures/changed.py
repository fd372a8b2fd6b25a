"""Whether a page has changed since its picture was taken: more visitors than before use elements that it lacks.

Some points are never found on a picture (advertisements that rotate, elements made by scripts), so a share of missing
elements alone says nothing. It is compared with the share of the same picture when it was new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from aggregator.measures.statistics import FEW, newcombe, two_proportion_z
from aggregator.placing.ladder import NONE, TWIN, Certainty, RecordPlaces
from aggregator.shapes.columns import Int64, Mask, UInt64
from aggregator.shapes.records import Records
from store.zones import day_numbered

LEAST_RISE = 0.05  # of the share of visitors with a missing element, and of the share of points on one
ERROR = 0.01  # chance of a false finding, over all days tested
BASELINE_DAYS = 7  # before the picture, at most: used where too few visitors came between picture and change
NAMED = 5  # new elements


@dataclass(frozen=True)
class DayCounts:
    """D days in order, the day of the picture as two: until the picture, and after it. Counted are the points in
    windows of its device class, except those on look-alikes and on records that are not known.

    `key` i64[D]: day since 1970 · 2, + 1 after the picture. `visitors`, `with_missing` i64[D]: visitors, and those who
    used an element that the picture lacks. `points`, `missing` i64[D]: the same of points.
    """

    key: Int64
    visitors: Int64
    with_missing: Int64
    points: Int64
    missing: Int64

    def and_also(self, other: DayCounts) -> DayCounts:
        """These days, and the later ones of `other`."""
        return DayCounts(*(np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(self)))

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


@dataclass(frozen=True)
class MissingPoints:
    """`n` i64[K] points on an element that the picture lacks, by `key` (of DayCounts) and `record`."""

    key: Int64
    record: UInt64
    n: Int64

    def and_also(self, other: MissingPoints) -> MissingPoints:
        """Both together."""
        return MissingPoints(*(np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(self)))


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


def on_picture(places: RecordPlaces) -> tuple[Mask, Mask]:
    """Which records the picture has, and which it lacks; look-alikes are in neither.

    An element that the picture hides is not missing.
    """
    found = (places.rung <= TWIN) | ((places.rung == NONE) & (places.element >= 0))
    doubtful = places.certainty == Certainty.LOOK_ALIKES
    return found & ~doubtful, ~found & ~doubtful


def page_change(days: DayCounts, missing: Callable[[], MissingPoints], records: Records) -> PageChange | None:
    """The change after the picture, on the day from which the shares differ most; None without one.

    `days`: from BASELINE_DAYS before the picture on. `missing` is called if there is a change.

    For each day since the picture, the visitors from that day on are compared with those from the picture to that
    day; if these are fewer than FEW, also with those of the days just before the picture. There is a change if the
    interval of the difference (Newcombe, level 1 − ERROR / number of days) is above LEAST_RISE, the share of points
    has risen by as much, and the last FEW visitors still show it.
    """
    best = days.best() if days.missing.any() else None
    if best is None:
        return None
    first, start = best
    after, before = slice(first, None), slice(start, first)
    points, points_before = int(days.points[after].sum()), int(days.points[before].sum())
    share, share_before = int(days.missing[after].sum()) / points, int(days.missing[before].sum()) / points_before
    if share - share_before < LEAST_RISE:
        return None
    lost, since = missing(), int(days.key[first])
    is_after = lost.key >= since
    is_before = (lost.key >= days.key[start]) & ~is_after
    return PageChange(
        since=day_numbered(since // 2).isoformat(),
        share=round(share, 4),
        points=points,
        visitors=int(days.visitors[after].sum()),
        share_before=round(share_before, 4),
        points_before=points_before,
        visitors_before=int(days.visitors[before].sum()),
        new_elements=_new_elements(lost, (is_before, is_after), points / max(points_before, 1), records),
    )


def _new_elements(
    lost: MissingPoints, when: tuple[Mask, Mask], ratio: float, records: Records
) -> tuple[NewElement, ...]:
    """The missing elements whose points increased most, compared with as many points before: `when` says which are of
    before and after, `ratio` how many points there are after for each one before."""
    at = records.locate(lost.record)
    counts = [np.bincount(at[which & (at >= 0)], lost.n[which & (at >= 0)], len(records)) for which in when]
    rise = counts[1] - counts[0] * ratio
    most = [i for i in np.argsort(-rise, kind="stable").tolist() if rise[i] > 0]
    points: dict[str, int] = {}
    for i in most:  # an element may have several records
        points[records.paths[i]] = points.get(records.paths[i], 0) + int(counts[1][i])
    return tuple(NewElement(path, n) for path, n in list(points.items())[:NAMED])
