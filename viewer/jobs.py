"""Takes pictures in the background: a queue of jobs, each with its state and current activity."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from aggregator.shapes.heights import Heights
from store.pages import canonical_page
from store.records import Site
from store.snapshots import Snapshot, Snapshots
from store.worker import Worker
from viewer.http.errors import Problem, problem_of
from viewer.snapshot.progress import STEPS, Tell
from viewer.snapshot.request import PictureRequest

log = logging.getLogger("parcours.viewer.jobs")
KEPT = 500  # finished jobs that can still be looked up
MAX_WAITING = 200
STOP_SECONDS = 10.0
IDLE_SECONDS = 60.0  # then the browser, which uses some 200 MB, is closed


class PictureTaker(Protocol):
    """viewer.snapshot.Camera, or a test double."""

    def take(self, request: PictureRequest, heights: Heights, progress: Tell) -> Sequence[Any]:
        """Captures (snapshot, layout, strips), one for each width."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Job:
    """One request for pictures. `progress` describes the current activity."""

    id: str
    request: PictureRequest
    state: Literal["queued", "running", "done", "failed"] = "queued"
    progress: str = "waiting"
    asked: float = 0.0  # seconds since 1970
    snapshots: tuple[Snapshot, ...] = ()
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed")


class Jobs:
    """The queue and the one thread that works through it. `submit` and `get` return at once, from any thread.

    `camera` is called when the first job runs; `heights` returns the window heights of visitors (site, page, widths);
    `done` is called after pictures were saved.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        camera: Callable[[], PictureTaker],
        heights: Callable[[Site, str, Sequence[int]], Heights] = lambda *_: Heights(),
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self._snapshots = snapshots
        self._new_camera = camera
        self._heights = heights
        self._camera: PictureTaker | None = None
        self._done = done
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._worker: Worker[str] = Worker(
            "snapshot jobs", self._handle, idle_seconds=lambda: IDLE_SECONDS, end=self._close_camera
        )

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
            self._jobs[job.id] = job
            for id in [j.id for j in self._jobs.values() if j.over][:-KEPT]:
                del self._jobs[id]
        self._worker.put(job.id)
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
        self._worker.start()

    def stop(self) -> None:
        """Fail the waiting jobs, and give the running one STOP_SECONDS to finish."""
        problem = Problem(503, "stopped", "Parcours was stopped before the picture was taken.", "Ask again.")
        with self._changed:
            for id in [job.id for job in self._jobs.values() if job.state == "queued"]:
                self._set(id, state="failed", progress="", problem=problem)
        self._worker.stop(STOP_SECONDS)

    def _set(self, id: str, **changes: Any) -> Job:
        with self._changed:
            self._jobs[id] = job = replace(self._jobs[id], **changes)
            self._changed.notify_all()
            return job

    def _handle(self, id: str | None) -> None:
        """Take the pictures of a job; without one, the queue has been idle."""
        if id is None:
            self._close_camera()
        elif (job := self._begun(id)) is not None:
            self._run(job)

    def _begun(self, id: str) -> Job | None:
        """The job, marked as running; None if it was stopped meanwhile."""
        with self._changed:
            job = self._jobs.get(id)
            if job is None or job.state != "queued":
                return None
            return self._set(id, state="running", progress="starting the browser")

    def _run(self, job: Job) -> None:
        def tell(step: str, /, *, width: int = 0, number: int = 0) -> None:
            words = STEPS.get(step, step)
            at = f"{width} px ({number} of {len(job.request.widths)}): " if width else ""
            self._set(job.id, progress=at + words)

        try:
            request = job.request
            page = request.page or canonical_page(request.url, request.site.keep_query)
            heights = self._heights(request.site, page, request.widths)
            self._camera = self._camera or self._new_camera()
            captures = self._camera.take(request, heights, tell)
            for capture in captures:
                self._snapshots.save(capture.snapshot, capture.layout, capture.strips)
        except Exception as error:
            problem = problem_of(error)
            log.warning("picture of %s: %s", job.request.url, problem)
            self._set(job.id, state="failed", progress="", problem=problem)
        else:
            self._done()
            self._set(job.id, state="done", progress="", snapshots=tuple(c.snapshot for c in captures))

    def _close_camera(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()
