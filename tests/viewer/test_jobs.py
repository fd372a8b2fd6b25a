"""The queue of pictures, with a camera that waits for a signal."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from aggregator.shapes.heights import Heights
from store.records import Site
from tests.viewer import shop
from viewer.jobs import Jobs
from viewer.snapshot import PictureRequest

SITE = Site(id="1", name="Lamp shop", key="k", domains=("shop.example",))
URL = "https://shop.example/lamps"


class Camera:
    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()
        self.taken: list[tuple[str, dict]] = []
        self.closed = False

    def take(self, request, heights, progress):
        self.asked.set()
        assert self.go.wait(30)
        self.taken.append((request.url, heights))
        return [
            SimpleNamespace(snapshot=shop.snapshot(request.site.id), layout=None, strips=[]) for _ in request.widths
        ]

    def close(self) -> None:
        self.closed = True


class Kept:
    def __init__(self) -> None:
        self.saved: list[object] = []

    def save(self, snapshot, layout, strips) -> None:
        self.saved.append(snapshot)


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
def jobs(camera):
    made = Jobs(Kept(), lambda: camera, lambda site, page, widths: Heights({widths[0]: 700}, {widths[0]: 3000}))
    yield made
    camera.go.set()
    made.stop()


def test_the_same_request_is_queued_once(jobs):
    first = jobs.submit(PictureRequest(SITE, URL, (1366,)))
    assert jobs.submit(PictureRequest(SITE, URL, (1366,))).id == first.id
    assert jobs.submit(PictureRequest(SITE, URL, (390,))).id != first.id
    assert [job.request.widths for job in jobs.of("1")] == [(390,), (1366,)]
    assert jobs.of("2") == []


def test_a_job_uses_the_window_sizes_of_visitors(jobs, camera):
    jobs.start()
    camera.go.set()
    job = jobs.wait(jobs.submit(PictureRequest(SITE, URL, (1366, 390))).id, 30)
    assert (job.state, len(job.snapshots), job.problem) == ("done", 2, None)
    assert jobs._snapshots.saved == list(job.snapshots)
    ((_, heights),) = camera.taken
    assert heights == Heights({1366: 700}, {1366: 3000})


def test_stop_fails_waiting_jobs_and_closes_the_camera(jobs, camera):
    jobs.start()
    running = jobs.submit(PictureRequest(SITE, URL, (1366,)))
    assert camera.asked.wait(30)
    waiting = jobs.submit(PictureRequest(SITE, URL, (390,)))
    threading.Timer(0.2, camera.go.set).start()  # while stop waits for what runs
    jobs.stop()
    assert camera.closed
    assert jobs.get(running.id).state == "done"
    assert jobs.get(waiting.id).problem.code == "stopped"


def test_a_crash_of_the_camera_is_a_failed_job(jobs, camera, caplog):
    def crash(*_, **__):
        raise ZeroDivisionError("inside")

    camera.take = crash
    jobs.start()
    job = jobs.wait(jobs.submit(PictureRequest(SITE, URL, (1366,))).id, 30)
    assert job.state == "failed"
    assert job.problem.incident in caplog.text
