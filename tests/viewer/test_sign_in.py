"""How the camera signs in, through the API: what may be set by whom, and that no answer contains a secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from store.credentials import Credentials
from store.records import Site
from store.sealing import Sealer
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD as ACCOUNT_PASSWORD
from tests.viewer.pages import csrf
from viewer.app import Viewer
from viewer.sign_ins import SignIns
from viewer.snapshot.errors import SnapshotError

SECRET = "s3cret-of-the-shop"
COOKIE = "c00kie-of-the-shop"
STEPS = ["fill #user with user", "fill #password with password", "click #go", "wait .account"]
RECIPE = {"url": "https://shop.example/login", "steps": STEPS, "pages": ["/account/**"]}


@pytest.fixture
def root(api: Client, shop: Site) -> Iterator[str]:
    root = f"/api/v1/sites/{shop.id}"
    yield root
    api.delete(f"{root}/sign-in")
    api.delete(f"{root}/cookies")
    for one in api.get(f"{root}/sign-in").json()["secrets"]:
        api.delete(f"{root}/secrets/{one['name']}")


def test_what_is_set_can_be_seen_but_no_value(api: Client, root: str, viewer: Viewer, shop: Site) -> None:
    assert api.put(f"{root}/sign-in", json=RECIPE).status_code == 200
    made = api.put(f"{root}/secrets/password", json={"value": SECRET})
    cookies = api.put(f"{root}/cookies", json={"cookies": f"Cookie: session={COOKIE}"})
    found = api.get(f"{root}/sign-in")
    assert (made.status_code, cookies.json()["n"], cookies.json()["left_out"]) == (200, 1, [])
    assert found.json()["sign_in"]["steps"] == STEPS
    assert [one["name"] for one in found.json()["secrets"]] == ["password"]
    assert found.json()["missing_secrets"] == ["user"]
    assert found.json()["cookies"]["cookies"] == [{"name": "session", "domain": "", "expires": None}]
    for answer in (made, cookies, found, api.get("/api/v1/sites"), api.get(f"{root}/states")):
        assert SECRET not in answer.text
        assert COOKIE not in answer.text


def test_the_camera_gets_the_values_for_the_pages_behind_the_login(
    api: Client, root: str, viewer: Viewer, shop: Site
) -> None:
    api.put(f"{root}/sign-in", json=RECIPE)
    api.put(f"{root}/secrets/password", json={"value": SECRET})
    with pytest.raises(SnapshotError, match="'user' is not set"):
        viewer.sign_ins.access(shop, "shop.example/account/orders")
    api.put(f"{root}/secrets/user", json={"value": "anna"})
    api.put(f"{root}/cookies", json={"cookies": f"session={COOKIE}"})
    access = viewer.sign_ins.access(shop, "shop.example/account/orders")
    assert access.secrets == {"user": "anna", "password": SECRET}
    assert [one.value for one in access.cookies] == [COOKIE]
    assert access.url == RECIPE["url"]
    public = viewer.sign_ins.access(shop, "shop.example/lamps")
    assert (public.steps, public.secrets, public.cookies) == ((), {}, ())


def test_another_key_cannot_read_them(api: Client, root: str, viewer: Viewer, shop: Site) -> None:
    api.put(f"{root}/cookies", json={"cookies": f"session={COOKIE}"})
    other = SignIns(viewer.definitions, Credentials(viewer.store, Sealer(b"another key of at least 32 bytes")))
    with pytest.raises(SnapshotError, match=r"key .* has changed") as raised:
        other.access(shop, "shop.example/")
    assert raised.value.code == "no_secret"


def test_they_can_be_deleted(api: Client, root: str, viewer: Viewer, shop: Site) -> None:
    api.put(f"{root}/secrets/password", json={"value": SECRET})
    api.put(f"{root}/cookies", json={"cookies": f"session={COOKIE}"})
    api.put(f"{root}/sign-in", json=RECIPE)
    for path in ("secrets/password", "cookies", "sign-in"):
        assert api.delete(f"{root}/{path}").status_code == 200
    found = api.get(f"{root}/sign-in").json()
    assert (found["sign_in"], found["secrets"], found["cookies"]) == (None, [], None)
    gone = api.delete(f"{root}/secrets/password")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_secret")
    assert api.delete(f"{root}/secrets/x%27)%20--").status_code == 404


def test_rejected_values_are_not_quoted(api: Client, root: str) -> None:
    for path, body in (
        ("secrets/password", {"value": f"{SECRET}\n2"}),
        ("secrets/password", {"value": [SECRET]}),
        ("secrets/Bad name", {"value": SECRET}),
        ("cookies", {"cookies": f'[{{"name": "a", "value": "{SECRET}", "domain": "evil.example"}}]'}),
        ("cookies", {"cookies": [SECRET]}),
    ):
        answer = api.put(f"{root}/{path}", json=body)
        assert answer.status_code == 422, answer.text
        assert SECRET not in answer.text


def test_a_change_based_on_an_older_version_is_rejected(api: Client, root: str) -> None:
    first = api.put(f"{root}/sign-in", json=RECIPE).json()["version"]
    assert api.put(f"{root}/sign-in", json=RECIPE | {"version": first}).status_code == 200
    assert api.put(f"{root}/sign-in", json=RECIPE | {"version": first}).status_code == 409


def test_secrets_are_for_owners(viewer: Viewer, shop: Site, owner: Client, portal: BlockingPortal) -> None:
    viewer.users.add("edith", ACCOUNT_PASSWORD, "editor")
    editor = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    token = csrf(editor.get("/sign-in").text)
    editor.post("/sign-in", data={"csrf": token, "name": "edith", "password": ACCOUNT_PASSWORD, "next": "/sites"})
    root = f"/api/v1/sites/{shop.id}"
    assert editor.get(f"{root}/sign-in").status_code == 200
    for method, path in (
        ("PUT", "sign-in"),
        ("DELETE", "sign-in"),
        ("PUT", "secrets/password"),
        ("DELETE", "secrets/password"),
        ("PUT", "cookies"),
        ("DELETE", "cookies"),
    ):
        assert editor.request(method, f"{root}/{path}", json={"value": SECRET}).status_code == 403


def test_no_secret_is_in_the_database_or_the_log(
    api: Client, root: str, viewer: Viewer, engine_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    api.put(f"{root}/secrets/password", json={"value": SECRET})
    api.put(f"{root}/secrets/password", json={"value": f"{SECRET}\n"})
    api.put(f"{root}/cookies", json={"cookies": f"session={COOKIE}"})
    viewer.store.sync()
    files = [path.read_bytes() for path in engine_folder.rglob("*") if path.is_file()]
    for secret in (SECRET, COOKIE):
        assert secret not in caplog.text
        assert not [data for data in files if secret.encode() in data]
