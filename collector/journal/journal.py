"""The journal: a batch is acknowledged when it is in a segment here and the disk has confirmed the write.

Plain blocking code that one thread owns (collector/journal/committer.py). A segment is `<µs>-<random>.open` while it
grows, `.seg` when it is sealed, `.done` when the store has it. The name is also the token of its insert, so it must be
unique: hence the random part (two containers can share time and pid).
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from collector.journal.segments import DONE, OPEN, SEALED, good_length, paths

log = logging.getLogger("parcours.collector")


class JournalError(Exception):
    """The journal cannot accept records now. Nothing of the failed group may be acknowledged."""


class JournalHeld(JournalError):
    """Another process is using the folder."""


class SegmentFile(Protocol):
    """What the journal does to a file; tests replace it by one that fails."""

    def write(self, data: bytes) -> None: ...
    def truncate(self, length: int) -> None: ...
    def close(self) -> None: ...


class DiskFile:
    """A file opened for appending. The data is on disk when `write` returns.

    O_DSYNC is equivalent to fdatasync after each write, with one system call and one wait for the GIL less.
    """

    FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_DSYNC

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, self.FLAGS, 0o600)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def truncate(self, length: int) -> None:
        os.ftruncate(self._fd, length)

    def close(self) -> None:
        os.close(self._fd)


class Journal:
    """Appends groups of records to segments in `folder`. Raises `JournalHeld` if another process is using it."""

    def __init__(
        self,
        folder: Path,
        segment_bytes: int = 16 << 20,
        open_file: Callable[[Path], SegmentFile] = DiskFile,
    ) -> None:
        self.folder = folder
        self._segment_bytes = segment_bytes
        self._open_file = open_file
        self._file: SegmentFile | None = None
        self._path = folder
        self._length = 0
        self._opened = 0.0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._lock, 20, 0).decode("ascii", "replace").strip()
            os.close(self._lock)
            raise JournalHeld(
                f"Another process{f' ({holder})' if holder else ''} is collecting into {folder}. "
                "Stop that process, or choose another folder with --data."
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, b"%d\n" % os.getpid(), 0)

    def recover(self) -> list[Path]:
        """Truncate and seal what an earlier process left open; returns all sealed segments, oldest first."""
        for path in paths(self.folder, OPEN):
            data = path.read_bytes()
            good = good_length(data)
            if not good:
                path.unlink()
                continue
            if good < len(data):
                log.warning("%s: cut %d bytes that were never acknowledged", path.name, len(data) - good)
                with path.open("r+b") as file:
                    file.truncate(good)
            with path.open("r+b") as file:
                os.fsync(file.fileno())  # the process may have died before the last write was on disk
            path.rename(path.with_suffix(SEALED))
        self._sync_folder()
        return paths(self.folder, SEALED)

    def commit(self, records: Sequence[bytes]) -> None:
        """Write the group and make it durable, or raise `JournalError` and keep nothing of it."""
        data = b"".join(records)
        try:
            file = self._file or self._new_segment()
            file.write(data)
        except OSError as error:
            self._abandon()
            raise JournalError(f"{self.folder}: {error.strerror or error}") from error
        self._length += len(data)

    @property
    def age(self) -> float | None:
        """Seconds since the open segment was created; None when there is none."""
        return None if self._file is None else time.monotonic() - self._opened

    @property
    def full(self) -> bool:
        """Whether the open segment has reached its maximum size."""
        return self._length >= self._segment_bytes

    def seal(self) -> Path | None:
        """Close the open segment and give it to the writer; its new path, None if nothing was open."""
        if self._file is None:
            return None
        file, self._file, path = self._file, None, self._path
        length, self._length = self._length, 0
        with contextlib.suppress(OSError):  # everything acknowledged is synced; an error on close cannot concern it
            file.close()
        if not length:
            path.unlink(missing_ok=True)
            return None
        sealed = path.with_suffix(SEALED)
        path.rename(sealed)
        self._sync_folder()
        return sealed

    def close(self) -> None:
        """Seal and release the folder."""
        self.seal()
        os.close(self._lock)

    def _new_segment(self) -> SegmentFile:
        path = self.folder / f"{time.time_ns() // 1000:016d}-{secrets.token_hex(4)}{OPEN}"
        file = self._open_file(path)
        self._file, self._path, self._opened, self._length = file, path, time.monotonic(), 0
        self._sync_folder()
        return file

    def _abandon(self) -> None:
        """After a failed write or sync: cut the group off and seal the rest; the next commit begins a new segment.

        A file whose fsync failed once cannot be trusted again: Linux marks its pages as
        clean (https://wiki.postgresql.org/wiki/Fsync_Errors).
        """
        if self._file is None:
            return
        try:
            self._file.truncate(self._length)
        except OSError as error:
            # The group stays in the file unacknowledged. Clients retry, so it may be stored twice.
            log.error("%s: cannot be truncated to %d bytes: %s", self._path.name, self._length, error)
        try:
            self.seal()
        except OSError as error:
            log.error("%s: cannot be sealed (%s); the next start will do it", self._path.name, error)

    def _sync_folder(self) -> None:
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def mark_done(path: Path) -> Path:
    """The store has this segment: keep it for a while under another name (docs/decisions/0005)."""
    return path.rename(path.with_suffix(DONE))
