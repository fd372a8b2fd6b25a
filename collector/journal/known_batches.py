"""Which batches are already known, so that a repeated one is answered but not stored again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import msgspec
import xxhash
from msgspec import Struct

from collector.journal.segments import JournalRecord
from store.open_days import site_of_rows

GENERATION = 200_000  # ids


def batch_id(site: int, view: str, seq: int) -> int:
    """One number for (site, view, seq). It includes the site, so that no site can claim another's batches."""
    return stored_id(site, xxhash.xxh64_intdigest(view.encode()), seq)


def stored_id(site: int, view: int, seq: int) -> int:
    """The same, from the hash of the view that the store keeps."""
    return (view << 49) | (site_of_rows(site) << 17) | seq


class _Ids(Struct):
    view: str
    seq: int


class _Site(Struct):
    site: int


_ids = msgspec.json.Decoder(_Ids)
_site = msgspec.json.Decoder(_Site)


def record_id(record: JournalRecord) -> int:
    """The id of a batch in the journal, which holds only validated batches."""
    ids = _ids.decode(record.body)
    return batch_id(_site.decode(record.x).site, ids.view, ids.seq)


def ids_of(records: Iterable[JournalRecord]) -> Iterator[int]:
    """The ids of the batches in a segment. A record that cannot be read is skipped."""
    for record in records:
        with contextlib.suppress(msgspec.DecodeError):
            yield record_id(record)


class KnownBatches:
    """A set of ids that forgets the oldest: it holds at least the last `generation` ids and fewer than twice as many.

    Two plain sets, about 107 bytes per id: 43 MB at most with generations of 200,000 (docs/decisions/0022).
    """

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __contains__(self, id: int) -> bool:
        return id in self._young or id in self._old

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def of_site(self, site: int) -> set[int]:
        """The ids that are known of a site."""
        return {id for known in (self._young, self._old) for id in known if (id >> 17) & 0xFFFFFFFF == site}

    def discard(self, ids: Iterable[int]) -> None:
        """Forget batches that were erased."""
        gone = set(ids)
        self._young -= gone
        self._old -= gone

    def add(self, ids: Iterable[int]) -> None:
        """Remember the ids of batches that are durable."""
        for id in ids:
            self._young.add(id)
            if len(self._young) >= self._generation:
                self._old, self._young = self._young, set()
