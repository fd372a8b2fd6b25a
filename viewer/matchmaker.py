"""Records are matched to pictures in the background: after a picture was taken, and when maps meet new ones."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aggregator.pictures.twins import make_twins
from aggregator.queries.records import read_page_records
from aggregator.shapes.columns import UInt64
from store.client import Store
from store.definitions import Missing
from store.errors import StoreError
from store.matches import Matches
from store.snapshots import Snapshot, Snapshots

log = logging.getLogger("parcours.viewer.matchmaker")
ENOUGH = 10  # records that no matching has seen: from here a map asks for a new one
ENOUGH_SHARE = 0.02  # … and this share of its records
PAUSE_SECONDS = 60.0  # between two matchings on one picture
MOST_WAITING = 1_000
MOST_PAGES = 50  # of a group


@dataclass(frozen=True)
class Progress:
    """What the thread does now: `words` is empty while it rests; `waiting`: questions in the queue."""

    words: str
    waiting: int


@dataclass(frozen=True)
class _Met:
    """A map of this picture has met these records of these pages."""

    snapshot: Snapshot
    pages: tuple[str, ...]
    records: UInt64


class Matchmaker:
    """One thread; `look` and `meet` are quick and may be called from anywhere. `done` is told when a map may change."""

    def __init__(self, store: Store, snapshots: Snapshots, done: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._snapshots = snapshots
        self._matches = Matches(store)
        self._done = done
        self._asked: queue.Queue[_Met | str | None] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._words = ""
        self._made: dict[int, float] = {}  # snapshot → when it was matched last, monotonic s
        self._in_vain: dict[int, set[int]] = {}  # snapshot → records that no matching takes up (there are too many)
        self._stopping = False

    @property
    def progress(self) -> Progress:
        return Progress(self._words, self._asked.qsize())

    def look(self) -> None:
        """Match what new pictures there are."""
        self._put("look")

    def meet(self, snapshot: Snapshot, pages: Sequence[str], records: UInt64) -> None:
        """A map was drawn of these records: are there enough that no matching has seen?"""
        if len(records):
            self._put(_Met(snapshot, tuple(pages), records))

    def start(self) -> None:
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._work, name="matchmaker", daemon=True)
            self._thread.start()
            self.look()

    def stop(self) -> None:
        """What runs comes to its end, for at most 10 s."""
        self._stopping = True
        if self._thread is not None:
            self._put(None)
            self._thread.join(10)
            self._thread = None

    def wait(self) -> None:
        """Until all that was asked for is done. Blocks: for tests and commands."""
        self._asked.join()

    def _put(self, what: _Met | str | None) -> None:
        if what is not None and self._thread is None:
            return  # nobody would take it: the next start looks by itself
        try:
            self._asked.put_nowait(what)
        except queue.Full:
            log.info("%d matchings wait: a map will ask again", MOST_WAITING)

    def _work(self) -> None:
        while True:
            asked = self._asked.get()
            try:
                if asked is None:
                    return
                if not self._stopping:
                    self._answer(asked)
            except (StoreError, Missing) as error:
                log.warning("matching: %s", error)
            except Exception:
                log.exception("matching failed; maps go on without it")
            finally:
                self._words = ""
                self._asked.task_done()

    def _answer(self, asked: _Met | str) -> None:
        if isinstance(asked, str):
            for id in self._matches.unmatched():
                if self._stopping:
                    return
                snapshot = self._snapshots.get(id)
                self._match(snapshot, snapshot.page)
            return
        snapshot, met = asked.snapshot, set(asked.records.tolist())
        if time.monotonic() - self._made.get(snapshot.id, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return
        unseen = met - self._seen(snapshot) - self._in_vain.get(snapshot.id, set())
        if len(unseen) < max(ENOUGH, ENOUGH_SHARE * len(met)):
            return
        for page in asked.pages[:MOST_PAGES]:
            records, _ = read_page_records(self._store, snapshot.site, page)
            if unseen & set(records.record.tolist()) and not self._stopping:
                self._match(snapshot, page)
        self._in_vain[snapshot.id] = met - self._seen(snapshot)

    def _seen(self, snapshot: Snapshot) -> set[int]:
        return set(self._matches.of(snapshot.site, snapshot.id, snapshot.page))

    def _match(self, snapshot: Snapshot, page: str) -> None:
        def tell(done: int, of: int) -> None:
            self._words = f"matching {page} at {snapshot.width} px: version {done + 1} of {of}"

        tell(0, 1)
        self._made[snapshot.id] = time.monotonic()
        if make_twins(self._store, self._snapshots, snapshot, page, tell):
            self._done()
