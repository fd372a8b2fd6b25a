"""Matches element records to pictures in the background: after a picture was taken, and when maps draw new records."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.pictures.twins import make_twins
from aggregator.queries.records import read_page_records
from aggregator.shapes.columns import UInt64
from store.client import Store
from store.definitions import Missing
from store.errors import StoreError
from store.matches import Matches
from store.snapshots import Snapshot, Snapshots
from store.worker import Worker

log = logging.getLogger("parcours.viewer.record_matcher")
# Unmatched records on a map from which it is worth matching again: so many, or half of a map that has few records,
# and this share of the map's records.
ENOUGH = 10
ENOUGH_SHARE = 0.02
PAUSE_SECONDS = 60.0  # between two runs on one picture
MOST_WAITING = 1_000
IDLE_SECONDS = 3600.0  # there is nothing to do while idle
MOST_PAGES = 50  # of a group
STOP_SECONDS = 4.0


@dataclass(frozen=True)
class Progress:
    """What the thread is doing: `words` is empty while it is idle; `waiting`: requests in the queue."""

    words: str
    waiting: int


@dataclass(frozen=True)
class _Drawn:
    """A map on this picture was drawn from these records of these pages."""

    snapshot: Snapshot
    pages: tuple[str, ...]
    records: UInt64


_NEW: Final = "new pictures"


class RecordMatcher:
    """Matches in the background. `match_new` and `records_drawn` return at once and may be called from any thread.

    `done` is called when maps may have changed.
    """

    def __init__(self, store: Store, snapshots: Snapshots, done: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._snapshots = snapshots
        self._matches = Matches(store)
        self._done = done
        self._worker = Worker[_Drawn | str]("record matcher", self._handle, lambda: IDLE_SECONDS)
        self._words = ""
        self._matched_at: dict[int, float] = {}  # snapshot → when it was last matched, monotonic s
        self._given_up: dict[int, set[int]] = {}  # snapshot → records that a run left out (there are too many)
        self._stopping = False

    @property
    def progress(self) -> Progress:
        return Progress(self._words, self._worker.waiting)

    def match_new(self) -> None:
        """Match records to the pictures that have not been matched yet."""
        self._put(_NEW)

    def records_drawn(self, snapshot: Snapshot, pages: Sequence[str], records: UInt64) -> None:
        """A map was drawn from these records: match again if enough of them are unmatched."""
        if len(records):
            self._put(_Drawn(snapshot, tuple(pages), records))

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self.match_new()

    def stop(self) -> None:
        """Let the current run finish, for at most STOP_SECONDS."""
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def wait(self) -> None:
        """Block until everything asked for so far is done. For tests and commands."""
        self._worker.wait()

    def _put(self, item: _Drawn | str) -> None:
        if not self._worker.running:
            return  # `start` matches what is new
        if self._worker.waiting >= MOST_WAITING:
            log.info("matching: the queue is full (%d); the next map will ask again", MOST_WAITING)
            return
        self._worker.put(item)

    def _handle(self, item: _Drawn | str | None) -> None:
        if item is None or self._stopping:
            return
        try:
            self._answer(item)
        except (StoreError, Missing) as error:
            log.warning("matching: %s", error)
        finally:
            self._words = ""

    def _answer(self, asked: _Drawn | str) -> None:
        if isinstance(asked, str):
            for id in self._matches.unmatched():
                if self._stopping:
                    return
                snapshot = self._snapshots.get(id)
                self._match(snapshot, snapshot.page)
            return
        snapshot, drawn = asked.snapshot, set(asked.records.tolist())
        if time.monotonic() - self._matched_at.get(snapshot.id, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return
        unmatched = drawn - self._matched(snapshot) - self._given_up.get(snapshot.id, set())
        if len(unmatched) < max(min(ENOUGH, len(drawn) / 2), ENOUGH_SHARE * len(drawn)):
            return
        for page in asked.pages[:MOST_PAGES]:
            records, _ = read_page_records(self._store, snapshot.site, page)
            if unmatched & set(records.record.tolist()) and not self._stopping:
                self._match(snapshot, page)
        self._given_up[snapshot.id] = drawn - self._matched(snapshot)

    def _matched(self, snapshot: Snapshot) -> set[int]:
        return set(self._matches.of(snapshot.site, snapshot.id, snapshot.page))

    def _match(self, snapshot: Snapshot, page: str) -> None:
        def report(done: int, of: int) -> None:
            self._words = f"matching {page} at {snapshot.width} px: version {done + 1} of {of}"

        report(0, 1)
        self._matched_at[snapshot.id] = time.monotonic()
        if make_twins(self._store, self._snapshots, snapshot, page, report):
            self._done()
