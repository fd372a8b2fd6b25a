"""A viewer over a real engine, and a client that signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from rules.site import add
from store.client import Store
from store.definitions import Definitions
from store.records import Role, Site, SiteRole, User
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
        more.setdefault("erase_journal", lambda sites: {})
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


@pytest.fixture
def site(viewer: Viewer) -> Iterator[Site]:
    """A site of its own, and nobody who can see it but those whom the test adds and the owner of everything."""
    made = add(viewer.definitions, {"name": "Night shop", "domains": ["night.example"]}, "")
    viewer.work.forget()
    yield made
    for user in viewer.definitions.find(User):
        if user.id != "odile":
            viewer.definitions.delete(user)
            viewer.open_sessions.end_all(user.id, "")
    for stored in viewer.definitions.stored(Site):
        if stored.id == made.id:
            viewer.definitions.delete_stored(Site, stored)
    viewer.work.forget()


@pytest.fixture
def people(viewer: Viewer, site: Site) -> Callable[..., User]:
    """Adds somebody with a role on the site; no password is hashed."""

    def make(name: str, role: Role, *others: SiteRole) -> User:
        sites = (SiteRole(site.id, role), *others)
        viewer.work.forget()
        return viewer.definitions.put(User(id=name, password="no hash", role="", sites=sites))

    return make


@pytest.fixture
def browser_of(viewer: Viewer, portal: BlockingPortal) -> Callable[..., Client]:
    """A browser in which somebody is signed in; without a user, nobody is."""

    def make(user: User | None = None) -> Client:
        client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
        if user:
            assert client.get(viewer.sign_in_url(user).removeprefix(BASE)).status_code == 303
        return client

    return make
