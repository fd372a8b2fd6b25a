"""Pictures are taken in the background: a queue of jobs, each with its state in words."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from aggregator.shapes.heights import Heights
from rules.recipe import Recipe
from store.pages import canonical_page
from store.records import Site
from store.snapshots import Snapshot, Snapshots
from viewer.http.errors import Problem, problem_of

log = logging.getLogger("parcours.viewer.jobs")
KEPT = 500  # finished jobs that can still be asked for
MOST_WAITING = 200
IDLE_SECONDS = 60.0  # after which the browser is closed: it holds some 200 MB


class Camera(Protocol):
    """viewer.snapshot.Camera, or what stands in for it."""

    def take(
        self,
        url: str,
        site: Site,
        widths: Sequence[int],
        variant: str = "",
        recipe: Recipe | None = None,
        *,
        page: str = "",
        viewport_heights: Mapping[int, int] | None = None,
        page_heights: Mapping[int, int] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Sequence[Any]:
        """Captures (snapshot, layout, strips), one a width."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Job:
    """One request for pictures. `progress` is what it does now, in words."""

    id: str
    site: Site
    url: str
    widths: tuple[int, ...]
    variant: str = ""  # "EXPERIMENT=KEY", or empty
    recipe: Recipe = field(default_factory=Recipe)  # what is done to the page first, and the state it is for
    page: str = ""  # canonical page to file it under; empty = that of the address
    state: Literal["queued", "running", "done", "failed"] = "queued"
    progress: str = "waiting"
    asked: float = 0.0  # seconds since 1970
    snapshots: tuple[Snapshot, ...] = ()
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed")

    def asks_the_same(self, other: Job) -> bool:
        def order(job: Job) -> tuple[Any, ...]:
            return job.site.id, job.url, job.widths, job.variant, job.recipe, job.page

        return order(self) == order(other)


class Jobs:
    """The queue, worked off by one thread. `submit` and `get` are quick and may be called from anywhere.

    `camera` makes the camera when the first job runs; `heights` knows the windows of visitors
    (site, page, widths); `done` is told when pictures were saved.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        camera: Callable[[], Camera],
        heights: Callable[[Site, str, Sequence[int]], Heights] = lambda *_: Heights(),
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self._snapshots = snapshots
        self._new_camera = camera
        self._heights = heights
        self._camera: Camera | None = None
        self._done = done
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(
        self,
        site: Site,
        url: str,
        widths: Sequence[int],
        variant: str = "",
        recipe: Recipe | None = None,
        page: str = "",
    ) -> Job:
        """Queue a job; if the same one still waits, that one is given back. Problem 503 when too many wait."""
        job = Job(secrets.token_hex(6), site, url, tuple(widths), variant, recipe or Recipe(), page, asked=time.time())
        with self._changed:
            waiting = [j for j in self._jobs.values() if j.state == "queued"]
            for other in waiting:
                if other.asks_the_same(job):
                    return other
            if len(waiting) >= MOST_WAITING:
                raise Problem(503, "busy", f"{len(waiting)} pictures wait already.", "Try again later.", retry_after=30)
            self._jobs[job.id] = job
            for id in [j.id for j in self._jobs.values() if j.over][:-KEPT]:
                del self._jobs[id]
        self._waiting.put(job.id)
        return job

    def get(self, id: str) -> Job | None:
        with self._changed:
            return self._jobs.get(id)

    def of(self, site: str) -> list[Job]:
        """Jobs of a site (its id), newest first."""
        with self._changed:
            return [job for job in reversed(self._jobs.values()) if job.site.id == site]

    def wait(self, id: str, seconds: float) -> Job | None:
        """The job once it is over, or as it is after `seconds`. Blocks: call it in a thread."""
        with self._changed:
            self._changed.wait_for(lambda: id not in self._jobs or self._jobs[id].over, seconds)
            return self._jobs.get(id)

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="snapshot jobs", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Fail what waits; what runs may come to its end, for at most 10 s."""
        problem = Problem(503, "stopped", "Parcours was stopped before the picture was taken.", "Ask again.")
        with self._changed:
            for id in [job.id for job in self._jobs.values() if job.state == "queued"]:
                self._set(id, state="failed", progress="", problem=problem)
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(10)
            self._thread = None

    def _set(self, id: str, **changes: Any) -> Job:
        with self._changed:
            self._jobs[id] = job = replace(self._jobs[id], **changes)
            self._changed.notify_all()
            return job

    def _work(self) -> None:
        try:
            while True:
                try:
                    id = self._waiting.get(timeout=IDLE_SECONDS)
                except queue.Empty:
                    self._close_camera()
                    continue
                if id is None:
                    return
                if (job := self._begun(id)) is not None:
                    self._run(job)
        finally:
            self._close_camera()

    def _begun(self, id: str) -> Job | None:
        """The job, now running; None where it was stopped meanwhile."""
        with self._changed:
            job = self._jobs.get(id)
            if job is None or job.state != "queued":
                return None
            return self._set(id, state="running", progress="starting the browser")

    def _run(self, job: Job) -> None:
        def tell(words: str) -> None:
            self._set(job.id, progress=words)

        try:
            page = job.page or canonical_page(job.url, job.site.keep_query)
            heights = self._heights(job.site, page, job.widths)
            self._camera = self._camera or self._new_camera()
            captures = self._camera.take(
                job.url,
                job.site,
                job.widths,
                job.variant,
                job.recipe,
                page=job.page,
                viewport_heights=heights.window,
                page_heights=heights.page,
                progress=tell,
            )
            for capture in captures:
                self._snapshots.save(capture.snapshot, capture.layout, capture.strips)
        except Exception as error:
            problem = problem_of(error)
            log.warning("picture of %s: %s", job.url, problem)
            self._set(job.id, state="failed", progress="", problem=problem)
        else:
            self._done()
            self._set(job.id, state="done", progress="", snapshots=tuple(c.snapshot for c in captures))

    def _close_camera(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()
