"""Scheduled retakes on a real store, with real jobs, a camera that answers at once, and a clock that is set."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from rules import experiment
from rules.site import add_site, change
from store.client import Store
from store.definitions import Definitions
from store.jobs import JobStore
from store.notes import note
from store.records import Site
from store.retakes import Retakes
from store.snapshots import Snapshots
from tests.aggregator.build import NOON, insert, record_id
from tests.viewer import shop as shops
from viewer.app import Viewer
from viewer.jobs import Jobs, JobSettings
from viewer.restoring import restored
from viewer.retake_scheduler import RetakeParts, RetakeScheduler
from viewer.snapshot import SnapshotError

DAY, HOUR = 24 * 3_600_000, 3_600_000
NIGHT = NOON - 10 * HOUR  # two in the morning of the day of the pictures
NEW = ("main>section:2>button:1", "")
_number = itertools.count(1)


class ClockCamera:
    """Takes pictures at the time of the clock. Fails while `failing`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def take(self, request: Any, heights: Any, progress: Any) -> list[Any]:
        self.world.asked.append((request.page, request.variant, request.recipe.state, request.widths))
        if self.world.failing:
            raise SnapshotError("Nothing answers at shop.example.", "unreachable")
        made = []
        for width in request.widths:
            one = shops.snapshot(request.site.id, request.variant, request.page, width, request.recipe.state)
            one = replace(one, taken=self.world.now)
            made.append(SimpleNamespace(snapshot=one, layout=shops.page_layout(), strips=shops.strips()))
        return made

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class World:
    """A site whose page and pictures are as old as the tests say."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.definitions, self.snapshots = Definitions(store), Snapshots(store)
        self.now = NOON
        self.failing = False
        self.asked: list[tuple[str, str, str, tuple[int, ...]]] = []
        self.host = f"shop{next(_number)}.example"
        self.running: list[Jobs] = []
        self.site = add_site(self.definitions, self.host, [self.host], retake="weekly", keep_pictures=2)
        self.jobs, self.scheduler = self.server()

    def server(self) -> tuple[Jobs, RetakeScheduler]:
        """The queue and the scheduler of a process."""
        stored = JobStore(self.store, self.host)
        settings = JobSettings(stored=stored, restore=lambda one: restored(self.definitions, one))
        jobs = Jobs(self.snapshots, lambda: ClockCamera(self), settings=settings)
        parts = RetakeParts(self.store, self.definitions, self.snapshots, jobs, now=lambda: self.now / 1000)
        self.running.append(jobs)
        return jobs, RetakeScheduler(parts)

    def page(self, path: str, widths: tuple[int, ...] = (1366, 390), **columns: Any) -> str:
        page = self.host + path
        for width in widths:
            taken = shops.snapshot(self.site.id, page=page, width=width)
            self.snapshots.save(replace(taken, **columns), shops.page_layout(), shops.strips())
        return page

    def visits(self, page: str, *days: int, visitors: int = 3) -> None:
        """Views at noon of these days after the pictures."""
        rows = [
            {"site": int(self.site.id), "page": page, "time": NOON + day * DAY, "view": n + 1000 * day, "visitor": n}
            for day in days
            for n in range(1, visitors + 1)
        ]
        insert(self.store, "views", rows)

    def set(self, **fields: Any) -> None:
        (stored,) = (one for one in self.definitions.stored(Site) if one.id == self.site.id)
        self.site = change(self.definitions, stored, fields, "")

    def night(self, number: int, hour: int = 0) -> list[tuple[str, str, str, tuple[int, ...]]]:
        """What the camera was asked for by all looks in this hour of the night `number` after the pictures."""
        self.now = NIGHT + number * DAY + hour * HOUR
        self.asked.clear()
        for _ in range(4):
            self.scheduler.look()
            for job in self.jobs.of(self.site.id):
                self.jobs.wait(job.id, 30)
        return sorted(self.asked)

    def history(self, page: str, width: int) -> list[int]:
        """Nights in which the pictures of a page were taken, the newest first."""
        found = self.snapshots.history(int(self.site.id), page)
        return [round((one.taken - NIGHT) / DAY) for one in found if one.width == width]

    def failure(self, page: str) -> tuple[int, str]:
        found = Retakes(self.store).of(int(self.site.id))[page]
        return found.failures, found.code


@pytest.fixture
def world(module_store: Store) -> Iterator[World]:
    made = World(module_store)
    made.jobs.start()
    yield made
    made.set(retake="never")  # for the tests that follow
    for jobs in made.running:
        jobs.stop()


def test_a_weekly_picture_is_taken_at_its_own_widths_in_the_seventh_night(world: World) -> None:
    page = world.page("/lamps", (1366, 390))
    world.visits(page, 0, 5)
    assert [night for night in range(7) if world.night(night)] == []
    assert world.night(7, hour=-2) == []
    assert world.night(7) == [(page, "", "", (1366, 390))]
    assert (world.history(page, 1366), world.history(page, 390)) == ([7, 0], [7, 0])
    assert world.failure(page) == (0, "")
    assert [night for night in range(8, 20) if world.night(night)] == [14]


def test_without_a_schedule_nothing_is_taken(world: World) -> None:
    page = world.page("/lamps")
    world.visits(page, 0, 5)
    world.set(retake="never")
    assert world.night(100) == []


def test_only_pages_with_visits_are_taken_and_only_pictures_of_the_camera(world: World) -> None:
    visited, _quiet = world.page("/lamps", (390,)), world.page("/unvisited")
    uploaded = world.page("/account", warnings=(note("own_browser"),))
    world.visits(visited, 5)
    world.visits(uploaded, 5)
    assert world.night(9) == [(visited, "", "", (390,))]


def test_a_server_that_was_off_at_night_takes_them_a_day_later_at_any_hour(world: World) -> None:
    page = world.page("/lamps", (390,))
    world.visits(page, 5)
    assert world.night(7, hour=9) == []
    assert world.night(8, hour=9) == [(page, "", "", (390,))]


def test_variants_of_running_experiments_and_states_are_taken_too(world: World) -> None:
    page = world.page("/lamps", (1366,))
    world.visits(page, 5)
    for variant in ("button=a", "over=a"):
        world.page("/lamps", (1366,), variant=variant)
    variants = [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]
    for id, ended in (("button", ""), ("over", "2026-03-03")):
        fields = {"id": f"{id}", "name": id, "pages": ["/lamps"], "variants": variants, "ended": ended}
        experiment.add(world.definitions, world.site.id, fields)
    world.page("/lamps", (1366,), state="gone")
    assert world.night(8) == [(page, "", "", (1366,)), (page, "button=a", "", (1366,))]


def test_a_failure_is_kept_and_tried_again_after_one_two_and_four_days(world: World) -> None:
    page = world.page("/lamps", (390,))
    world.visits(page, 5, 12)
    world.failing = True
    assert [night for night in range(18) if world.night(night)] == [7, 8, 10, 14]
    assert world.failure(page) == (4, "unreachable")
    world.failing = False
    assert world.night(21) == []
    assert world.night(22) == [(page, "", "", (390,))]
    assert world.failure(page) == (0, "")


def test_after_a_partial_failure_only_the_missing_picture_is_taken(world: World) -> None:
    page = world.page("/lamps", (1366,))
    world.page("/lamps", (390,), url="https://shop.example/away")
    world.visits(page, 5)
    take = ClockCamera.take

    def half(self: ClockCamera, request: Any, *rest: Any) -> list[Any]:
        world.failing = request.url.endswith("/away")
        return take(self, request, *rest)

    ClockCamera.take = half  # type: ignore[method-assign]
    try:
        assert len(world.night(7)) == 2
        assert world.night(8) == [(page, "", "", (390,))]
    finally:
        ClockCamera.take = take  # type: ignore[method-assign]


def test_a_restart_does_not_take_a_page_twice(world: World) -> None:
    page = world.page("/lamps", (390,))
    world.visits(page, 5)
    world.jobs.stop()
    jobs, scheduler = world.server()  # its queue is not started
    world.now = NIGHT + 8 * DAY
    scheduler.look()
    scheduler.look()
    (job,) = jobs.of(world.site.id)
    assert job.state == "queued"
    other, second = world.server()
    second.look()
    assert other.of(world.site.id) == []  # it is stored that the first process takes it
    assert other.resume() == 1
    second.look()
    other.start()
    assert other.wait(job.id, 30).state == "done"  # type: ignore[union-attr]
    second.look()
    assert (world.failure(page), world.history(page, 390)) == ((0, ""), [8, 0])
    assert [one.id for one in other.of(world.site.id)] == [job.id]


def test_a_lost_job_is_a_failure(world: World) -> None:
    page = world.page("/lamps", (390,))
    world.visits(page, 5)
    retakes = Retakes(world.store)
    world.jobs, scheduler = world.server()
    world.now = NIGHT + 8 * DAY
    scheduler.look()
    begun = retakes.of(int(world.site.id))[page]
    retakes.write(int(world.site.id), replace(begun, jobs=("unknown",)))
    scheduler.look()
    assert world.failure(page) == (1, "interrupted")


def test_old_pictures_are_deleted_except_the_chosen_one(world: World) -> None:
    page = world.page("/lamps", (390,))
    (first,) = world.snapshots.history(int(world.site.id), page)
    world.snapshots.choose(first)
    world.set(retake="daily")
    world.visits(page, 0, 5)
    for night in range(1, 7):
        world.night(night)
    assert world.history(page, 390) == [6, 5, 0]


def clicks(world: World, page: str, day: int, missing: int) -> None:
    rows = []
    for n in range(40):
        who = 10_000 + day * 1000 + n
        rows.append(
            {"site": int(world.site.id), "page": page, "view": who, "visitor": who, "time": NOON + day * DAY + 1000}
            | shops._on(NEW if n < missing else shops.BUY)
        )
    insert(world.store, "points", rows)


def test_a_page_is_taken_again_when_it_has_changed(world: World) -> None:
    world.set(retake="changed")
    page = world.page("/changed", (1000,))
    insert(
        world.store,
        "elements",
        [
            {"site": int(world.site.id), "page": page, "path": path, "fp": fp, "record": record_id(path, fp)}
            | {"key": shops._on((path, fp))["key"]}
            for path, fp in (NEW, shops.BUY)
        ],
    )
    world.visits(page, *range(9))
    for day in range(4):
        clicks(world, page, day, 0)
    assert [night for night in range(5) if world.night(night)] == []
    for day in range(4, 7):
        clicks(world, page, day, 20)
    assert world.night(7) == [(page, "", "", (1000,))]
    for day in range(7, 9):
        clicks(world, page, day, 20)  # the camera still does not show it: that must not become a loop
    assert [night for night in range(8, 14) if world.night(night)] == []


def test_a_viewer_that_serves_looks_at_the_schedules(make_viewer: Callable[..., Viewer]) -> None:
    viewer = make_viewer()
    page, site = "serves.example/lamps", add_site(viewer.definitions, "Serves", ["serves.example"], retake="daily")
    viewer.snapshots.save(shops.snapshot(site.id, page=page), shops.page_layout(), shops.strips())
    viewer.retakes.start()
    viewer.retakes.stop()
    assert viewer.jobs.of(site.id) == []  # nobody visits it
