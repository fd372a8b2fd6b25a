"""Every address that `Urls` builds is answered by a route of the viewer."""

from __future__ import annotations

import inspect
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Match, Mount

from store.client import Store
from store.definitions import Definitions
from store.snapshots import Snapshots
from viewer.app import Viewer, ViewerSettings
from viewer.http.urls import Urls

URLS = Urls("http://testserver")
NOT_A_PATH = {"absolute", "root"}  # puts the base before a path
# Arguments for methods that "1" does not suit.
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "api": ("sites", "1"),
    "taking": ("1", ["ab"], "/"),
}


def built() -> dict[str, str]:
    """Method → the path it builds."""
    methods = [name for name, _ in inspect.getmembers(Urls, inspect.isfunction) if name[0] != "_"]
    return {name: getattr(URLS, name)(*_arguments(name)) for name in methods if name not in NOT_A_PATH}


def _arguments(name: str) -> tuple[object, ...]:
    needed = inspect.signature(getattr(URLS, name)).parameters.values()
    required = [one for one in needed if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    return ARGUMENTS.get(name, ("1",) * len(required))


def answers(route: BaseRoute, path: str) -> bool:
    methods = ["GET"] if isinstance(route, Mount) else ["GET", "POST", "PUT", "DELETE"]
    scope = {"type": "http", "path": urlsplit(path).path, "root_path": ""}
    return any(route.matches(scope | {"method": method})[0] == Match.FULL for method in methods)


def test_every_address_has_a_route(store: Store) -> None:
    viewer = Viewer(store, Definitions(store), Snapshots(store), ViewerSettings(URLS.base))
    lost = {name: path for name, path in built().items() if not any(answers(r, path) for r in viewer.asgi.routes)}
    assert not lost
    assert not any(answers(r, "/no/such/address") for r in viewer.asgi.routes), "a route that takes every path hides it"
