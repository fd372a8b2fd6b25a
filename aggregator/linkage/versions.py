"""Matches the versions of a page: records from before and after an edit claim the same element and would compete.

So each version is matched separately. Records that are in the layout exactly as recorded ("standing"), from views in
which all records are, are set aside. The rest is matched period by period. Where a picture from a period exists, its
records are found in that picture and then followed from layout to layout, where all properties are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.choice import ElementChoice
from aggregator.linkage.matching import match_layouts, match_records
from aggregator.shapes.columns import Float32, Int32, Int64, Mask, UInt64
from aggregator.shapes.records import Records, RecordTimes
from store.layouts import Layout

CHANGED_KEYS = 3  # keys whose records change at one time, from which it is an edit
CHANGED_SHARE = 0.2  # … and this share of the keys that were seen before and after
VOLATILE = 4  # records of one key, above which the key differs between visitors
MOST_TIMES = 200  # tried as the time of an edit
MOST_SPLITS = 4  # nested
MOST_RECORDS = 2_500  # of one period; those seen least are not matched
OF_ITS_TIME = 0.5  # share of a period's records that a picture of its time must have
STANDING = 50.0  # nats of a record that is in the layout as it was recorded


@dataclass(frozen=True)
class PastLayout:
    taken: int  # ms since 1970
    layout: Layout


def standing(records: Records, layout: Layout) -> Int32:
    """i32[R]: the element with the same key and equal fingerprints, -1 if there is none."""
    at: dict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(layout.keys.tolist()):
        at[key].append(i)
    found = np.full(len(records), -1, np.int32)
    for n, (key, fp) in enumerate(zip(records.key.tolist(), records.fps, strict=True)):
        for i in at.get(key, ()):
            if layout.fps[i] == fp:
                found[n] = i
                break
    return found


def match_versions(
    records: Records,
    seen: RecordTimes,
    layout: Layout,
    older: Sequence[PastLayout] = (),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> ElementChoice:
    """For each of R records, its element of the layout (hidden ones too), or -1. `older`: earlier layouts."""
    own = standing(records, layout)
    now = (own >= 0) & (seen.times == 0)
    element = np.where(now, own, -1).astype(np.int32)
    score = np.where(now, STANDING, np.nan).astype(np.float32)
    rest = np.flatnonzero(~now)
    parts = periods(records.key[rest], seen.first[rest], seen.last[rest], [p.taken for p in older])
    chain = _Chain(layout, older)
    # The oldest first: for a record in several periods, the latest that matched it is right.
    for n, part in enumerate(parts):
        progress(n, len(parts))
        which = rest[part]
        if len(which) > MOST_RECORDS:
            which = np.sort(which[np.argsort(-seen.times[which], kind="stable")[:MOST_RECORDS]])
        found = chain.match(_take(records, which), int(seen.last[which].max(initial=0)))
        good = found.element >= 0
        element[which[good]], score[which[good]] = found.element[good], found.score[good]
    return ElementChoice(element, score)


def periods(key: UInt64, first: Int64, last: Int64, pictures: Sequence[int] = ()) -> list[Int64]:
    """Indices of the records of each period, the oldest first; a record may be in several.

    A period ends at each picture, and at each edit: a time at which many keys change their record.
    """
    everything = np.arange(len(key))
    cuts = sorted(set(pictures))
    parts = []
    for begin, end in zip([-np.inf, *cuts], [*cuts, np.inf], strict=True):
        part = everything[(first < end) & (last >= begin)]
        parts += _split(part, key, first, last, MOST_SPLITS)
    return [part for part in parts if len(part)]


def _split(part: Int64, key: UInt64, first: Int64, last: Int64, more: int) -> list[Int64]:
    at = _edit(key[part], first[part], last[part]) if more and len(part) else None
    if at is None:
        return [part]
    before, after = part[first[part] < at], part[last[part] >= at]
    if len(before) == len(part) or len(after) == len(part):
        return [part]
    return _split(before, key, first, last, more - 1) + _split(after, key, first, last, more - 1)


def _edit(key: UInt64, first: Int64, last: Int64) -> int | None:
    """The time at which most keys changed their record, None without evidence of an edit."""
    _, of, count = np.unique(key, return_inverse=True, return_counts=True)
    steady = (count[of] > 1) & (count[of] <= VOLATILE)
    times = np.unique(first[steady])[1:]
    if len(times) > MOST_TIMES:
        times = times[np.linspace(0, len(times) - 1, MOST_TIMES).astype(int)]
    best, most = None, 0
    for t in times.tolist():
        before, after = first < t, last >= t
        n = len(count)
        has_before = np.bincount(of[before], minlength=n) > 0
        has_after = np.bincount(of[after], minlength=n) > 0
        stays = np.bincount(of[before & after], minlength=n) > 0
        both = has_before & has_after
        changed = int((both & ~stays & (np.bincount(of[steady], minlength=n) > 0)).sum())
        kept = int((both & stays).sum())
        if changed > most and changed >= CHANGED_KEYS and changed >= CHANGED_SHARE * (changed + kept):
            best, most = t, changed
    return best


class _Chain:
    """Matches through a picture of the records' time if there is one, otherwise directly."""

    def __init__(self, layout: Layout, older: Sequence[PastLayout]) -> None:
        self.layout, self.older = layout, older
        self._onward: dict[int, ElementChoice] = {}

    def match(self, records: Records, until: int) -> ElementChoice:
        direct = match_records(records, self.layout)
        n, at = self._picture(records, until)
        if n < 0:
            return direct
        if n not in self._onward:
            self._onward[n] = match_layouts(self.older[n].layout, self.layout)
        onward = self._onward[n]
        there = at >= 0
        element: Int32 = np.where(there, onward.element[at], direct.element)
        score: Float32 = np.where(there, onward.score[at], direct.score)
        return ElementChoice(*_one_to_one(element, score, there))

    def _picture(self, records: Records, until: int) -> tuple[int, Int32]:
        """The picture that has most of the records, if that is half of them; of equals the nearest in time."""
        best, its = -1, np.empty(0, np.int32)
        near = sorted(range(len(self.older)), key=lambda n: abs(self.older[n].taken - until))
        for n in near:
            at = standing(records, self.older[n].layout)
            if (at >= 0).sum() > max((its >= 0).sum() if len(its) else 0, OF_ITS_TIME * len(records)):
                best, its = n, at
        return best, its


def _one_to_one(element: Int32, score: Float32, first: Mask) -> tuple[Int32, Float32]:
    """Drop direct matches to an element that the match through a picture (`first`) gives to another record."""
    taken = element[first & (element >= 0)]
    lost = ~first & np.isin(element, taken)
    return np.where(lost, -1, element).astype(np.int32), np.where(lost, np.nan, score).astype(np.float32)


def _take(records: Records, which: Int64) -> Records:
    return Records(
        records.record[which],
        records.key[which],
        [records.paths[i] for i in which.tolist()],
        [records.fps[i] for i in which.tolist()],
    )
