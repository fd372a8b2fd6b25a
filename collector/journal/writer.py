"""Sealed segments go to the store, each exactly once, in a background thread.

A segment is one insert of JSON lines under its name as deduplication token, so it may be sent again after any
failure. Failures of the store are handled differently:

- unreachable, busy, disk full: all segments wait; nothing is refused while the journal has space;
- a line that the store cannot read: its record goes to `quarantine/`, the rest is stored;
- anything else: the segment is tried `attempts` times, while others overtake it, then it goes to quarantine.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from collector.histograms import INSERTING, Histogram
from collector.journal.eraser import JournalEraser
from collector.journal.insertion import Insert, Insertion, Sink
from collector.journal.journal import mark_done
from collector.journal.quarantine import Quarantine, forget_left_out
from collector.journal.segments import DONE, SEALED, paths
from store.client import BadLine, DiskFull, StoreAway, StoreBusy
from store.errors import StoreError
from store.priority import lower_this_thread
from store.worker import Worker

log = logging.getLogger("parcours.collector")
_POLL = 1.0  # s between looks at the folder when nobody wakes the thread
_SWEEP = 10.0  # s between removals of old segments


@dataclass(frozen=True)
class WriterSettings:
    attempts: int = 5  # to insert a segment before it goes to quarantine
    keep_done_seconds: float = 600.0  # inserted segments are kept so long (docs/decisions/0005)
    keep_done_bytes: int = 1 << 30  # and no more than this
    replay: bool = True  # send kept segments again at the start
    erasures_seconds: float = 10.0  # for which the list of erasures is not read again
    pause: Callable[[int], float] = lambda attempt: min(2.0**attempt, 30.0)  # attempt → s until the next


class Writer:
    """Inserts the sealed segments of `folder`; `wake` may be called from any thread."""

    def __init__(
        self,
        sink: Sink,
        folder: Path,
        settings: WriterSettings | None = None,
        repair: Insert | None = None,
        eraser: JournalEraser | None = None,
    ) -> None:
        """`repair`: how to insert a segment of which the store may already have a part.

        `eraser`: is asked before anything is inserted, so that an erased batch does not return.
        """
        self._eraser = eraser
        self._folder = folder
        self._settings = settings or WriterSettings()
        self._quarantine = Quarantine(folder)
        self._replay = {path.name for path in paths(folder, DONE)} if self._settings.replay else set()
        self._insertion = Insertion(sink, folder, self._quarantine, repair)
        self._failed: dict[str, tuple[int, float]] = {}  # name → attempts, when to try again
        self._unreachable = 0  # failures in a row because the store was unreachable, busy or full
        self._inserted_one = threading.Condition()
        self._stop_by: float | None = None
        self._swept = 0.0
        self._worker: Worker[str | Future[dict[str, int]]] = Worker(
            "parcours-writer", self._handle, self._idle_seconds, begin=lower_this_thread
        )
        self.inserted = 0  # batches since the start
        self.last_error = ""  # of the store, "" when the last insert succeeded
        self.inserts = Histogram(INSERTING)  # one observation per segment
        self.usual_seconds = 0.0  # of an insert, smoothed over the last few
        self._count(paths(folder, SEALED))

    def start(self) -> None:
        self._worker.start()
        self.wake()

    def wake(self) -> None:
        """A segment was sealed."""
        if not self._worker.waiting:
            self._worker.put("look")

    def wait_for(self, names: Iterable[str], seconds: float) -> set[str]:
        """Block until none of these segments waits any more; returns those that still do after `seconds`."""
        left = set(names)
        end = time.monotonic() + seconds
        with self._inserted_one:
            while left := {name for name in left if (self._folder / name).exists()}:
                if time.monotonic() >= end or not self._worker.running:
                    break
                self._inserted_one.wait(0.2)
        return left

    def erase(self) -> Future[dict[str, int]]:
        """Erase in the segments what was asked until now; done between two inserts. May hold StoreError."""
        erased: Future[dict[str, int]] = Future()
        self._worker.put(erased)
        return erased

    def stop(self, seconds: float) -> None:
        """Insert what is sealed for at most `seconds`, then end; the next start does the rest."""
        self._stop_by = time.monotonic() + seconds
        self._worker.put("look")
        self._worker.stop()

    @property
    def replaying(self) -> int:
        """Segments from before the start that are still to be sent again."""
        return len(self._replay)

    def _idle_seconds(self) -> float:
        return self._settings.pause(self._unreachable) if self._unreachable else _POLL

    def _handle(self, item: str | Future[dict[str, int]] | None) -> None:
        """In the thread: erase when that was asked for, else insert what is sealed, replay, remove old segments."""
        if isinstance(item, Future):
            self._erase_for(item)
            return
        if not self._erased(self._settings.erasures_seconds):
            return
        self._insert_all()
        self._replay_some()
        if time.monotonic() - self._swept > _SWEEP:
            self._swept = time.monotonic()
            self._sweep()

    def _erase_for(self, waiting: Future[dict[str, int]]) -> None:
        try:
            if self._eraser is not None:
                self._eraser.apply()
        except Exception as error:
            waiting.set_exception(error)
        else:
            waiting.set_result(self._eraser.batches if self._eraser is not None else {})

    def _erased(self, within: float) -> bool:
        """Whether everything is erased that was asked for until `within` seconds ago; nothing is inserted before."""
        if self._eraser is None:
            return True
        try:
            self._eraser.apply(within)
        except StoreError as error:
            self._unreachable += 1
            self.last_error = str(error)
            return False
        return True

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

    def _replay_some(self) -> None:
        """Send kept segments again until a new segment waits: new ones come first, these were inserted before."""
        for name in sorted(self._replay):
            if self._unreachable or self._worker.waiting or self._stop_by is not None:
                return
            try:
                self._insertion.send(self._folder / name)
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
        """Try one segment; False when the store is unreachable, so that the others need not be tried."""
        began = time.monotonic()
        try:
            batches = self._insertion.send(path)
        except (StoreAway, StoreBusy, DiskFull) as error:
            self._unreachable += 1
            if self.last_error != str(error):
                log.warning("Batches wait in the journal: %s", error)
            self.last_error = str(error)
            return False
        except Exception as error:
            self._unreachable = 0
            self.last_error = str(error)
            log.warning("%s: attempt %d failed: %s", path.name, attempt, error)
            self._failed[path.name] = (attempt, time.monotonic() + self._settings.pause(attempt))
            if attempt >= self._settings.attempts or isinstance(error, BadLine):
                self._move_to_quarantine(path, str(error), attempt)
            return True
        self._unreachable = 0
        self.last_error = ""
        self.inserted += batches
        took = time.monotonic() - began
        self.inserts.observe(took)
        self.usual_seconds = took if not self.usual_seconds else 0.7 * self.usual_seconds + 0.3 * took
        self._failed.pop(path.name, None)
        os.utime(path)  # `keep_done_seconds` begin now
        mark_done(path)
        self._insertion.confirm(path.name)
        with self._inserted_one:
            self._inserted_one.notify_all()
        return True

    def _move_to_quarantine(self, path: Path, error: str, attempts: int) -> None:
        self._quarantine.keep(path, error, attempts)
        self._insertion.confirm(path.name)
        self._failed.pop(path.name, None)
        log.error("%s: moved to quarantine/ after %d attempts; nothing of it is lost", path.name, attempts)

    def _sweep(self) -> None:
        """Remove segments that were inserted long enough ago; the oldest first when there are too many bytes."""
        kept = 0
        for path in reversed(paths(self._folder, DONE)):
            status = path.stat()
            kept += status.st_size
            old = time.time() - status.st_mtime > self._settings.keep_done_seconds
            if path.name not in self._replay and (old or kept > self._settings.keep_done_bytes):
                path.unlink()
                forget_left_out(path)
