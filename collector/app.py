"""The collector: its parts put together, started and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from starlette.routing import Route

from collector.addresses import ClientAddress
from collector.backend import Backend, BackendSettings, BatchParts, Senders
from collector.door.admission import Admission, Load, RequestHead
from collector.door.ask import AskEndpoint
from collector.door.day_limits import DayLimits
from collector.door.endpoint import BatchEndpoint
from collector.door.script import ASK, ASK_SHOW, SNAPSHOT, Script, ScriptRequests, mark_of
from collector.enrich.devices import device
from collector.enrich.visitors import Visitors
from collector.journal.committer import Committer, PendingBatch
from collector.journal.eraser import JournalEraser
from collector.journal.journal import Journal
from collector.journal.known_batches import KnownBatches, ids_of, stored_id
from collector.journal.quarantine import Quarantine
from collector.journal.segments import DONE, SEALED, paths, read_records
from collector.journal.writer import Writer, WriterSettings
from collector.known_sites import Directory, KnownSites
from collector.report.counters import Counters
from collector.report.figures import figures, timings
from collector.report.metrics import Metrics
from collector.report.minute import IntakeTotals, minute_line
from collector.settings import CollectorSettings, DayLimit, Rate, SettingsError
from collector.surveys.known import KnownSurveys
from store.client import Store, StoreAway, StoreError
from store.definitions import Definitions
from store.intake import SiteIntake
from store.recent import recent_batches
from store.records import Erasure
from store.repair import insert_missing
from store.tallies import save_tallies

__all__ = ["Collector", "CollectorSettings", "DayLimit", "DrainTimeout", "Rate", "SettingsError"]

log = logging.getLogger("parcours.collector")
T = TypeVar("T")
_MINUTE = 60.0
_ANY = RequestHead(None, "", "", "", "", -1)
_BACKLOG = (16, 32)  # sealed segments that wait → seal every 5 s, every minute


class DrainTimeout(TimeoutError):
    """Some batches did not reach the store in time. They are safe in the journal."""


class Collector:
    """Owns the journal, the committer's thread and the writer's thread.

    Without a store nothing is inserted: batches stay in the journal (unit tests).
    """

    def __init__(
        self,
        store: Store | None,
        settings: CollectorSettings,
        sites: Directory,
        senders: Senders | None = None,
        backend: BackendSettings | None = None,
    ) -> None:
        """`senders`: the owner's programs that may send too; None: none may."""
        self._store = store
        self._settings = settings
        self._counters = Counters()
        self._script_requests = ScriptRequests()
        self._visitors = Visitors(store)
        self._known_batches = KnownBatches()
        self._quarantine = Quarantine(settings.journal)
        self._sites = KnownSites(sites)
        self._surveys = KnownSurveys(store)
        self._committer: Committer | None = None
        self._writer: Writer | None = None
        self._stopping = False
        self._logged = IntakeTotals()  # totals at the last minute line
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None  # while it runs
        admission = Admission(settings, self._load)
        self._day_limits = DayLimits(settings.day, settings.journal)
        self.endpoint = BatchEndpoint(
            settings, admission, self._day_limits, self._sites, self._visitors, self._known_batches, self._counters
        )
        self.endpoint.surveys = self._surveys
        asking = AskEndpoint(settings, self._sites, self._surveys, self._visitors, self.endpoint.address_lists.places)
        self._backend = (
            Backend(
                senders,
                backend or BackendSettings(),
                lambda: admission.capacity(_ANY),
                BatchParts(
                    self._visitors,
                    self._known_batches,
                    self._counters,
                    store,
                    ClientAddress(settings.trusted_proxies),
                    self.drain,
                ),
            )
            if senders is not None
            else None
        )
        metrics = Metrics(
            self._counters,
            figures(lambda: self._committer, lambda: self._writer, self._known_batches),
            timings(self.endpoint.taking, lambda: self._committer, lambda: self._writer),
            settings.metrics_token,
            lambda text: senders is not None and senders.accepts(text),
        )
        self.routes: list[Route] = [
            Route("/c/{key}", self.endpoint),
            Route("/parcours.js", Script(marks=self._marks, requests=self._script_requests).page),
            Route("/parcours-snapshot.js", Script(SNAPSHOT).page),
            Route("/parcours-ask.js", Script(ASK).page),
            Route("/parcours-ask-show.js", Script(ASK_SHOW).page),
            Route("/ask/{key}.json", asking.page),
            Route("/metrics", metrics.page),
            *(self._backend.routes if self._backend else ()),
        ]

    async def start(self) -> None:
        """Recover the journal, read the ids of its batches, then accept. Raises `JournalHeld`, `StoreError`."""
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        settings = self._settings
        journal = Journal(settings.journal, settings.segment_bytes)
        await asyncio.to_thread(journal.recover)
        await asyncio.to_thread(self._read_known_batches)
        await asyncio.to_thread(self._day_limits.read)
        await asyncio.to_thread(self._visitors.refresh)
        await asyncio.to_thread(device, "Mozilla/5.0", False)  # loads its tables, which takes half a second
        if self._store is not None:
            self._writer = Writer(
                self._store,
                settings.journal,
                WriterSettings(
                    attempts=settings.attempts,
                    keep_done_seconds=settings.keep_done_seconds,
                    keep_done_bytes=settings.keep_done_bytes,
                    replay=self._store.server,  # the embedded engine has synced them (docs/decisions/0018)
                ),
                repair=partial(insert_missing, self._store),
                eraser=self._eraser(self._store),
            )
            self._writer.start()
        self._committer = Committer(journal, self._seal_after, self._wake_writer, self._durable)
        self._committer.start()
        self.endpoint.committer = self._committer
        if self._backend is not None:
            self._backend.committer = self._committer
        self._tasks = [asyncio.create_task(self._each_minute())]
        if settings.tune_gc:
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 50)

    async def stop(self) -> None:
        """Accept nothing more, answer everyone waiting, seal, insert what can be inserted in time."""
        self._stopping, self._loop = True, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._day_limits.save, self._day_limits.changed())
        if self._committer is not None:
            await self._committer.stop()
            self._committer = self.endpoint.committer = None
            if self._backend is not None:
                self._backend.committer = None
        if self._writer is not None:
            await asyncio.to_thread(self._writer.stop, self._settings.stop_seconds)
            self._writer = None
        await self._save_counts()
        self._sites.close()
        self._surveys.close()

    async def drain(self, seconds: float = 30.0) -> None:
        """Return when everything acknowledged is in the store; raises `DrainTimeout`."""
        committer, writer = self._committer, self._writer
        if committer is None or writer is None:
            return
        await committer.seal()
        names = [path.name for path in paths(self._settings.journal, SEALED)]
        writer.wake()
        left = await asyncio.to_thread(writer.wait_for, names, seconds)
        if left:
            raise DrainTimeout(f"{len(left)} segments wait for the store after {seconds:g} s: {writer.last_error}")

    def erase(self, sites: Collection[int], seconds: float = 60.0) -> dict[str, int]:
        """Erase in the journal what is asked for, and forget the batches that programs sent for these sites. Returns
        how many batches each erasure found there, by its id.

        For any thread but the one of the event loop. Raises StoreError, TimeoutError.
        """
        if self._loop is None:
            raise StoreAway("The collector is not running")
        return asyncio.run_coroutine_threadsafe(self._erase(sites), self._loop).result(seconds)

    async def _erase(self, sites: Collection[int]) -> dict[str, int]:
        if self._writer is None:
            raise StoreAway("The collector is not running")
        known = [(site, self._backend.known(site)) for site in sites] if self._backend is not None else []
        self._sites.drop(sites)
        self._surveys.forget_visitors()
        try:
            await self.drain()  # then rows of a batch are erased one by one, and not the whole batch
        except DrainTimeout as error:
            log.warning("Erasing in the journal before everything is stored: %s", error)
        found = await asyncio.wrap_future(self._writer.erase())
        for _, ids in known:
            self._backend.erased(ids)  # type: ignore[union-attr]
        return found

    def _marks(self) -> tuple[str, ...]:
        """What tells the sites that ask now that they do: docs/feedback.md."""
        return tuple(sorted({mark_of(key) for key in self._surveys.asking_keys}))

    def _eraser(self, store: Store) -> JournalEraser:
        loop = asyncio.get_running_loop()
        return JournalEraser(
            self._settings.journal,
            partial(Definitions(store).find, Erasure),
            gone=lambda sites: _on_loop(loop, self._sites.drop, sites),
            forget=lambda ids: _on_loop(loop, self._known_batches.discard, ids),
        )

    @property
    def replaying(self) -> int:
        """Segments from before the start that are still to be sent again (docs/decisions/0005)."""
        return self._writer.replaying if self._writer else 0

    def health(self, site_id: int) -> SiteIntake:
        """What this process accepted and refused for a site since it started (0: requests with unknown keys)."""
        return replace(self._counters.site(site_id), quarantined=self._quarantine.by_site()[site_id])

    def script_asked(self, domains: Sequence[str]) -> float:
        """When a page on one of these domains last asked this process for the script, s since 1970; 0 = never."""
        return self._script_requests.last(domains)

    def _load(self) -> Load:
        committer, writer = self._committer, self._writer
        return Load(
            stopping=self._stopping or committer is None,
            waiting=committer.waiting if committer else 0,
            oldest_wait=committer.oldest_wait if committer else 0.0,
            backlog_bytes=writer.backlog_bytes if writer else 0,
            free_bytes=committer.free_bytes if committer else 0,
        )

    def _seal_after(self) -> float:
        """Age (s) at which the open segment is sealed; never below `segment_seconds`.

        An insert costs the engine a fixed time (a part for each table), however few batches it holds. The age is
        such that inserts take `insert_share` of the time, but at most 5 s. While many segments wait, segments
        become larger instead, so their number needs no limit.
        """
        least, writer = self._settings.segment_seconds, self._writer
        if writer is None:
            return least
        if writer.backlog_segments >= _BACKLOG[0]:
            return max(least, 5.0 if writer.backlog_segments < _BACKLOG[1] else 60.0)
        return max(least, min(5.0, writer.usual_seconds / self._settings.insert_share))

    def _durable(self, batches: list[PendingBatch]) -> None:
        self._known_batches.add([batch.id for batch in batches if batch.id >= 0])
        if self._backend is not None:
            self._backend.durable([batch.id for batch in batches if batch.id < 0])
        for batch in batches:
            self._counters.accepted(batch.site, batch.received, bot=batch.bot, clamped=batch.clamped)

    def _wake_writer(self) -> None:
        if self._writer is not None:
            self._writer.wake()

    def _read_known_batches(self) -> None:
        """Learn the ids of the batches in the journal, and of views that began in the last hour."""
        if self._store is not None:
            try:
                self._known_batches.add(stored_id(*batch) for batch in recent_batches(self._store))
            except StoreError as error:
                log.warning("Recent views cannot be read: %s", error)
        journal = self._settings.journal
        for folder, suffix in ((self._quarantine.folder, SEALED), (journal, SEALED), (journal, DONE)):
            for path in paths(folder, suffix):
                with contextlib.suppress(FileNotFoundError):  # just put back: it is in the next list
                    self._known_batches.add(ids_of(read_records(path.read_bytes())))

    async def _each_minute(self) -> None:
        while True:
            await asyncio.sleep(_MINUTE)
            try:
                await asyncio.to_thread(self._visitors.refresh)
            except StoreError as error:
                log.warning("The keys of the day cannot be read: %s", error)
            await self._save_counts()
            await asyncio.to_thread(self._day_limits.save, self._day_limits.changed())
            self._log_minute()

    def _log_minute(self) -> None:
        """Log one line, none when nothing happened."""
        committer, writer = self._committer, self._writer
        now = IntakeTotals.of(
            self._counters.sites().values(),
            committer.waits.counts if committer else self._logged.waits,
            writer.inserts.counts if writer else self._logged.inserts,
        )
        state = {
            "backlog_segments": writer.backlog_segments if writer else 0,
            "backlog_bytes": writer.backlog_bytes if writer else 0,
            "quarantined": writer.quarantined if writer else 0,
            "free_bytes": committer.free_bytes if committer else 0,
        }
        line, self._logged = minute_line(self._logged, now, state), now
        if line:
            log.info(line)

    async def _save_counts(self) -> None:
        """Add a row per site and reason to the table `refusals`; they are tried again if the store rejects them."""
        counted = self._counters.unsaved()
        if self._store is None or not counted:
            return
        try:
            await asyncio.to_thread(save_tallies, self._store, counted)
        except StoreError as error:
            log.warning("Counts of refusals cannot be saved now: %s", error)
        else:
            self._counters.saved(counted)


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[T], None], value: T) -> None:
    """Call it on the event loop, which owns what it changes; not at all once that has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, value)
