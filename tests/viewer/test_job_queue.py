"""Which job is next, and jobs that are cancelled, interrupted or taken up again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.client import Store
from store.jobs import JobStore, StoredJob, StoredRequest
from store.records import Site
from tests.viewer import shop
from viewer.job import Job, JobProgress, next_job
from viewer.jobs import MAX_ATTEMPTS, Jobs, JobSettings
from viewer.memory import free_memory
from viewer.snapshot import PictureRequest, SnapshotError

LAMPS = Site(id="1", name="Lamps", key="k", domains=("lamps.example",))
CHAIRS = Site(id="2", name="Chairs", key="c", domains=("chairs.example",))


def wanted(site: Site, page: str = "/", width: int = 1366) -> PictureRequest:
    return PictureRequest(site, f"https://{site.domains[0]}{page}", (width,))


def job(id: str, site: Site, page: str = "/", state: str = "queued") -> Job:
    return Job(id, wanted(site, page), state=state)  # type: ignore[arg-type]


def test_a_page_has_one_running_job() -> None:
    jobs = [job("a", LAMPS, "/x", "running"), job("b", LAMPS, "/x"), job("c", LAMPS, "/y")]
    assert next_job(jobs, {}) == jobs[2]
    assert next_job(jobs[:2], {}) is None


def test_sites_take_turns() -> None:
    jobs = [job("a", LAMPS, "/a"), job("b", LAMPS, "/b"), job("c", CHAIRS, "/c")]
    assert next_job(jobs, {}) == jobs[0]
    assert next_job(jobs, {"1": 1}) == jobs[2]
    assert next_job(jobs, {"1": 2, "2": 3}) == jobs[0]
    busy = [replace(jobs[0], state="running"), *jobs[1:]]
    assert next_job(busy, {"1": 1, "2": 2}) == jobs[2]


def test_progress_counts_steps_and_widths() -> None:
    assert JobProgress("opening", 1366, 1, 2).share == 0
    assert JobProgress("settling", 390, 2, 2).share == 0.625
    assert (JobProgress("picture", 390, 2, 2).done, JobProgress("saving", 390, 2, 2).share) == (1, 1)
    assert JobProgress("picture", 390, 2, 2).words == "390 px (2 of 2): reading its elements and taking the picture"


class SlowCamera:
    """Waits in each picture until it is released or cancelled."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.changed = threading.Condition()
        self.released = self.stopped = False
        self.taken: list[str] = []

    def take(self, request, heights, progress):
        progress("opening", width=request.widths[0], number=1)
        self.taken.append(request.url)
        self.began.release()
        with self.changed:
            assert self.changed.wait_for(lambda: self.released or self.stopped, 30)
        if self.stopped:
            self.stopped = False
            raise SnapshotError("stopped", "stopped")
        return [
            SimpleNamespace(snapshot=shop.snapshot(request.site.id), layout=None, strips=[]) for _ in request.widths
        ]

    def release(self) -> None:
        with self.changed:
            self.released = True
            self.changed.notify_all()

    def cancel(self) -> None:
        with self.changed:
            self.stopped = True
            self.changed.notify_all()

    close = cancel


class Saved:
    def __init__(self) -> None:
        self.snapshots: list[object] = []

    def save(self, snapshot, layout, strips) -> None:
        self.snapshots.append(snapshot)


def restore(stored: StoredRequest) -> PictureRequest:
    site = next(site for site in (LAMPS, CHAIRS) if site.id == stored.site)
    return PictureRequest(site, stored.url, stored.widths, stored.variant, page=stored.page)


Make = Callable[..., tuple[Jobs, SlowCamera, Saved]]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[tuple[Jobs, SlowCamera]] = []

    def one(**settings) -> tuple[Jobs, SlowCamera, Saved]:
        camera, saved = SlowCamera(), Saved()
        jobs = Jobs(saved, lambda: camera, settings=JobSettings(**settings))
        made.append((jobs, camera))
        return jobs, camera, saved

    yield one
    for jobs, camera in made:
        camera.release()
        jobs.stop()


def test_two_run_at_once_where_memory_allows(make: Make) -> None:
    jobs, camera, _ = make(cameras=2)
    jobs.start()
    for page in ("/a", "/b", "/c"):
        jobs.submit(wanted(LAMPS, page))
    assert camera.began.acquire(timeout=30)
    assert camera.began.acquire(timeout=30)
    assert sorted(one.state for one in jobs.of("1")) == ["queued", "running", "running"]


