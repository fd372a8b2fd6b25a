"""Records of elements: what is known of the element that a point was made on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Int64, UInt64


@dataclass(frozen=True)
class Records:
    """R distinct records, sorted by `record` id; `paths` and `fps` are as the tracker sent them."""

    record: UInt64
    key: UInt64
    paths: list[str]
    fps: list[str]

    def __len__(self) -> int:
        return len(self.record)

    def locate(self, record: UInt64) -> Int64:
        """Index of each record id, -1 where it is not known."""
        return located(self.record, record)


@dataclass(frozen=True)
class RecordTimes:
    """When R records were seen in views of which something does not stand any more: `first`, `last` i64[R]
    ms since 1970, `times` i64[R] how often; 0 where never."""

    first: Int64
    last: Int64
    times: Int64


def distinct(ids: UInt64) -> tuple[UInt64, Int64]:
    """The different ones of N ids, in order, and which of them each is: i64[N]. Faster than `np.unique` with the
    inverse, which sorts all of them."""
    found = np.unique(ids)
    return found, located(found, ids)


def located(ids: UInt64, wanted: UInt64) -> Int64:
    """Index of each wanted id among different `ids` in order, -1 where it is not there."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    # A table of slots first, and a search only where the slot holds another id: five times faster for a million.
    slots = np.zeros(1 << _SLOT_BITS, np.int64)
    slots[_slot(ids)] = np.arange(len(ids))
    at: Int64 = slots[_slot(wanted)]
    wrong = np.flatnonzero(ids[at] != wanted)
    if len(wrong):
        searched = np.minimum(np.searchsorted(ids, wanted[wrong]), len(ids) - 1)
        at[wrong] = np.where(ids[searched] == wanted[wrong], searched, -1)
    return at


_SLOT_BITS = 16
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 ÷ golden ratio: spreads even small numbers over the slots


def _slot(record: UInt64) -> UInt64:
    return (record * _MIX) >> np.uint64(64 - _SLOT_BITS)


def records_of(record: UInt64, key: UInt64, paths: Sequence[str], fps: Sequence[str]) -> Records:
    """Records from rows in any order; of repeated ids the first counts."""
    ids, first = np.unique(np.asarray(record, np.uint64), return_index=True)
    return Records(
        record=ids,
        key=np.asarray(key, np.uint64)[first],
        paths=[paths[i] for i in first],
        fps=[fps[i] for i in first],
    )
