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

from collector.journal.segments import JournalRecord

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


def record_id(record: JournalRecord) -> int:
    """The id of a batch in the journal, which holds checked batches only."""
    ids = _ids.decode(record.body)
    return batch_id(_site.decode(record.x).site, ids.view, ids.seq)


def ids_of(records: Iterable[JournalRecord]) -> Iterator[int]:
    """The ids of the batches in a segment; a record that nobody can read has none, and stops nothing."""
    for record in records:
        with contextlib.suppress(msgspec.DecodeError):
            yield record_id(record)


class KnownBatches:
    """A set that forgets: it holds at least the last `generation` ids and at most twice as many.

    Two tables with open addressing and linear probing, 16 bytes a slot, of which half stay free at least. Their
    memory is taken page by page as ids come: 17 MB at most for generations of 200,000. Python's sets of numbers
    take six times as much, and grow as long as they are filled.
    """

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        bits = (2 * generation - 1).bit_length()
        self._size = 1 << bits
        # Multiply-shift hashing (Dietzfelbinger et al. 1997) by a number that no sender of batches can know.
        self._odd = secrets.randbits(_HASHED) | 1
        self._shift = _HASHED - bits
        self._young, self._old = self._table(), self._table()
        self._young_count = self._old_count = 0

    def __contains__(self, key: int) -> bool:
        low, high, mask = key & _HALF, key >> 64, self._size - 1
        first = hash(key) * self._odd >> self._shift & mask
        for slots in (self._young, self._old):
            slot = first
            while there := slots[2 * slot]:
                if there == low and slots[2 * slot + 1] == high:
                    return True
                slot = slot + 1 & mask
        return False

    def __len__(self) -> int:
        return self._young_count + self._old_count

    def add(self, keys: Iterable[int]) -> None:
        """Remember ids of batches that are durable."""
        mask = self._size - 1
        for key in keys:
            low, high, slots = key & _HALF, key >> 64, self._young
            slot = hash(key) * self._odd >> self._shift & mask
            while there := slots[2 * slot]:
                if there == low and slots[2 * slot + 1] == high:
                    break
                slot = slot + 1 & mask
            else:
                slots[2 * slot], slots[2 * slot + 1] = low, high
                self._young_count += 1
                if self._young_count >= self._generation:
                    self._old, self._young = self._young, self._table()
                    self._old_count, self._young_count = self._young_count, 0

    def _table(self) -> memoryview[int]:
        """Low and high half of each id in turn. A low half of 0 is a free slot: no id has one, its site is in there."""
        return memoryview(mmap.mmap(-1, 16 * self._size)).cast("Q")
