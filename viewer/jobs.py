"""Takes pictures in the background: a stored queue of jobs, and one thread with a camera for each at once."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aggregator.shapes.heights import Heights
from store.errors import StoreError
from store.jobs import JobState, StoredJob, StoredRequest
from store.records import Site
from store.snapshots import Snapshots
from store.worker import Worker
from viewer.http.errors import Problem, problem_of
from viewer.job import Job, JobProgress, next_job
from viewer.snapshot.progress import Tell
from viewer.snapshot.request import PictureRequest

log = logging.getLogger("parcours.viewer.jobs")
KEPT = 500  # finished jobs that can still be looked up
MAX_WAITING = 200
MAX_ATTEMPTS = 3  # a job that was interrupted so often is given up
STOP_SECONDS = 3.0
IDLE_SECONDS = 60.0  # then the browser, which uses some 200 MB, is closed


class PictureTaker(Protocol):
    """viewer.snapshot.Camera, or a test double."""

    def take(self, request: PictureRequest, heights: Heights, progress: Tell) -> Sequence[Any]:
        """Captures (snapshot, layout, strips), one for each width."""

    def cancel(self) -> None:
        """Let the pictures in progress fail."""

    def close(self) -> None: ...


class KeepsJobs(Protocol):
    """Where jobs are stored: store.jobs.JobStore."""

    def save(self, job: StoredJob) -> None: ...

    def unfinished(self) -> list[StoredJob]: ...


class NoStore:
    """Stores no jobs."""

    def save(self, job: StoredJob) -> None:
        return

    def unfinished(self) -> list[StoredJob]:
        return []


@dataclass(frozen=True)
class JobSettings:
    """Where jobs are stored and how many run at once.

    `restore` returns the request of a stored job, or raises if its site or state is gone; None: nothing is stored.
    `cameras`: how many pictures may be taken at once; `second_allowed` is asked before more than one runs.
    """

    stored: KeepsJobs = field(default_factory=NoStore)
    restore: Callable[[StoredRequest], PictureRequest] | None = None
    cameras: int = 1
    second_allowed: Callable[[], bool] = lambda: True


@dataclass(eq=False)
class _Lane:
    """One thread with its camera, and the job it works on."""

    worker: Worker[bool]
    first: bool
    camera: PictureTaker | None = None
    job: str = ""


class Jobs:
    """The queue and the threads that work through it. All methods can be called from any thread; `submit`, `cancel`
    and `resume` write to the store.

    `camera` is called when the first job of a thread runs; `heights` returns the window heights of visitors (site,
    page, widths); `done` is called after pictures were saved.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        camera: Callable[[], PictureTaker],
        heights: Callable[[Site, str, Sequence[int]], Heights] = lambda *_: Heights(),
        done: Callable[[], None] = lambda: None,
        settings: JobSettings | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._new_camera = camera
        self._heights = heights
        self._done = done
        self._settings = settings or JobSettings()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._versions: dict[str, int] = {}
        self._cancelled: set[str] = set()
        self._served: dict[str, int] = {}  # site → number of its latest turn
        self._turn = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._lanes = [self._lane(n) for n in range(max(1, self._settings.cameras))]

    def submit(self, request: PictureRequest) -> Job:
        """Queue a job, or return the waiting job of an equal request. Problem 503 when too many wait."""
        job = Job(secrets.token_hex(6), request, asked=time.time())
        with self._changed:
            waiting = [j for j in self._jobs.values() if j.state == "queued"]
            for other in waiting:
                if other.request == request:
                    return other
            if len(waiting) >= MAX_WAITING:
                raise Problem(
                    503, "busy", f"{len(waiting)} pictures are waiting already.", "Try again later.", retry_after=30
                )
            self._add(job)
        self._store(job)
        self._wake()
        return job

    def resume(self) -> int:
        """Queue the stored jobs that have not ended; returns how many."""
        found = self._settings.stored.unfinished()
        for stored in found:
            self._resume(stored)
        self._wake()
        return len(found)

    def cancel(self, id: str) -> Job | None:
        """Cancel a job unless it is over; returns it. A running one ends shortly afterwards."""
        with self._changed:
            job = self._jobs.get(id)
            if job is None or job.over:
                return job
            self._cancelled.add(id)
            if job.state == "queued":
                self._set(id, state="cancelled", ended=time.time(), problem=_cancelled(job))
            camera = next((lane.camera for lane in self._lanes if lane.job == id), None)
        if camera is not None:
            camera.cancel()
        job = self._jobs[id]
        if job.over:
            self._store(job)
        return job

    def get(self, id: str) -> Job | None:
        with self._changed:
            return self._jobs.get(id)

    def of(self, site: str) -> list[Job]:
        """Jobs of a site (its id), newest first."""
        with self._changed:
            return [job for job in reversed(self._jobs.values()) if job.request.site.id == site]

    def wait(self, id: str, seconds: float) -> Job | None:
        """The job once it is over, or its current state after `seconds`. Blocks: call it in a thread."""
        with self._changed:
            self._changed.wait_for(lambda: id not in self._jobs or self._jobs[id].over, seconds)
            return self._jobs.get(id)

    def start(self) -> None:
        for lane in self._lanes:
            lane.worker.start()
        self._wake()

    def stop(self) -> None:
        """Give running jobs STOP_SECONDS to finish. What has not ended stays in the store for the next start.

        Without a store, the waiting jobs fail.
        """
        problem = Problem(503, "stopped", "Parcours was stopped before the picture was taken.", "Ask again.")
        with self._changed:
            self._stopping = True
            if self._settings.restore is None:
                for id in [job.id for job in self._jobs.values() if job.state == "queued"]:
                    self._end(id, "failed", stored=False, problem=problem)
        until = time.monotonic() + STOP_SECONDS
        for lane in self._lanes:
            lane.worker.stop(max(0.0, until - time.monotonic()))
        for lane in self._lanes:
            _close_camera(lane)  # closed already unless a job still runs, which then fails

    def _lane(self, n: int) -> _Lane:
        def handle(woken: bool | None) -> None:
            if woken is None:
                _close_camera(lane)
            while (job := self._begun(lane)) is not None:
                self._run(lane, job)

        def end() -> None:
            _close_camera(lane)

        worker: Worker[bool] = Worker(f"snapshot jobs {n + 1}", handle, idle_seconds=lambda: IDLE_SECONDS, end=end)
        lane = _Lane(worker, first=n == 0)
        return lane

    def _wake(self) -> None:
        for lane in self._lanes:
            if lane.worker.running:
                lane.worker.put(True)

    def _add(self, job: Job) -> None:
        with self._changed:
            self._jobs[job.id] = job
            for id in [j.id for j in self._jobs.values() if j.over][:-KEPT]:
                del self._jobs[id]
                self._versions.pop(id, None)

    def _resume(self, stored: StoredJob) -> None:
        """Queue a stored job; it fails if it was begun too often, or if its site or state is gone."""
        with self._changed:
            if stored.id in self._jobs:
                return
            self._versions[stored.id] = stored.version + 1
        asked = stored.request
        try:
            if self._settings.restore is None:
                return
            request = self._settings.restore(asked)
        except Exception as error:
            log.warning("job %s, picture of %s, cannot be taken up again: %s", stored.id, asked.url, error)
            self._settings.stored.save(replace(stored, state="failed", version=stored.version + 1))
            return
        job = Job(stored.id, request, asked=asked.asked, attempts=stored.attempts)
        self._add(job)
        if stored.attempts >= MAX_ATTEMPTS:
            words = f"The picture of {asked.url} was interrupted {stored.attempts} times."
            problem = Problem(503, "interrupted", words, "Check the log of the server, then ask again.")
            self._end(job.id, "failed", problem=problem)

    def _set(self, id: str, **changes: Any) -> Job:
        with self._changed:
            self._jobs[id] = job = replace(self._jobs[id], **changes)
            self._changed.notify_all()
            return job

    def _end(self, id: str, state: JobState, *, stored: bool = True, **changes: Any) -> None:
        """Store that a job has ended, then tell those who wait for it."""
        changes |= {"state": state, "ended": time.time()}
        if stored:
            self._store(replace(self._jobs[id], **changes))
        self._set(id, **changes)

    def _store(self, job: Job) -> None:
        """Store the state of a job. A failure is logged: the job goes on, and only a restart would lose it."""
        with self._changed:
            version = self._versions[job.id] = self._versions.get(job.id, 0) + 1
        request = job.request
        asked = StoredRequest(
            request.site.id, request.url, request.widths, request.variant, request.recipe.state, request.page, job.asked
        )
        try:
            self._settings.stored.save(StoredJob(job.id, asked, job.state, job.attempts, version))
        except StoreError as error:
            log.warning("job %s could not be stored: %s", job.id, error)

    def _begun(self, lane: _Lane) -> Job | None:
        """The next job, marked as running; None if there is none for this thread."""
        if not lane.first and not self._settings.second_allowed():
            return None
        with self._changed:
            job = None if self._stopping else next_job(self._jobs.values(), self._served)
            if job is None:
                return None
            self._turn += 1
            self._served[job.request.site.id] = self._turn
            lane.job = job.id
            at = JobProgress("browser", of=len(job.request.widths))
            job = self._set(job.id, state="running", at=at, attempts=job.attempts + 1)
        self._store(job)
        return job

    def _run(self, lane: _Lane, job: Job) -> None:
        of = len(job.request.widths)

        def tell(step: str, /, *, width: int = 0, number: int = 0) -> None:
            self._set(job.id, at=JobProgress(step, width, number, of))
            if job.id in self._cancelled and lane.camera is not None:
                lane.camera.cancel()

        try:
            request = job.request
            heights = self._heights(request.site, job.page, request.widths)
            lane.camera = lane.camera or self._new_camera()
            captures = [] if job.id in self._cancelled else lane.camera.take(request, heights, tell)
            if job.id not in self._cancelled:
                tell("saving")
                for capture in captures:
                    self._snapshots.save(capture.snapshot, capture.layout, capture.strips)
        except Exception as error:
            self._failed(job, problem_of(error))
        else:
            if job.id in self._cancelled:
                self._failed(job, _cancelled(job))
            else:
                self._done()
                self._end(job.id, "done", snapshots=tuple(c.snapshot for c in captures))
        finally:
            lane.job = ""
            self._wake()  # another job of the same page may have waited for this one

    def _failed(self, job: Job, problem: Problem) -> None:
        if job.id in self._cancelled:
            self._end(job.id, "cancelled", problem=_cancelled(job))
            return
        log.warning("picture of %s: %s", job.request.url, problem)
        # A job that a stop interrupts is not stored as failed: it is taken up again at the next start.
        self._end(job.id, "failed", stored=not self._stopping, problem=problem)


def _close_camera(lane: _Lane) -> None:
    camera, lane.camera = lane.camera, None
    if camera is not None:
        camera.close()


def _cancelled(job: Job) -> Problem:
    return Problem(409, "cancelled", f"The picture of {job.request.url} was cancelled.", "Ask again if it is needed.")
