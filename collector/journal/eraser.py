"""Erases batches from the segments of a journal, in whatever state they are, quarantine included.

An erased batch becomes a line from which the store makes no rows. So the segment keeps its name, which is the token of
its insert, and the numbers of its other batches (`….left`): it is stored as often as before, without that batch.

A batch is erased as a whole if any of it lies in the period. The limits of a site can also erase only the points or the
events of a batch.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from collector.journal.known_batches import ids_of
from collector.journal.quarantine import DAMAGED, WHY, QuarantineNote, write_whole
from collector.journal.segments import DONE, SEALED, JournalRecord, as_line, encode_record, paths, read_records
from store.erasure import hash_of
from store.open_days import site_of_rows
from store.records import Erasure

log = logging.getLogger("parcours.collector")
ERASED = encode_record(0, b"{}", b'{"seq":1}')  # makes no row: no viewport, not the first batch of a view, no arrays
DEAD_SECONDS = 600  # a collector may still accept batches of a deleted site for some seconds
_POINTS, _EVENTS = ("click", "hover"), ("custom", "resize", "input", "submit", "error", "ask")
_SITE = re.compile(rb'"site": ?(\d+)')
_NO_WORDS = "(the message was erased with its batches)"


class _Head(Struct):
    """The part of an enrichment that decides whether a batch is erased; a blank line has none of it."""

    site: int = 0
    page: str = ""
    visitor: str = ""
    sender: str = ""
    shift: int = 0


class _Times(Struct):
    t0: int = 0
    sent: int = 0


_head = msgspec.json.Decoder(_Head)
_times = msgspec.json.Decoder(_Times)


class JournalEraser:
    """Applies erasures to the files of a journal, each once. For the thread that inserts them only.

    `read`: all erasures, raises StoreError; `gone`: is called with the sites that were deleted, before their batches
    are; `forget`: is called with the ids of the batches that were erased, so that they can arrive again.
    """

    def __init__(
        self,
        folder: Path,
        read: Callable[[], Sequence[Erasure]],
        gone: Callable[[set[int]], None] = lambda _: None,
        forget: Callable[[Sequence[int]], None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._read = read
        self._gone = gone
        self._forget = forget
        self._applied: set[tuple[str, int]] = set()
        self._read_at = float("-inf")
        self._batches: Counter[str] = Counter()

    @property
    def batches(self) -> dict[str, int]:
        """Id of each erasure that was applied → the batches that it found, erased as a whole or in part."""
        return dict(self._batches)

    def apply(self, within: float = 0.0) -> None:
        """Apply what was not applied yet, unless the erasures were read `within` seconds. Raises StoreError."""
        if time.monotonic() - self._read_at < within:
            return
        now = time.time() * 1000
        found = [
            one
            for one in self._read()
            if (one.id, one.asked) not in self._applied or (one.whole_site and now - one.asked < DEAD_SECONDS * 1000)
        ]
        if dead := {int(one.site) for one in found if one.whole_site}:
            self._gone(dead)
        if found:
            batches = Counter(dict.fromkeys((one.id for one in found), 0))
            erased = erase_in(self._folder, found, batches)
            for one in found:
                if (one.id, one.asked) not in self._applied:  # an id that is used again counts anew
                    self._batches[one.id] = 0
            for id, number in batches.items():
                self._batches[id] += number
            self._applied |= {(one.id, one.asked) for one in found}
            self._forget(erased)
        self._read_at = time.monotonic()


def erase_in(folder: Path, erasures: Sequence[Erasure], batches: Counter[str] | None = None) -> list[int]:
    """Erase in every file of a journal; the ids of the batches that were erased as a whole. `batches`: counts those
    that each erasure found, by its id."""
    batches = Counter() if batches is None else batches
    by_site: dict[int, list[Erasure]] = {}
    for one in erasures:
        by_site.setdefault(int(one.site), []).append(one)
    for leftover in [*folder.glob("*.*.new"), *folder.glob("quarantine/*.*.new")]:
        leftover.unlink(missing_ok=True)
    found: list[int] = []
    for path in _files(folder):
        with suppress(FileNotFoundError):  # `parcours journal` moved it: it is in the other folder then
            found += _erase_in_file(path, by_site, batches)
    for path in _files(folder):  # once more, for a segment that was put back meanwhile
        with suppress(FileNotFoundError):
            found += _erase_in_file(path, by_site, batches)
    _erase_words(folder / "discarded.log", set(by_site))
    return found


def _files(folder: Path) -> list[Path]:
    aside = folder / "quarantine"
    return [*paths(aside, SEALED), *paths(aside, DAMAGED), *paths(folder, SEALED), *paths(folder, DONE)]


def _erase_in_file(path: Path, by_site: Mapping[int, Sequence[Erasure]], batches: Counter[str]) -> list[int]:
    """Replace a file by one without what is erased, whole or not at all."""
    data = path.read_bytes()
    records = list(read_records(data))
    lines = [_rest(record, by_site, batches) for record in records]
    tail = data[records[-1].end :] if records else data
    # What cannot be read is kept if it is of other sites.
    named = [site_of_rows(int(number)) for number in _SITE.findall(tail)]
    kept = tail if named and by_site.keys().isdisjoint(named) else b""
    changed = [n for n, line in enumerate(lines) if line is not None]
    if not changed and kept == tail:
        return []
    # Before the file itself: a process that dies in between finds what is left to erase by the file.
    why = Path(f"{path}{WHY}")
    with suppress(OSError, msgspec.DecodeError):
        note = msgspec.json.decode(why.read_bytes(), type=QuarantineNote)
        write_whole(why, msgspec.json.encode(msgspec.structs.replace(note, error=_NO_WORDS)))
    status = path.stat()
    body = b"".join(as_line(record) if line is None else line for record, line in zip(records, lines, strict=True))
    write_whole(path, body + kept)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # how long an inserted segment is kept begins then
    log.info("%s: %d batches erased", path.name, len(changed))
    return list(ids_of(records[n] for n in changed if lines[n] == ERASED))


def _rest(record: JournalRecord, by_site: Mapping[int, Sequence[Erasure]], batches: Counter[str]) -> bytes | None:
    """The line that is left of a record; None if it stays as it is."""
    try:
        x = _head.decode(record.x)
        site = site_of_rows(x.site)
        if site not in by_site:
            return None
        times = _times.decode(record.body)
    except msgspec.DecodeError:
        return None
    span = (times.t0 + x.shift, max(times.t0, times.sent) + x.shift)
    found = {one.id: set(_kinds(one, x, span, record.received)) for one in by_site[site]}
    kinds = {kind for of_one in found.values() for kind in of_one}
    if "views" in kinds:
        batches.update(id for id, of_one in found.items() if "views" in of_one)
        return ERASED
    keys = {*(_POINTS if "points" in kinds else ()), *(_EVENTS if "events" in kinds else ())}
    body: dict[str, Any] = msgspec.json.decode(record.body) if keys else {}
    if keys.isdisjoint(body):
        return None
    batches.update(id for id, of_one in found.items() if of_one)
    left = {name: value for name, value in body.items() if name not in keys}
    return encode_record(record.received, record.x, msgspec.json.encode(left))


def _kinds(erasure: Erasure, x: _Head, span: tuple[int, int], received: int) -> Iterator[str]:
    """The kinds of data that an erasure takes from a batch."""
    if received >= erasure.asked and not erasure.whole_site:
        return
    if erasure.pages and hash_of(x.page) not in erasure.pages:
        return
    if erasure.sender not in ("", hash_of(x.sender)) or erasure.visitor not in ("", hash_of(x.visitor)):
        return
    for kind, until in erasure.until.items():
        if span[1] >= erasure.since and (not until or span[0] < until):
            yield kind


def _erase_words(path: Path, sites: Iterable[int]) -> None:
    """Erase the store's messages about batches of these sites, which may quote them."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    names = {str(site) for site in sites}
    left = []
    for line in lines:
        try:
            noted = msgspec.json.decode(line)
            if noted.get("error") not in ("", _NO_WORDS) and not names.isdisjoint(noted.get("batches", {})):
                line = msgspec.json.encode({**noted, "error": _NO_WORDS})
        except (msgspec.DecodeError, AttributeError, TypeError):
            line = b"{}"
        left.append(line)
    if left != lines:
        write_whole(path, b"".join(line + b"\n" for line in left))
