"""Somebody with a role on one site: every route about another site answers as if that site did not exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from rules.site import add
from store.records import Role, Site, SiteRole
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from viewer import api, pages, picture_routes
from viewer.access import tokens
from viewer.access.person import Person
from viewer.app import Viewer
from viewer.http.binding import Endpoint

ROUTES = [
    one
    for one in (*api.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS)
    if one.role is not None and "{site}" in one.path
]


@pytest.fixture(scope="module")
def other(viewer: Viewer) -> Site:
    return add(viewer.definitions, {"name": "Another shop", "domains": ["another.example"]}, "")


@pytest.fixture
def of_shop(viewer: Viewer, portal: BlockingPortal, shop: Site) -> Callable[[Role], Client]:
    """A program that has a role on the shop only."""

    def make(role: Role) -> Client:
        made, text = tokens.issue(viewer.definitions, f"{role} of the shop", "viewer")
        viewer.definitions.put(replace(made, role="", sites=(SiteRole(shop.id, role),)))
        return Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})

    return make


def _paths(endpoint: Endpoint, site: str) -> str:
    path = endpoint.path.replace("{site}", site)
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = f"{path[:start]}1{path[end + 1 :]}"
    return path


def test_every_route_about_another_site_answers_as_for_one_that_does_not_exist(
    of_shop: Callable[[Role], Client], other: Site
) -> None:
    owner = of_shop("owner")
    assert len(ROUTES) > 100
    for endpoint in ROUTES:
        for method in endpoint.methods:
            for name in (other.id, other.name):
                found = owner.request(method, _paths(endpoint, name))
                missing = owner.request(method, _paths(endpoint, "never-made"))
                assert (found.status_code, missing.status_code) == (404, 404), (method, endpoint.path)
                assert found.text.replace(name, "") == missing.text.replace("never-made", ""), (method, endpoint.path)


def test_a_list_of_sites_has_only_those_that_the_person_sees(
    of_shop: Callable[[Role], Client], shop: Site, other: Site
) -> None:
    program = of_shop("viewer")
    assert [one["id"] for one in program.get("/api/v1/sites").json()["sites"]] == [shop.id]
    listed = program.get("/sites", headers={"Accept": "text/html"}).text
    assert shop.name in listed
    assert other.name not in listed


def test_a_role_on_one_site_gives_no_role_on_the_whole_installation(of_shop: Callable[[Role], Client]) -> None:
    owner = of_shop("owner")
    for method, path in (("POST", "/sites"), ("GET", "/tokens"), ("GET", "/users"), ("GET", "/erasures")):
        assert owner.request(method, f"/api/v1{path}", json={}).status_code == 403, path


def test_the_role_on_the_site_decides_what_may_be_changed(of_shop: Callable[[Role], Client], shop: Site) -> None:
    for role, status in (("viewer", 403), ("editor", 200), ("owner", 200)):
        answer = of_shop(role).put(f"/api/v1/sites/{shop.id}", json={"name": shop.name})  # type: ignore[arg-type]
        assert answer.status_code == status, role


@pytest.mark.parametrize(
    ("everywhere", "here", "counts"),
    [("", "editor", "editor"), ("viewer", "editor", "editor"), ("owner", "viewer", "owner"), ("viewer", "", "viewer")],
)
def test_the_higher_role_counts(everywhere: Role, here: Role, counts: Role) -> None:
    who = Person("ada", everywhere, sites=(SiteRole("1", here),) if here else ())
    assert who.role_on("1") == counts
    assert who.role_on("2") == everywhere
    assert who.on("1").may(counts)
