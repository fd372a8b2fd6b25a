"""Erases in the background what owners ask for: in the journal, in every table and in the files of the tables.

A request is stored before anything is erased (store/records.py, `Erasure`), and each step can be done again. So after a
restart, the work begins from its first step. Collectors in other processes read the requests too: each erases in its
own journal before it inserts anything else.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rules.erasure import is_due, retention_of, site_erasure
from store.client import Store
from store.definitions import KINDS, Conflict, Definitions
from store.erasure import (
    CLOSING,
    TABLES,
    delete_old_files,
    erase_examples,
    erase_table,
    erase_versions,
    hash_of,
)
from store.errors import StoreError
from store.jobs import ABANDONED_MS, JobStore, StoredRequest
from store.pages import canonical_page
from store.records import Erasure, Site
from store.worker import Worker
from store.zones import now_ms
from viewer.jobs import Jobs

log = logging.getLogger("parcours.viewer.erasing")
JOURNAL = "journal"  # what a receipt calls the batches that were found there
STEPS = (JOURNAL, "pictures", "tables", "definitions", "files")
# What is defined for a site: every kind of record that belongs to one. An erasure stays, as a proof.
DEFINED = tuple(
    kind for kind in KINDS.values() if kind is Site or ("site" in kind.__struct_fields__ and kind is not Erasure)
)
PASSES = 3  # over the tables: rows may arrive while they are erased
IDLE_SECONDS = 60.0
COLLECTOR_SECONDS = 15.0
STOP_SECONDS = 5.0


def wait_for_collectors(_: Collection[int]) -> dict[str, int]:
    """Wait until collectors in other processes have read the request, which they do every ten seconds. What they find
    is not known here."""
    threading.Event().wait(COLLECTOR_SECONDS)
    return {}


@dataclass(frozen=True)
class ErasingParts:
    """`server`: names this process across restarts. `journal`: erases in the journals of this process for some sites,
    and returns how many batches each erasure found there, by its id.

    `erased` is called when something was erased. `limits`: whether this process enforces the limits of the sites.
    """

    store: Store
    definitions: Definitions
    jobs: Jobs
    server: str = ""
    journal: Callable[[Collection[int]], Mapping[str, int]] = wait_for_collectors
    erased: Callable[[], None] = lambda: None
    limits: bool = False


class Erasing:
    """The requests, and one thread that works through them. All methods can be called from any thread and query."""

    def __init__(self, parts: ErasingParts) -> None:
        self._parts = parts
        self._changed = threading.Condition()
        self._stopping = False
        self._worker: Worker[bool] = Worker("erasing", self._handle, lambda: IDLE_SECONDS)

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self._worker.put(True)

    def stop(self) -> None:
        """An erasure that has not ended is taken up again at the next start."""
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def submit(self, asked: Erasure) -> Erasure:
        """Store a request, which is done soon. What it erases arrives in no table again once this returns."""
        id = asked.id or secrets.token_hex(6)
        stored = self._parts.definitions.put(
            replace(asked, id=id, server=self._parts.server, changed=now_ms(), of=len(STEPS)), asked.by
        )
        self._parts.store.sync()
        self._worker.put(True)
        return stored

    def delete_site(self, site: str, by: str) -> Erasure:
        """Hide a site, and erase everything that it stored and that is defined for it."""
        asked = self.submit(replace(site_erasure(site, now_ms()), by=by))
        self._parts.definitions.blank((Site,), site, by)
        self._parts.erased()
        return asked

    def get(self, id: str) -> Erasure:
        """Missing if there is none."""
        return self._parts.definitions.get(Erasure, id)

    def all(self) -> list[Erasure]:
        """Every request, the newest first."""
        return sorted(self._parts.definitions.find(Erasure), key=lambda one: -one.asked)

    def wait(self, id: str, seconds: float) -> Erasure:
        """The request once it is done, or as it is after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.get(id).state == "done", seconds)
        return self.get(id)

    def work(self) -> None:
        """Do what is to be done; what fails is tried again later."""
        for one in reversed(self.all()):
            abandoned = now_ms() - one.changed > ABANDONED_MS
            if one.state == "done" or self._stopping or not (one.server == self._parts.server or abandoned):
                continue
            try:
                self._erase(one)
            except Conflict:
                log.info("erasure %s is done by another process", one.id)
            except Exception as error:
                log.warning("erasure %s is tried again: %s", one.id, error)
                self._failed(one.id, str(error))

    def ask_for_limits(self) -> None:
        """Ask for the erasure of what is older than the limits of the sites, once for each of their days."""
        last = {one.id: one for one in self.all()}
        for site in self._parts.definitions.find(Site):
            wanted = retention_of(site, now_ms())
            if wanted is None or not is_due(last.get(wanted.id), wanted):
                continue
            before = last.get(wanted.id)
            try:
                self.submit(replace(wanted, version=before.version if before else 0))
            except Conflict:
                log.info("%s is done by another process", wanted.id)

    def _handle(self, woken: bool | None) -> None:
        if self._parts.limits and not self._stopping:
            self.ask_for_limits()
        self.work()

    def _failed(self, id: str, problem: str) -> None:
        try:
            self._put(self.get(id), state="queued", problem=problem)
        except StoreError as error:
            log.warning("erasure %s: %s", id, error)

    def _put(self, erasure: Erasure, **changes: object) -> Erasure:
        changed = replace(erasure, server=self._parts.server, changed=now_ms(), **changes)
        stored = self._parts.definitions.put(changed, erasure.by)
        with self._changed:
            self._changed.notify_all()
        return stored

    def _erase(self, erasure: Erasure) -> None:
        parts = self._parts
        erased = dict(erasure.erased)
        for number, (step, rows) in enumerate(self._steps(erasure)):
            if self._stopping:
                return
            erasure = self._put(erasure, state="running", step=step, done=number, problem="")
            for table, count in rows():
                if not erasure.id.startswith(CLOSING):  # the rows of a day may be of too few visitors to be counted
                    erased[table] = erased.get(table, 0) + count
            parts.erased()
        parts.store.sync()
        self._put(erasure, state="done", step="", done=len(STEPS), erased=erased)

    def _steps(self, erasure: Erasure) -> Iterator[tuple[str, Callable[[], Iterator[tuple[str, int]]]]]:
        def journal() -> Iterator[tuple[str, int]]:
            found = self._parts.journal({int(erasure.site)})
            if erasure.id in found:
                yield JOURNAL, found[erasure.id]

        yield "journal", journal
        yield "pictures", lambda: self._picture_jobs(erasure)
        yield "tables", lambda: self._tables(erasure)
        yield "definitions", lambda: self._definitions(erasure)
        yield "files", self._files

    def _picture_jobs(self, erasure: Erasure) -> Iterator[tuple[str, int]]:
        """Cancel and erase requests for pictures of the site, or of the page."""
        if erasure.sender or erasure.visitor or not (erasure.whole_site or erasure.pages):
            return
        jobs = self._parts.jobs
        for job in jobs.of(erasure.site):
            if not job.over and _is_about(erasure, job.page):
                jobs.cancel(job.id)

        def applies(asked: StoredRequest) -> bool:
            page = asked.page or canonical_page(asked.url)
            return asked.site == erasure.site and _is_about(erasure, page)

        yield "jobs", JobStore(self._parts.store).erase(applies)

    def _tables(self, erasure: Erasure) -> Iterator[tuple[str, int]]:
        for _ in range(PASSES):
            found = {table.name: erase_table(self._parts.store, table, erasure) for table in TABLES}
            yield from found.items()
            if not any(found.values()):
                break

    def _definitions(self, erasure: Erasure) -> Iterator[tuple[str, int]]:
        """What is defined for a deleted site; of a page, the examples of refused messages that may name it."""
        parts = self._parts
        if erasure.whole_site:
            blanked = parts.definitions.blank(DEFINED, erasure.site, erasure.by)
            erase_versions(parts.store, blanked)
            yield "definitions", len(blanked)
        elif erasure.pages:
            erase_examples(parts.store, int(erasure.site))

    def _files(self) -> Iterator[tuple[str, int]]:
        delete_old_files(self._parts.store, [*(table.name for table in TABLES), "jobs", "definitions"])
        yield from ()


def _is_about(erasure: Erasure, page: str) -> bool:
    return not erasure.pages or hash_of(page) in erasure.pages
