"""Takes the pictures of pages again by the schedule of their site, through the queue of jobs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from store.client import Store
from store.definitions import Definitions, Missing
from store.errors import StoreError
from store.jobs import OVER, JobState, JobStore
from store.records import Site
from store.retakes import LastRetake, Retakes
from store.snapshots import Snapshot, Snapshots
from store.worker import Worker
from viewer.http.errors import Problem
from viewer.job import Job
from viewer.jobs import Jobs
from viewer.page_changes import page_changes
from viewer.retake_times import DAY, may_begin, surplus
from viewer.retakes import PageRetakes, SiteRetakes, requests_of, scheduled_retakes

log = logging.getLogger("parcours.viewer.retakes")
AT_ONCE = 2  # pages of a site: pictures that people ask for should not wait behind a whole site
LOOK_SECONDS = 300.0  # between two looks at the schedules
FOLLOW_SECONDS = 20.0  # while retakes are under way
MOST_CHECKED = 10  # pages of a site checked for changes in one look
MOST_DELETED = 30  # pictures of a page at once
STOP_SECONDS = 2.0
FAILED = "The pictures could not be taken: see the log of the server."
INTERRUPTED = "The server was stopped before the pictures were taken."


@dataclass(frozen=True)
class RetakeParts:
    """What the scheduler works with. `deleted` is called after old pictures were deleted, `now` is s since 1970."""

    store: Store
    definitions: Definitions
    snapshots: Snapshots
    jobs: Jobs
    deleted: Callable[[], None] = lambda: None
    now: Callable[[], float] = time.time


@dataclass(frozen=True)
class JobResult:
    """The state of a job; if it is over and not done, `code` and `words` say why."""

    state: JobState
    code: str = ""
    words: str = ""


class RetakeScheduler:
    """One thread that looks at the schedules of all sites every LOOK_SECONDS.

    Each attempt is stored before its jobs are queued. So another process does not take the same page, and a restart
    knows what was under way: a retake whose jobs were lost counts as failed.
    """

    def __init__(self, parts: RetakeParts) -> None:
        self._parts = parts
        self._retakes = Retakes(parts.store)
        self._checked: dict[tuple[str, str], int] = {}  # (site, page) → when it was last checked for changes, ms
        self._open = False
        self._stopping = False
        self._worker: Worker[bool] = Worker("retakes", self._handle, self._idle_seconds)

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self._worker.put(True)

    def stop(self) -> None:
        """Let the current look at the sites finish, for at most STOP_SECONDS."""
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def look(self) -> None:
        """Settle the retakes that have ended, and begin those that are due."""
        self._open = False
        for site in self._parts.definitions.find(Site):
            if site.retake == "never" or self._stopping:
                continue
            try:
                self._look_at(site)
            except (StoreError, Missing, Problem) as error:
                log.warning("retakes of site %s: %s", site.id, error)

    def _handle(self, _: bool | None) -> None:
        self.look()

    def _idle_seconds(self) -> float:
        return FOLLOW_SECONDS if self._open else LOOK_SECONDS

    @property
    def _now(self) -> int:
        return int(self._parts.now() * 1000)

    def _look_at(self, site: Site) -> None:
        parts = self._parts
        under_way = self._settle(site)
        plan = scheduled_retakes(parts.store, parts.definitions, parts.snapshots, site, self._now)
        busy = {job.page for job in parts.jobs.of(site.id) if not job.over}
        checks = 0
        for page in plan.pages:
            if under_way >= AT_ONCE or checks >= MOST_CHECKED or self._stopping:
                break
            if page.last.jobs or page.page in busy or not may_begin(self._now, page.due, plan.quiet, site.zone):
                continue
            if site.retake == "changed" and not page.last.failures:
                if self._now - self._checked.get((site.id, page.page), -DAY) < DAY // 2:
                    continue
                checks += 1
                self._checked[site.id, page.page] = self._now
                if not self._has_changed(site, page):
                    continue
            under_way += self._begin(plan, page)
        self._open = self._open or under_way > 0

    def _has_changed(self, site: Site, page: PageRetakes) -> bool:
        """Whether visitors use elements that one of the newest pictures of the page lacks."""
        parts = self._parts
        day = site.zone.day(self._now)
        found = page_changes(parts.store, parts.definitions, parts.snapshots, site, page.pictures, day)
        return next(found, None) is not None

    def _begin(self, plan: SiteRetakes, page: PageRetakes) -> bool:
        """Queue the pictures of a page that are due; False if there are none, or if another process has begun."""
        parts, site = self._parts, plan.site
        requests = requests_of(parts.definitions, site, plan.due_pictures(page, self._now))
        if not requests:
            return False
        begun = replace(
            page.last, begun=self._now, failures=page.last.failures + 1, code="interrupted", words=INTERRUPTED
        )
        stored = self._retakes.write(int(site.id), begun)
        if stored is None:
            return False
        try:
            asked = [parts.jobs.submit(request) for request in requests]
        except Problem as problem:
            self._retakes.write(int(site.id), replace(stored, code=problem.code, words=str(problem)))
            return False
        self._retakes.write(int(site.id), replace(stored, jobs=tuple(job.id for job in asked)))
        log.info("pictures of %s are taken again (%s)", page.page, site.retake)
        return True

    def _settle(self, site: Site) -> int:
        """Store how the retakes went whose jobs have ended; returns how many pages are still under way."""
        under_way = 0
        for retake in self._retakes.of(int(site.id)).values():
            if not retake.jobs:
                continue
            found = self._results(retake.jobs)
            if any(one is not None and one.state not in OVER for one in found):
                under_way += 1
                continue
            history = self._parts.snapshots.history(int(site.id), retake.page)
            self._retakes.write(int(site.id), _ended(retake, found, history))
            self._delete_old(site, history)
        return under_way

    def _results(self, ids: Sequence[str]) -> list[JobResult | None]:
        """How far these jobs are, of this process or another one; None for a lost job."""
        jobs = [self._parts.jobs.get(id) for id in ids]
        stored = JobStore(self._parts.store).states(ids) if None in jobs else {}
        return [
            _result(job) if job is not None else JobResult(stored[id], "failed", FAILED) if id in stored else None
            for id, job in zip(ids, jobs, strict=True)
        ]

    def _delete_old(self, site: Site, history: Sequence[Snapshot]) -> None:
        chosen = self._parts.snapshots.chosen(int(site.id))
        old = surplus(history, site.keep_pictures, chosen)[-MOST_DELETED:]
        for one in old:
            self._parts.snapshots.delete(one)
        if old:
            log.info("%d old pictures of %s were deleted", len(old), old[0].page)
            self._parts.deleted()


def _result(job: Job) -> JobResult:
    problem = job.problem
    return JobResult(job.state, problem.code, str(problem)) if problem else JobResult(job.state, "failed", FAILED)


def _ended(retake: LastRetake, results: Sequence[JobResult | None], history: Sequence[Snapshot]) -> LastRetake:
    """The retake with its result. Where a job was lost, a picture that is newer than the retake shows that it
    succeeded."""
    failed = next((one for one in results if one is not None and one.state != "done"), None)
    if failed is not None:
        return replace(retake, jobs=(), code=failed.code, words=failed.words)
    if None in results and not any(one.taken >= retake.begun for one in history):
        return replace(retake, jobs=())  # it was stored as interrupted when it began
    return replace(retake, jobs=(), failures=0, code="", words="")
