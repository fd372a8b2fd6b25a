"""Inserting one segment: as it is, or without the lines that the store cannot read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from collector.journal.boot import booted_since, note_boot
from collector.journal.quarantine import Quarantine, left_out
from collector.journal.segments import DONE, SEALED, JournalRecord, as_line, paths, read_records
from store.client import BadLine

log = logging.getLogger("parcours.collector")
MAX_BAD_LINES = 100  # in one segment; with more of them the whole segment goes to quarantine


class Sink(Protocol):
    """What is needed of a store."""

    def insert_segment(self, lines: bytes | Path, token: str) -> None: ...


Insert = Callable[[bytes, str], object]  # lines, token


class Insertion:
    """Knows which segments of `folder` another process wrote, and which of them may be in the store in part."""

    def __init__(self, sink: Sink, folder: Path, quarantine: Quarantine, repair: Insert | None = None) -> None:
        """`repair`: how to insert a segment of which the store may already have a part."""
        self._sink = sink
        self._folder = folder
        self._quarantine = quarantine
        self._repair = repair or sink.insert_segment
        done, sealed = ({path.name for path in paths(folder, suffix)} for suffix in (DONE, SEALED))
        self._earlier = done | sealed
        self._unconfirmed = sealed if booted_since(folder) else set()  # docs/decisions/0018
        self._note_boot()

    def send(self, path: Path) -> int:
        """Insert a segment; returns the number of batches.

        A segment that this process sealed is sent as it is. One from before the start, or one that the store
        cannot read, is checked line by line.
        """
        if path.name not in self._earlier and not left_out(path):
            try:
                self._sink.insert_segment(path, path.stem)
            except BadLine:
                pass
            else:
                with path.open("rb") as file:
                    return sum(piece.count(b"\n") for piece in iter(partial(file.read, 1 << 20), b""))
        return self._send_checked(path)

    def confirm(self, name: str) -> None:
        """The store has all of this segment, or it is in quarantine."""
        self._unconfirmed.discard(name)
        self._note_boot()

    def _note_boot(self) -> None:
        """Once every segment from before the machine's last start is confirmed, that start is noted."""
        if not self._unconfirmed:
            note_boot(self._folder)

    def _send_checked(self, path: Path) -> int:
        """Insert a segment without the lines that the store cannot read; returns the number of batches inserted.

        What is left out is noted before the rest is sent. A segment that is sent again therefore has the same
        content under the same token, whatever the version of the store.
        """
        records = self._readable(path)
        insert: Insert = self._repair if path.name in self._unconfirmed else self._sink.insert_segment
        left = left_out(path)
        numbers = [number for number in range(1, len(records) + 1) if number not in left]
        lines = [as_line(records[number - 1]) for number in numbers]
        found = 0
        while lines:
            token = "-".join((path.stem, *map(str, sorted(left))))
            try:
                insert(b"".join(lines), token)
                break
            except BadLine as error:
                named = 1 <= error.row <= len(lines)
                if not named or found == MAX_BAD_LINES or len(records) == 1 or path.suffix == DONE:
                    raise  # a segment that was stored once must never get another token
                found += 1
                number = numbers.pop(error.row - 1)
                del lines[error.row - 1]
                self._quarantine.keep_record(path, number, records[number - 1], str(error))
                left |= {number}
                log.error("%s: batch %d moved to quarantine/: %s", path.name, number, error)
        return len(lines)

    def _readable(self, path: Path) -> list[JournalRecord]:
        """The records of a segment; a copy of a sealed one that the disk has damaged goes to quarantine."""
        data = path.read_bytes()
        records = list(read_records(data))
        good = records[-1].end if records else 0
        if good < len(data) and path.suffix == SEALED:
            self._quarantine.keep_damaged(path, data, good)
            log.error("%s: damaged after byte %d of %d: copied to quarantine/", path.name, good, len(data))
        return records
