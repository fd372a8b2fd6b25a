"""Quarantine: what the store rejected, with the reason, until a person decides (`parcours journal`).

The folder `quarantine/` in the journal holds segments: whole ones under their own name, and single records as
`<segment>.<number>.seg`. Each has a file `<name>.why`. The name is the token of the insert, so a segment that is put
back is stored once, however often it is sent.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

from collector.journal.segments import SEALED, JournalRecord, as_line, paths, read_records
from store.open_days import site_of_rows

WHY, LEFT_OUT, DAMAGED = ".why", ".left", ".damaged"


class NotQuarantined(LookupError):
    """No segment of this name is in quarantine."""


class QuarantineNote(Struct, frozen=True):
    """QuarantineNote a segment was set aside."""

    error: str  # the store's message
    attempts: int
    time: int  # ms since 1970


class _Of(Struct):
    site: int


_why = msgspec.json.Decoder(QuarantineNote)
_of = msgspec.json.Decoder(_Of)


def batches_by_site(records: list[JournalRecord]) -> Counter[int]:
    """Number of the site → batches; 0 stands for records without a site."""
    found: Counter[int] = Counter()
    for record in records:
        try:
            found[site_of_rows(_of.decode(record.x).site)] += 1
        except msgspec.DecodeError:
            found[0] += 1
    return found


class Quarantine:
    """The folder `quarantine` of a journal. Safe while a collector is running: every step is one rename."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.folder = journal / "quarantine"
        self._counted: tuple[int, Counter[int]] = (-1, Counter())

    def segments(self) -> list[Path]:
        """All segments that can be put back, oldest first."""
        return paths(self.folder, SEALED)

    def find(self, name: str) -> Path:
        """The segment of this name; the file ending is optional. Raises `NotQuarantined`."""
        path = self.folder / (name if name.endswith(SEALED) else f"{name}{SEALED}")
        if path.parent != self.folder or not path.is_file():
            raise NotQuarantined(f"{name} is not in {self.folder}: `parcours journal list` shows its contents")
        return path

    def why(self, path: Path) -> QuarantineNote | None:
        """The reason; None when its file is missing or unreadable."""
        try:
            return _why.decode(Path(f"{path}{WHY}").read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def by_site(self) -> Counter[int]:
        """Number of the site → batches in quarantine. Read again only when the folder has changed."""
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return Counter()
        if changed != self._counted[0]:
            found: Counter[int] = Counter()
            for path in self.segments():
                with contextlib.suppress(FileNotFoundError):
                    found += batches_by_site(list(read_records(path.read_bytes())))
            self._counted = (changed, found)
        return self._counted[1]

    def keep(self, path: Path, error: str, attempts: int) -> None:
        """Move a whole segment to quarantine."""
        self._explain(path.name, error, attempts)
        path.rename(self.folder / path.name)
        _sync(self.folder)
        _sync(self.journal)

    def keep_record(self, segment: Path, number: int, record: JournalRecord, error: str) -> None:
        """Copy record `number` (from 1) of a segment to quarantine, and note that the segment leaves it out."""
        name = f"{segment.stem}.{number}{SEALED}"
        self._explain(name, error, 1)
        write_whole(self.folder / name, as_line(record))
        left = left_out(segment) | {number}
        write_whole(segment.with_suffix(LEFT_OUT), " ".join(map(str, sorted(left))).encode())

    def keep_damaged(self, segment: Path, data: bytes, good: int) -> None:
        """Keep a copy of a sealed segment that the disk damaged: only its first `good` bytes can be read."""
        self._explain(f"{segment.stem}{DAMAGED}", f"damaged after byte {good} of {len(data)}", 1)
        write_whole(self.folder / f"{segment.stem}{DAMAGED}", data)

    def put_back(self, path: Path) -> Path:
        """Give a segment back to the writer, which inserts it within a second or at its next start."""
        back = path.rename(self.journal / path.name)
        Path(f"{path}{WHY}").unlink(missing_ok=True)
        _sync(self.journal)
        _sync(self.folder)
        return back

    def discard(self, path: Path) -> int:
        """Delete a segment; returns the number of its batches. `discarded.log` in the journal records it."""
        why, records = self.why(path), list(read_records(path.read_bytes()))
        line = {
            "time": int(time.time() * 1000),
            "segment": path.stem,
            "batches": {str(site): n for site, n in sorted(batches_by_site(records).items())},
            "error": why.error if why else "",
        }
        with open(os.open(self.journal / "discarded.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            log.write(msgspec.json.encode(line) + b"\n")
            log.flush()
            os.fsync(log.fileno())
        path.unlink()
        Path(f"{path}{WHY}").unlink(missing_ok=True)
        forget_left_out(self.journal / path.name)
        return len(records)

    def _explain(self, name: str, error: str, attempts: int) -> None:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        why = QuarantineNote(error, attempts, int(time.time() * 1000))
        write_whole(self.folder / f"{name}{WHY}", msgspec.json.encode(why))


def left_out(segment: Path) -> frozenset[int]:
    """Numbers of the records of a segment that are in quarantine.

    A file keeps them as long as the segment exists. If they were determined again each time, a newer store that can
    read such a record would accept the whole segment under another token and store it twice.
    """
    try:
        return frozenset(map(int, segment.with_suffix(LEFT_OUT).read_text().split()))
    except FileNotFoundError:
        return frozenset()


def forget_left_out(segment: Path) -> None:
    """The segment was removed."""
    segment.with_suffix(LEFT_OUT).unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file completely or not at all, even if the process dies."""
    new = path.with_name(f"{path.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
