"""One request for pictures: its state, how far it has come, and which one is next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from store.jobs import OVER, JobState
from store.pages import canonical_page
from store.snapshots import Snapshot
from viewer.http.errors import Problem
from viewer.snapshot.progress import STEPS
from viewer.snapshot.request import PictureRequest


@dataclass(frozen=True)
class JobProgress:
    """The current step (a key of STEPS), at one width; `number` of `of` widths counts from 1, 0: none begun."""

    step: str = "waiting"
    width: int = 0
    number: int = 0
    of: int = 0

    @property
    def done(self) -> int:
        """Widths that are finished."""
        return self.of if self.step == "saving" else max(0, self.number - 1)

    @property
    def share(self) -> float:
        """The part of the work that is done, 0 … 1: each step of a width counts the same."""
        if not self.of:
            return 0.0
        order = ("opening", "settling", "state", "picture")
        within = order.index(self.step) / len(order) if self.step in order else 0.0
        return min(1.0, (self.done + within) / self.of)

    @property
    def words(self) -> str:
        """In English."""
        at = f"{self.width} px ({self.number} of {self.of}): " if self.width else ""
        return at + STEPS.get(self.step, self.step)


@dataclass(frozen=True)
class Job:
    """One request for pictures."""

    id: str
    request: PictureRequest
    state: JobState = "queued"
    at: JobProgress = field(default_factory=JobProgress)
    asked: float = 0.0  # seconds since 1970
    ended: float = 0.0  # seconds since 1970
    attempts: int = 0
    snapshots: tuple[Snapshot, ...] = ()
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def progress(self) -> str:
        """The current activity in English; empty once it is over."""
        return "" if self.over else self.at.words

    @property
    def page(self) -> str:
        """The canonical page that the pictures are filed under."""
        return self.request.page or canonical_page(self.request.url, self.request.site.keep_query)


def next_job(jobs: Iterable[Job], served: Mapping[str, int]) -> Job | None:
    """The job to run next. A page has at most one running job, so a page that hangs holds only one camera.

    Sites take turns: first those with the fewest running jobs, then the one whose turn is longest ago. `served`:
    site → number of its latest turn.
    """
    all_jobs = list(jobs)
    running = [job for job in all_jobs if job.state == "running"]
    busy = {(job.request.site.id, job.page) for job in running}
    waiting = [j for j in all_jobs if j.state == "queued" and (j.request.site.id, j.page) not in busy]

    def turn(job: Job) -> tuple[int, int]:
        site = job.request.site.id
        return sum(other.request.site.id == site for other in running), served.get(site, 0)

    return min(waiting, key=turn, default=None)  # among equals the oldest: `jobs` is in the order of the requests
