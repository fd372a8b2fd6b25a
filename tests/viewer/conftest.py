"""A viewer over a real engine, and a client that signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from store.client import Store
from store.definitions import Definitions
from store.records import Site
from store.snapshots import Snapshots
from tests.databases import Databases
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import PASSWORD, csrf
from viewer.app import Surroundings, Viewer, ViewerSettings
from viewer.snapshot import PictureRequest

SERVICE = "service-token-of-the-tests"
BASE = "http://testserver"


class FakeCamera:
    """A test double for Chromium, which tests/snapshot covers. Some addresses and steps fail."""

    def __init__(self) -> None:
        self.closed = False

    def take(self, request: PictureRequest, heights: Any, progress: Any) -> list[Any]:
        from viewer.snapshot.errors import SnapshotError, StepError

        progress("opening the page")
        recipe = request.recipe
        if request.url.endswith("/away"):
            raise SnapshotError("Nothing answers at shop.example.", "unreachable")
        if any(step.selector == "#nowhere" for step in recipe.steps):
            raise StepError("nothing", n=1, step="click #nowhere", selector="#nowhere", seconds=10.0, width=1366)
        page = request.page or "shop.example/new"
        return [
            SimpleNamespace(
                snapshot=shops.snapshot(request.site.id, request.variant, page, width, recipe.state),
                layout=shops.page_layout(),
                strips=shops.strips(),
            )
            for width in request.widths
        ]

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def module_store(databases: Databases) -> Iterator[Store]:
    """A database for all tests of a module."""
    lent = databases.lend()
    yield lent
    databases.take_back(lent)


@pytest.fixture(scope="module")
def make_viewer(module_store: Store) -> Iterator[Callable[..., Viewer]]:
    """Makes viewers over the module's database."""
    made: list[Viewer] = []

    def make(base_url: str = BASE, **more: Any) -> Viewer:
        settings = ViewerSettings(base_url=base_url, service_token=SERVICE)
        more.setdefault("camera", FakeCamera)
        more.setdefault("erase_journal", lambda sites: None)
        around = Surroundings(**more)
        viewer = Viewer(module_store, Definitions(module_store), Snapshots(module_store), settings, around)
        viewer.jobs.start()
        viewer.erasing.start()
        made.append(viewer)
        return viewer

    yield make
    for viewer in made:
        viewer.erasing.stop()
        viewer.jobs.stop()
        viewer.work.close()


@pytest.fixture(scope="module")
def viewer(make_viewer: Callable[..., Viewer]) -> Viewer:
    return make_viewer()


@pytest.fixture(scope="module")
def shop(viewer: Viewer) -> Site:
    return shops.open_shop(viewer.definitions)


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def api(viewer: Viewer, portal: BlockingPortal) -> Client:
    """Signed in by the service token, as the command line is."""
    return Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})


@pytest.fixture
def anyone(viewer: Viewer, portal: BlockingPortal) -> Client:
    """Not signed in, asking for HTML."""
    return Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})


@pytest.fixture(scope="module")
def owner(viewer: Viewer, shop: Site, portal: BlockingPortal) -> Client:
    """The first account, made through the first-run link, and signed in."""
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    link = viewer.first_run_url()
    assert link
    page = client.get(link.removeprefix(BASE))
    form = {"csrf": csrf(page.text), "token": link.rpartition("=")[2], "name": "odile", "password": PASSWORD}
    assert client.post("/first-run", data=form).headers["location"] == "/sites"
    return client
