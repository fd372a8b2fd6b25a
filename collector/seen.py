"""Which batches are already known: ids in two generations, so that memory is bounded."""

from __future__ import annotations

import contextlib
import mmap
import secrets
import sys
from collections.abc import Iterable, Iterator

import msgspec
import xxhash
from msgspec import Struct

from collector.segments import Record

GENERATION = 200_000  # ids
_HALF = (1 << 64) - 1
_HASHED = sys.hash_info.width - 3  # bits of Python's hash of a number


def batch_id(site: int, view: str, seq: int) -> int:
    """One number for (site, view, seq). The site is in it, so that nobody can claim another's batches."""
    return stored_id(site, xxhash.xxh64_intdigest(view.encode()), seq)


def stored_id(site: int, view: int, seq: int) -> int:
    """The same, from the hash of the view that the store keeps."""
    return (view << 49) | (site << 17) | seq


class _Ids(Struct):
    view: str
    seq: int


class _Site(Struct):
    site: int


_ids = msgspec.json.Decoder(_Ids)
_site = msgspec.json.Decoder(_Site)


def record_id(record: Record) -> int:
    """The id of a batch in the journal, which holds checked batches only."""
    ids = _ids.decode(record.body)
    return batch_id(_site.decode(record.x).site, ids.view, ids.seq)


def ids_of(records: Iterable[Record]) -> Iterator[int]:
    """The ids of the batches in a segment; a record that nobody can read has none, and stops nothing."""
    for record in records:
        with contextlib.suppress(msgspec.DecodeError):
            yield record_id(record)


class Seen:
    """A set that forgets: it holds at least the last `generation` ids and at most twice as many.

    Its memory is taken page by page as ids come: 17 MB at most for generations of 200,000.
    """

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young = _Table(generation)
        self._old = _Table(generation)

    def __contains__(self, key: int) -> bool:
        return self._young.find(key) is None or self._old.find(key) is None

    def __len__(self) -> int:
        return self._young.count + self._old.count

    def add(self, keys: Iterable[int]) -> None:
        """Remember ids of batches that are durable."""
        for key in keys:
            self._young.add(key)
            if self._young.count >= self._generation:
                self._old, self._young = self._young, _Table(self._generation)


class _Table:
    """Open addressing with linear probing in one piece of memory: 16 bytes a slot, of which half stay free at least.

    A set of Python's numbers takes up to 110 bytes an id, and grows as long as it is filled. The low half
    of an id is never 0: its site is in there.
    """

    __slots__ = ("_mask", "_odd", "_shift", "_slots", "count")

    def __init__(self, most: int) -> None:
        bits = (2 * most - 1).bit_length()
        size = 1 << bits
        self._mask = size - 1
        # Multiply-shift hashing (Dietzfelbinger et al. 1997) by a number that no sender of batches can know.
        self._odd = secrets.randbits(_HASHED) | 1
        self._shift = _HASHED - bits
        self._slots = memoryview(mmap.mmap(-1, 16 * size)).cast("Q")  # low half and high half of each id in turn
        self.count = 0

    def find(self, key: int) -> int | None:
        """Where the id would stand; None when it is there."""
        slots, mask, low = self._slots, self._mask, key & _HALF
        slot = hash(key) * self._odd >> self._shift & mask
        while there := slots[2 * slot]:
            if there == low and slots[2 * slot + 1] == key >> 64:
                return None
            slot = slot + 1 & mask
        return 2 * slot

    def add(self, key: int) -> None:
        """While there are fewer than `most`."""
        at = self.find(key)
        if at is not None:
            self._slots[at] = key & _HALF
            self._slots[at + 1] = key >> 64
            self.count += 1
