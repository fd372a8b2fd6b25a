"""Group commit: the event loop collects, one thread writes and syncs, everyone waiting is told.

The forming group belongs to the event loop and the journal to the thread, so there
is no lock on the way of a request. One group is under way at a time; while the
disk works, the next one forms. A write that waits for the disk on the loop itself halves the rate.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from collector.histograms import WAITING, Histogram
from collector.journal.journal import Journal, JournalError

log = logging.getLogger("parcours.collector")
APART = 0.004  # s between two groups under load: fewer, larger ones cost less, and nobody sees the wait
_IDLE = 0.25  # s between looks at the age of the open segment


class PendingBatch(Struct, frozen=True, gc=False):
    """A batch that was checked: what is left to know of it once it is durable."""

    id: int  # collector/journal/known_batches.py
    site: int
    received: int  # ms since 1970
    bot: bool
    clamped: bool


DurableCallback = Callable[[JournalError | None], None]  # called on the loop: the batch is durable, or why it is not


class _Group:
    """Records that share one write, and who wants to hear of it."""

    __slots__ = ("batches", "began", "records", "told")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.records: list[bytes] = []
        self.batches: list[PendingBatch] = []
        self.told: list[DurableCallback] = []  # of each batch, and of what is sent again while it is under way


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
        self._seal_after = seal_after  # s; asked again each time, since it grows with the backlog
        self._on_sealed = on_sealed  # called in the thread
        self._on_durable = on_durable  # called in the loop before anyone is answered
        self._jobs: queue.SimpleQueue[_Group | asyncio.Future[None] | None] = queue.SimpleQueue()
        self._forming: _Group | None = None
        self._flying: _Group | None = None
        self._under_way: dict[int, _Group] = {}
        self._due = 0.0  # loop time at which the next group may go
        self._called = False  # to launch it then
        self._thread = threading.Thread(target=self._run, name="parcours-journal", daemon=True)
        self.free_bytes = shutil.disk_usage(journal.folder).free
        self.waits = Histogram(WAITING)  # of each batch as long as the first of its group
        self.syncs = 0
        self.failures = 0

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Requests that wait for the disk."""
        return len(self._under_way)

    @property
    def oldest_wait(self) -> float:
        """Seconds that the oldest of them has waited."""
        group = self._flying or self._forming
        return 0.0 if group is None else time.monotonic() - group.began

    def join(self, key: int, told: DurableCallback) -> bool:
        """Hear of this batch too, if it is being written already; whether it is."""
        group = self._under_way.get(key)
        if group is None:
            return False
        group.told.append(told)
        return True

    def append(self, batch: PendingBatch, record: bytes, told: DurableCallback) -> None:
        """`told` is called when the record is durable, or cannot be. It must not raise."""
        group = self._forming
        if group is None:
            group = self._forming = _Group()
            if self._flying is None:
                self._loop.call_soon(self._launch)  # at the end of this turn: its requests share the sync
        group.records.append(record)
        group.batches.append(batch)
        group.told.append(told)
        self._under_way[batch.id] = group

    async def seal(self) -> None:
        """Everything appended so far is sealed and given to the writer."""
        while (group := self._forming or self._flying) is not None:
            landed: asyncio.Future[None] = self._loop.create_future()
            group.told.append(partial(_settle, landed))
            await asyncio.wait([landed])
        done: asyncio.Future[None] = self._loop.create_future()
        self._jobs.put(done)
        await done

    async def stop(self) -> None:
        """Answer the waiting, seal, end the thread, let the folder go."""
        await self.seal()
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _launch(self) -> None:
        """Give the forming group to the thread, unless one is under way, or has just been."""
        if self._flying is not None or self._forming is None or self._called:
            return
        now = self._loop.time()
        if now < self._due:
            self._called = True
            self._loop.call_at(self._due, self._launch_now)
            return
        self._due = now + APART
        self._flying, self._forming = self._forming, None
        self._jobs.put(self._flying)

    def _launch_now(self) -> None:
        self._called = False
        self._launch()

    def _landed(self, group: _Group, error: JournalError | None) -> None:
        self._flying = None
        self._launch()
        for batch in group.batches:
            del self._under_way[batch.id]
        if error is None:
            self.waits.observe(time.monotonic() - group.began, len(group.batches))
            self._on_durable(group.batches)
        for told in group.told:
            told(error)

    def _run(self) -> None:
        looked = 0.0
        while True:
            try:
                job = self._jobs.get(timeout=_IDLE)
            except queue.Empty:
                job = None
            else:
                if job is None:
                    self._journal.close()
                    return
            if isinstance(job, _Group):
                error = self._commit(job)
                self._loop.call_soon_threadsafe(self._landed, job, error)
            age = self._journal.age
            sealing = isinstance(job, asyncio.Future)
            if age is not None and (sealing or self._journal.full or age >= self._seal_after()):
                self._seal()
            if isinstance(job, asyncio.Future):
                self._loop.call_soon_threadsafe(job.set_result, None)
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                self.free_bytes = shutil.disk_usage(self._journal.folder).free

    def _commit(self, group: _Group) -> JournalError | None:
        try:
            self._journal.commit(group.records)
        except JournalError as error:
            self.failures += 1
            log.error("%d batches were not acknowledged: %s", len(group.records), error)
            self._on_sealed()  # what the segment held before is sealed now
            return error
        self.syncs += 1
        return None

    def _seal(self) -> None:
        try:
            self._journal.seal()
        except OSError as error:
            log.error("%s: a segment cannot be sealed (%s); the next start will", self._journal.folder, error)
        self._on_sealed()


def callback_for(future: asyncio.Future[None]) -> DurableCallback:
    """For who waits in a task: `future` is done, or holds the `JournalError`."""
    return partial(_settle, future)


def _settle(future: asyncio.Future[None], error: JournalError | None) -> None:
    if future.done():  # whoever waited has gone away
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # nobody may be left to look at it; asyncio must not complain of that
