"""Which batches are already known: ids in two generations, so that memory is bounded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import msgspec
import xxhash
from msgspec import Struct

from collector.segments import Record

GENERATION = 200_000  # ids; about 100 bytes each


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
    """A set that forgets: it holds at least the last `generation` ids and at most twice as many."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __contains__(self, key: int) -> bool:
        return key in self._young or key in self._old

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def add(self, keys: Iterable[int]) -> None:
        """Remember ids of batches that are durable."""
        self._young.update(keys)
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, set()