def test_one_runs_where_it_does_not(make: Make) -> None:
    asked = threading.Event()

    def second_allowed() -> bool:
        asked.set()
        return False

    jobs, camera, _ = make(cameras=2, second_allowed=second_allowed)
    jobs.start()
    ids = [jobs.submit(wanted(LAMPS, page)).id for page in ("/a", "/b")]
    assert camera.began.acquire(timeout=30)
    assert asked.wait(30)
    assert sorted(one.state for one in jobs.of("1")) == ["queued", "running"]
    camera.release()
    assert [jobs.wait(id, 30).state for id in ids] == ["done", "done"]  # type: ignore[union-attr]


def test_a_waiting_and_a_running_job_can_be_cancelled(make: Make) -> None:
    jobs, camera, saved = make()
    jobs.start()
    running = jobs.submit(wanted(LAMPS, "/a"))
    assert camera.began.acquire(timeout=30)
    waiting = jobs.submit(wanted(LAMPS, "/b"))
    assert jobs.cancel(waiting.id).state == "cancelled"  # type: ignore[union-attr]
    jobs.cancel(running.id)
    ended = jobs.wait(running.id, 30)
    assert ended
    assert (ended.state, ended.problem.code) == ("cancelled", "cancelled")  # type: ignore[union-attr]
    assert saved.snapshots == []
    assert camera.taken == ["https://lamps.example/a"]
    assert jobs.cancel("unknown") is None
    assert jobs.cancel(running.id).state == "cancelled"  # type: ignore[union-attr]


def test_jobs_survive_a_restart(make: Make, module_store: Store) -> None:
    """The running one and the waiting ones are taken up again, with their ids and in their order."""
    stored = JobStore(module_store, "here")
    jobs, camera, _ = make(stored=stored, restore=restore)
    jobs.start()
    running = jobs.submit(wanted(LAMPS, "/a"))
    assert camera.began.acquire(timeout=30)
    waiting = jobs.submit(wanted(CHAIRS, "/b"))
    ended = jobs.submit(wanted(LAMPS, "/c"))
    jobs.cancel(ended.id)
    threading.Timer(0.1, camera.cancel).start()  # the process ends while it takes the picture
    jobs.stop()

    assert [(one.id, one.state, one.attempts) for one in stored.unfinished()] == [
        (running.id, "running", 1),
        (waiting.id, "queued", 0),
    ]
    assert JobStore(module_store, "elsewhere").unfinished() == []
    later, camera, saved = make(stored=stored, restore=restore)
    camera.release()
    later.start()
    assert later.resume() == 2
    assert [later.wait(one.id, 30).state for one in (running, waiting)] == ["done", "done"]  # type: ignore[union-attr]
    assert len(saved.snapshots) == 2
    assert later.get(running.id).attempts == 2  # type: ignore[union-attr]
    assert stored.unfinished() == []


def test_a_job_that_was_interrupted_too_often_fails(make: Make, module_store: Store) -> None:
    stored = JobStore(module_store, "often")
    stored.save(StoredJob("often", StoredRequest("1", "https://lamps.example/", (390,)), "running", MAX_ATTEMPTS, 1))
    jobs, camera, _ = make(stored=stored, restore=restore)
    jobs.start()
    jobs.resume()
    found = jobs.get("often")
    assert found
    assert (found.state, found.problem.code) == ("failed", "interrupted")  # type: ignore[union-attr]
    assert (camera.taken, stored.unfinished()) == ([], [])


def test_a_job_whose_site_is_gone_is_dropped(make: Make, module_store: Store) -> None:
    stored = JobStore(module_store, "gone")
    stored.save(StoredJob("gone", StoredRequest("99", "https://gone.example/", (390,)), "queued", 0, 1))
    jobs, _, _ = make(stored=stored, restore=restore)
    jobs.resume()
    assert jobs.get("gone") is None
    assert stored.unfinished() == []


def test_free_memory_is_the_smaller_of_machine_and_container(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable:    4000 kB\n")
    assert free_memory(tmp_path / "none", meminfo) == 4000 * 1024
    for name, text in (("max", "3000000"), ("current", "2500000"), ("stat", "anon 1\ninactive_file 500000\n")):
        (tmp_path / f"memory.{name}").write_text(text)
    assert free_memory(tmp_path, meminfo) == 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path, meminfo) == 4000 * 1024
    assert free_memory(tmp_path / "none", tmp_path / "none") is None
