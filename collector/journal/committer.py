"""Group commit: the event loop collects batches, one thread writes and syncs them, everyone waiting is answered.

The forming group belongs to the event loop and the journal to the thread, so requests take no lock. One group is
written at a time; while the disk works, the next one forms. Writing on the event loop itself halves the rate.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable

from msgspec import Struct

from collector.histograms import WAITING, Histogram
from collector.journal.journal import Journal, JournalError
from store.worker import Worker

log = logging.getLogger("parcours.collector")
GROUP_INTERVAL = 0.004  # s between the starts of two groups under load: fewer, larger groups cost less CPU
_IDLE = 0.25  # s between checks of the age of the open segment
_DISK_CHECK = 1.0  # s between readings of the free space


class PendingBatch(Struct, frozen=True, gc=False):
    """A validated batch: what is needed once it is durable."""

    id: int  # collector/journal/known_batches.py
    site: int
    received: int  # ms since 1970
    bot: bool
    clamped: bool


Durable = asyncio.Future[None]  # done when the record is on disk, or holds the `JournalError`


class _Group:
    """Records that share one write, and the futures of everyone who waits for it."""

    __slots__ = ("batches", "began", "records", "waiting")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.records: list[bytes] = []
        self.batches: list[PendingBatch] = []
        self.waiting: list[Durable] = []  # one per batch, and one per repetition that arrives meanwhile


class Committer:
    """Owns the journal's thread. Everything public but `free_bytes` is for the event loop only."""

    def __init__(
        self,
        journal: Journal,
        seal_after: Callable[[], float],
        on_sealed: Callable[[], None],
        on_durable: Callable[[list[PendingBatch]], None],
    ) -> None:
        self._journal = journal
        self._seal_after = seal_after  # s; asked each time, since it grows with the backlog
        self._on_sealed = on_sealed  # called in the thread
        self._on_durable = on_durable  # called on the loop, before anyone is answered
        self._forming: _Group | None = None
        self._writing: _Group | None = None
        self._groups: dict[int, _Group] = {}  # id of a batch → its group, until that is durable
        self._due = 0.0  # loop time at which the next group may be written
        self._scheduled = False  # whether `_write_next` will be called at `_due`
        self._worker: Worker[_Group | asyncio.Future[None]] = Worker(
            "parcours-journal", self._handle, lambda: _IDLE, end=journal.close
        )
        self._checked_disk = 0.0
        self.free_bytes = shutil.disk_usage(journal.folder).free
        self.waits = Histogram(WAITING)  # every batch counts as long as the first of its group
        self.syncs = 0
        self.failures = 0

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._worker.start()

    @property
    def waiting(self) -> int:
        """Batches that wait for the disk."""
        return len(self._groups)

    @property
    def oldest_wait(self) -> float:
        """Seconds that the oldest of them has waited."""
        group = self._writing or self._forming
        return 0.0 if group is None else time.monotonic() - group.began

    def join(self, id: int) -> Durable | None:
        """Wait for a batch that is already being written; None when there is no such batch."""
        group = self._groups.get(id)
        return None if group is None else self._wait_for(group)

    def append(self, batch: PendingBatch, record: bytes) -> Durable:
        """Write a record with the next group."""
        group = self._forming
        if group is None:
            group = self._forming = _Group()
            if self._writing is None:
                self._loop.call_soon(self._write_next)  # after this turn of the loop: its requests share the sync
        group.records.append(record)
        group.batches.append(batch)
        self._groups[batch.id] = group
        return self._wait_for(group)

    async def seal(self) -> None:
        """Seal everything appended so far and give it to the writer."""
        while (group := self._forming or self._writing) is not None:
            await asyncio.wait([self._wait_for(group)])
        sealed: asyncio.Future[None] = self._loop.create_future()
        self._worker.put(sealed)
        await sealed

    async def stop(self) -> None:
        """Answer everyone waiting, seal, end the thread, release the folder."""
        await self.seal()
        await asyncio.to_thread(self._worker.stop)

    def _wait_for(self, group: _Group) -> Durable:
        future: Durable = self._loop.create_future()
        group.waiting.append(future)
        return future

    def _write_next(self) -> None:
        """Give the forming group to the thread, unless one is being written or was a moment ago."""
        if self._writing is not None or self._forming is None or self._scheduled:
            return
        now = self._loop.time()
        if now < self._due:
            self._scheduled = True
            self._loop.call_at(self._due, self._write_scheduled)
            return
        self._due = now + GROUP_INTERVAL
        self._writing, self._forming = self._forming, None
        self._worker.put(self._writing)

    def _write_scheduled(self) -> None:
        self._scheduled = False
        self._write_next()

    def _written(self, group: _Group, error: JournalError | None) -> None:
        """On the loop: the thread is done with a group."""
        self._writing = None
        self._write_next()
        for batch in group.batches:
            del self._groups[batch.id]
        if error is None:
            self.waits.observe(time.monotonic() - group.began, len(group.batches))
            self._on_durable(group.batches)
        for future in group.waiting:
            _settle(future, error)

    def _handle(self, item: _Group | asyncio.Future[None] | None) -> None:
        """In the thread: write a group; seal when that was asked for, or when the segment is old or full enough."""
        if isinstance(item, _Group):
            error = self._commit(item)
            self._loop.call_soon_threadsafe(self._written, item, error)
        age = self._journal.age
        sealing = isinstance(item, asyncio.Future)
        if age is not None and (sealing or self._journal.full or age >= self._seal_after()):
            self._seal()
        if isinstance(item, asyncio.Future):
            self._loop.call_soon_threadsafe(_settle, item, None)
        if time.monotonic() - self._checked_disk > _DISK_CHECK:
            self._checked_disk = time.monotonic()
            self.free_bytes = shutil.disk_usage(self._journal.folder).free

    def _commit(self, group: _Group) -> JournalError | None:
        try:
            self._journal.commit(group.records)
        except JournalError as error:
            self.failures += 1
            log.error("%d batches were not acknowledged: %s", len(group.records), error)
            self._on_sealed()  # the failed write sealed what the segment held before it
            return error
        self.syncs += 1
        return None

    def _seal(self) -> None:
        try:
            self._journal.seal()
        except OSError as error:
            log.error("%s: a segment cannot be sealed (%s); the next start will do it", self._journal.folder, error)
        self._on_sealed()


def _settle(future: asyncio.Future[None], error: JournalError | None) -> None:
    if future.done():  # its request was cancelled
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # marks it as retrieved: the request may have ended
