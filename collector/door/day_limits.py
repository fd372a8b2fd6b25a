"""What the public key of a site can store in a day: bytes, and different pages, elements and names.

The key is in the page's source, so anybody can send valid batches with invented pages and elements. These limits keep
what such batches do to the tables, the lists and the disk within what one day can hold. A day is one of UTC, by the
time of receipt.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Collection
from pathlib import Path

import msgspec
import xxhash
from msgspec import Struct, field

from collector.door.refusal import Reason, Refusal
from collector.settings import DayLimit
from collector.wire import Batch
from store.zones import DAY_MS

log = logging.getLogger("parcours.collector")
FILE = "day-limits"  # in the folder of the journal
ASKINGS = "askings"
RECENT = 500  # texts of a kind; each has at most 2,048 letters


class SiteDay(Struct):
    """What a site has stored on a day. Texts are hashes of 64 bits: about 75 bytes each."""

    day: int  # since 1970
    bytes: int = 0
    pages: set[int] = field(default_factory=set)
    elements: set[int] = field(default_factory=set)
    names: set[int] = field(default_factory=set)
    askings: set[int] = field(default_factory=set)


class _Recent(Struct):
    """Texts of a site that are recognised without hashing."""

    pages: set[str] = field(default_factory=set)
    elements: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class _Stored(Struct):
    """The file. `seed`: of the hashes; secret, so that nobody can choose texts that share one."""

    seed: int
    sites: dict[int, SiteDay]


class DayLimits:
    """Counts for the event loop only. What was counted survives a restart, except for the last minute of a crash."""

    def __init__(self, limit: DayLimit, folder: Path) -> None:
        self._limit = limit
        self._path = folder / FILE
        self._seed = secrets.randbits(63)
        self._sites: dict[int, SiteDay] = {}
        self._recent: dict[int, _Recent] = {}
        self._saved_bytes = -1  # of all sites, when it was last saved
        self._reported: set[tuple[int, int, str]] = set()

    def refusal(self, site: int, received: int, page: str, batch: Batch, size: int) -> Refusal | None:
        """The limit that a batch of `size` bytes would exceed; None counts it."""
        limit, day = self._limit, self._day(site, received // DAY_MS)
        if day.bytes + size > limit.bytes:
            return self._exceeded(Reason.DAY_BYTES, site, day.day, f"{limit.bytes} bytes")
        names: list[str] = batch.custom.n if batch.custom is not None else []
        if batch.ctx.variants:
            names = [*names, *(f"{name}={value}" for name, value in batch.ctx.variants.items())]
        paths = batch.el.p if batch.el is not None else []
        recent = self._recent[site]
        if page in recent.pages and recent.elements.issuperset(paths) and recent.names.issuperset(names):
            day.bytes += size
            return None
        pages, elements, named = self._hashes((page,)), self._hashes(paths), self._hashes(names)
        if _grows_beyond(limit.pages, day.pages, pages):
            return self._exceeded(Reason.DAY_PAGES, site, day.day, f"{limit.pages} pages", page)
        if _grows_beyond(limit.elements, day.elements, elements):
            return self._exceeded(Reason.DAY_ELEMENTS, site, day.day, f"{limit.elements} elements", page)
        if _grows_beyond(limit.names, day.names, named):
            return self._exceeded(Reason.DAY_NAMES, site, day.day, f"{limit.names} names", names[-1])
        day.bytes += size
        day.pages |= pages
        day.elements |= elements
        day.names |= named
        for known, texts in ((recent.pages, (page,)), (recent.elements, paths), (recent.names, names)):
            if len(known) > RECENT:
                known.clear()
            known.update(texts)
        return None

    def askings_beyond(self, site: int, received: int, askings: Collection[str]) -> set[str]:
        """Those of these askings that are new today and beyond the limit; the others are counted."""
        day, beyond = self._day(site, received // DAY_MS), set[str]()
        for asking in askings:
            if _grows_beyond(self._limit.askings, day.askings, hashed := self._hashes((asking,))):
                beyond.add(asking)
            else:
                day.askings |= hashed
        if beyond and (site, day.day, ASKINGS) not in self._reported:
            self._reported.add((site, day.day, ASKINGS))
            log.warning("Site %d has reached its limit of %d askings for today (UTC)", site, self._limit.askings)
        return beyond

    def read(self) -> None:
        """Continue from what an earlier process saved, if it can be read."""
        try:
            stored = msgspec.msgpack.decode(self._path.read_bytes(), type=_Stored)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            log.warning("What was counted for the limits of the day cannot be read: %s", error)
            return
        self._seed, self._sites = stored.seed, stored.sites
        self._recent = {site: _Recent() for site in stored.sites}

    def changed(self) -> bytes | None:
        """What `save` is to write; None when nothing was counted since the last call."""
        now = sum(day.bytes for day in self._sites.values())
        if now == self._saved_bytes:
            return None
        self._saved_bytes = now
        return msgspec.msgpack.encode(_Stored(self._seed, self._sites))

    def save(self, encoded: bytes | None) -> None:
        """Write the counts to disk. Blocks."""
        if encoded is None:
            return
        new = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):  # a full disk stops the journal first, which reports it
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(encoded)
            new.replace(self._path)

    def _day(self, site: int, day: int) -> SiteDay:
        found = self._sites.get(site)
        if found is None or found.day < day:
            found = SiteDay(day)
            self._sites[site], self._recent[site] = found, _Recent()
        return found

    def _hashes(self, texts: Collection[str]) -> set[int]:
        hashed, seed = xxhash.xxh3_64_intdigest, self._seed
        return {hashed(text.encode("utf-8", "surrogatepass"), seed) for text in texts}

    def _exceeded(self, reason: Reason, site: int, day: int, most: str, example: str = "") -> Refusal:
        if (site, day, reason.value.code) not in self._reported:
            self._reported = {one for one in self._reported if one[1] >= day} | {(site, day, reason.value.code)}
            log.warning("Site %d has reached its limit of %s for today (UTC): %s", site, most, reason.value.hint)
        words = f"The site has its {most} of today."
        return reason.with_message(f"{words} Not stored: {example[:200]!r}." if example else words)


def _grows_beyond(most: int, known: set[int], added: set[int]) -> bool:
    new = len(added - known)
    return bool(new) and len(known) + new > most
