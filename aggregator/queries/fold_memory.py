"""What was read of folds, kept in memory.

A fold never changes: a day that is counted again gets another one. So a query of the same folds has the same result.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import xxhash
from numpy.typing import NDArray

from store.client import Store

MOST_BYTES = 32_000_000  # of all results; those of one page with 5 million points take 6

_Columns = dict[str, NDArray[Any]]
_Key = tuple[str, str, int]


class FoldMemory:
    """The results that were used last, as far as they take at most `most` bytes together."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, _Columns] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def columns(self, store: Store, sql: str, /, **params: object) -> _Columns:
        """As `Store.columns`, of a query that reads folds named in `params` and nothing else. The arrays are
        read-only."""
        if store.cluster:  # one of its servers may not have all rows of a fold yet
            return store.columns(sql, **params)
        key = (store.location, store.database, xxhash.xxh64_intdigest(repr((sql, sorted(params.items()))).encode()))
        with self._lock:
            if found := self._kept.get(key):
                self._kept.move_to_end(key)
                return found
        found = store.columns(sql, **params)
        for column in found.values():
            column.flags.writeable = False
        self._keep(key, found)
        return found

    def _keep(self, key: _Key, found: _Columns) -> None:
        size = _size(found)
        if size > self._most:
            return
        with self._lock:
            if key not in self._kept:
                self._bytes += size
            self._kept[key] = found
            while self._bytes > self._most:
                self._bytes -= _size(self._kept.popitem(last=False)[1])


def _size(columns: _Columns) -> int:
    return sum(column.nbytes for column in columns.values())


memory = FoldMemory()
