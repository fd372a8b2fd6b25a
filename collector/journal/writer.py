"""Sealed segments go to the store, each exactly once, in a thread of its own.

A segment is one insert of JSON lines under its name as deduplication token, so it may
be sent again after anything. The store's failures are told apart:

- away, busy, disk full: all segments wait, nothing is refused while the journal has room;
- a line that the store cannot read: its record goes to `quarantine/`, the rest is stored;
- anything else: the segment is tried `attempts` times, others passing it, then quarantined.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

from collector.histograms import INSERTING, Histogram
from collector.journal.boot import booted_since, note_boot
from collector.journal.journal import mark_done
from collector.journal.quarantine import Quarantine, forget_left_out, left_out
from collector.journal.segments import DONE, SEALED, as_line, paths, read_records
from store.client import BadLine, DiskFull, StoreAway, StoreBusy
from store.priority import lower_this_thread

log = logging.getLogger("parcours.collector")
MAX_BAD_LINES = 100  # in one segment; with more the segment is set aside as it is
_LOOK = 1.0  # s between looks at the folder when nobody calls
_SWEEP = 10.0  # s between removals of old segments


class Sink(Protocol):
    """What the writer needs of a store."""

    def insert_segment(self, lines: bytes | Path, token: str) -> None: ...


class Writer:
    """Inserts what it finds sealed in `folder`; `wake` from any thread."""

    def __init__(
        self,
        sink: Sink,
        folder: Path,
        *,
        attempts: int = 5,
        keep_done_seconds: float = 600.0,
        keep_done_bytes: int = 1 << 30,
        pause: Callable[[int], float] = lambda attempt: min(2.0**attempt, 30.0),
        replay: bool = True,
        mend: Callable[[bytes, str], object] | None = None,
    ) -> None:
        """`replay`: send kept segments again; `mend`: how to insert one of which the store may have a part."""
        self._sink = sink
        self._folder = folder
        self._quarantine = Quarantine(folder)
        self._attempts = attempts
        self._keep_done_seconds = keep_done_seconds
        self._keep_done_bytes = keep_done_bytes
        self._pause = pause  # attempt → s until the next
        done, sealed = ({path.name for path in paths(folder, suffix)} for suffix in (DONE, SEALED))
        self._replay = done if replay else set()  # docs/decisions/0005
        self._earlier = done | sealed  # written by another process
        self._mend = mend or sink.insert_segment
        self._unsure = sealed if booted_since(folder) else set()  # docs/decisions/0018
        self._sure()
        self._failed: dict[str, tuple[int, float]] = {}  # name → attempts, when to try again
        self._away = 0  # tries in a row that the store did not answer
        self._state = threading.Condition()
        self._wanted = True
        self._stop_by: float | None = None
        self._thread = threading.Thread(target=self._run, name="parcours-writer", daemon=True)
        self.backlog_bytes = sum(path.stat().st_size for path in paths(folder, SEALED))
        self.backlog_segments = len(paths(folder, SEALED))
        self.inserted = 0  # batches since the start
        self.quarantined = len(self._quarantine.segments())
        self.last_error = ""  # of the store, "" when the last insert went well
        self.inserts = Histogram(INSERTING)  # one of each segment
        self.usual_seconds = 0.0  # of one, smoothed over the last few

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """A segment was sealed."""
        with self._state:
            self._wanted = True
            self._state.notify_all()

    def wait_for(self, names: Iterable[str], seconds: float) -> set[str]:
        """Block until none of these segments waits any more; those that still do after `seconds`."""
        left = set(names)
        end = time.monotonic() + seconds
        with self._state:
            while left := {name for name in left if (self._folder / name).exists()}:
                if time.monotonic() >= end or not self._thread.is_alive():
                    break
                self._state.wait(0.2)
        return left

    def stop(self, seconds: float) -> None:
        """Insert what is sealed for at most so long, then end; the rest is for the next start."""
        with self._state:
            self._stop_by = time.monotonic() + seconds
            self._state.notify_all()
        self._thread.join()

    def _run(self) -> None:
        lower_this_thread()
        swept = 0.0
        while True:
            with self._state:
                if not self._wanted and self._stop_by is None:
                    self._state.wait(_LOOK if not self._away else self._pause(self._away))
                self._wanted = False
                last = self._stop_by is not None  # seen before looking: all that was sealed until then is found
            try:
                self._insert_all()
                if time.monotonic() - swept > _SWEEP:
                    swept = time.monotonic()
                    self._sweep()
            except Exception:  # a folder that cannot be read: say so and go on, the batches are safe
                log.exception("%s: the writer stumbled", self._folder)
            if last:
                return

    @property
    def replaying(self) -> int:
        """Segments of before the start that are still to be sent again."""
        return len(self._replay)

    @property
    def _out_of_time(self) -> bool:
        return self._stop_by is not None and time.monotonic() > self._stop_by

    def _insert_all(self) -> None:
        waiting = paths(self._folder, SEALED)
        self._count(waiting)
        for path in waiting:
            attempts, due = self._failed.get(path.name, (0, 0.0))
            if self._out_of_time:
                return
            if time.monotonic() >= due and not self._insert(path, attempts + 1):
                return
            self._count(paths(self._folder, SEALED))
        for name in sorted(self._replay):
            if self._wanted or self._stop_by is not None:
                return  # new segments first; what was inserted before can wait
            try:
                self._send(self._folder / name)
            except (StoreAway, StoreBusy, DiskFull) as error:
                log.warning("%s: cannot be replayed now: %s", name, error)
                return
            except Exception as error:  # it was stored before: the next one matters more
                log.error("%s: is not replayed: %s", name, error)
            self._replay.discard(name)

    def _count(self, waiting: list[Path]) -> None:
        self.backlog_bytes = sum(path.stat().st_size for path in waiting)
        self.backlog_segments = len(waiting)
        self.quarantined = len(self._quarantine.segments())  # `parcours journal` may have put some back

    def _insert(self, path: Path, attempt: int) -> bool:
        """Try one segment; False when the store is away, so that the others need not be tried."""
        began = time.monotonic()
        try:
            batches = self._send(path)
        except (StoreAway, StoreBusy, DiskFull) as error:
            self._away += 1
            if self.last_error != str(error):
                log.warning("batches wait in the journal: %s", error)
            self.last_error = str(error)
            return False
        except Exception as error:
            self._away = 0
            self.last_error = str(error)
            log.warning("%s: attempt %d failed: %s", path.name, attempt, error)
            self._failed[path.name] = (attempt, time.monotonic() + self._pause(attempt))
            if attempt >= self._attempts or isinstance(error, BadLine):
                self._set_aside(path, str(error), attempt)
            return True
        self._away = 0
        self.last_error = ""
        self.inserted += batches
        took = time.monotonic() - began
        self.inserts.observe(took)
        self.usual_seconds = took if not self.usual_seconds else 0.7 * self.usual_seconds + 0.3 * took
        self._failed.pop(path.name, None)
        os.utime(path)  # its 10 minutes begin now
        mark_done(path)
        self._sure(path.name)
        with self._state:
            self._state.notify_all()
        return True

    def _sure(self, name: str = "") -> None:
        """The store has all of this segment; when that is so of all of before the boot, this boot is noted."""
        self._unsure.discard(name)
        if not self._unsure:
            note_boot(self._folder)

    def _send(self, path: Path) -> int:
        """Insert a segment; how many batches it holds.

        One that this process sealed a moment ago goes as it is. One of before the start, and one that
        the store cannot read, is looked through.
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

    def _send_checked(self, path: Path) -> int:
        """Insert a segment without the lines that the store cannot read; how many batches that are.

        What is left out is noted before the rest is sent, so a segment that is sent again ends
        with the same content under the same token, by whichever version of the store.
        """
        data = path.read_bytes()
        records = list(read_records(data))
        good = records[-1].end if records else 0
        if good < len(data) and path.suffix == SEALED:
            self._quarantine.keep_damaged(path, data, good)
            log.error("%s: damaged behind byte %d of %d: a copy is in quarantine/", path.name, good, len(data))
        left = left_out(path)
        numbers = [number for number in range(1, len(records) + 1) if number not in left]
        lines = [as_line(records[number - 1]) for number in numbers]
        insert = self._mend if path.name in self._unsure else self._sink.insert_segment
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
                log.error("%s: batch %d is set aside in quarantine/: %s", path.name, number, error)
        return len(lines)

    def _set_aside(self, path: Path, error: str, attempts: int) -> None:
        self._quarantine.keep(path, error, attempts)
        self._sure(path.name)
        self._failed.pop(path.name, None)
        log.error("%s: set aside in quarantine/ after %d attempts; nothing of it is lost", path.name, attempts)

    def _sweep(self) -> None:
        """Remove segments that the store has had for long enough, the oldest first when they are too many."""
        kept = 0
        for path in reversed(paths(self._folder, DONE)):
            status = path.stat()
            kept += status.st_size
            old = time.time() - status.st_mtime > self._keep_done_seconds
            if path.name not in self._replay and (old or kept > self._keep_done_bytes):
                path.unlink()
                forget_left_out(path)
