"""The pages for pictures behind a login: how to sign in, and pictures in one's own browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal

from store.records import Site
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD as ACCOUNT_PASSWORD
from tests.viewer.pages import csrf, words
from viewer.app import Viewer

SECRET = "s3cret-on-no-page"
STEPS = "fill #user with user\nfill #password with password\nclick #go\nwait .account"


@pytest.fixture
def path(shop: Site, api: Client) -> Iterator[str]:
    yield f"/sites/{shop.id}/sign-in"
    root = f"/api/v1/sites/{shop.id}"
    api.delete(f"{root}/sign-in")
    api.delete(f"{root}/cookies")
    for one in api.get(f"{root}/sign-in").json()["secrets"]:
        api.delete(f"{root}/secrets/{one['name']}")


@pytest.fixture(scope="module")
def editor(viewer: Viewer, shop: Site, owner: Client, portal: BlockingPortal) -> Client:
    viewer.users.add("emil", ACCOUNT_PASSWORD, "editor")
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "fr"})
    form = {"csrf": csrf(client.get("/sign-in").text), "name": "emil", "password": ACCOUNT_PASSWORD, "next": "/sites"}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


def send(client: Client, path: str, **fields: str) -> tuple[int, str]:
    """Send one of the forms; the status, and the page that follows."""
    answer = client.post(path, data={"csrf": csrf(client.get(path).text)} | fields)
    page = client.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
    return answer.status_code, page


def test_the_steps_are_saved_and_say_which_secrets_they_need(owner: Client, path: str) -> None:
    url = "https://shop.example/login"
    status, page = send(owner, path, do="steps", pages="/account/**", url=url, steps=STEPS, version="0")
    assert status == 303
    assert "The steps are saved" in words(page)
    assert words(page).count("Not set yet: the steps need it") == 2
    status, page = send(owner, path, do="secret", name="password", value=SECRET)
    assert "The secret is stored encrypted" in words(page)
    assert "by odile" in words(page)
    assert words(page).count("Not set yet: the steps need it") == 1
    assert SECRET not in page


def test_faults_are_shown_beside_their_field_and_no_value_is_repeated(owner: Client, path: str) -> None:
    status, page = send(owner, path, do="steps", pages="/a", url="http://evil.example/", steps="fill #a", version="0")
    assert (status, 'data-field="steps.0"' in page, 'data-field="url"' in page) == (422, True, True)
    assert "fill #a" in page
    status, page = send(owner, path, do="secret", name="Bad Name", value=SECRET)
    assert (status, 'data-code="secret_name"' in page) == (422, True)
    assert SECRET not in page
    foreign = f'[{{"name": "a", "value": "{SECRET}", "domain": "evil.example"}}]'
    status, page = send(owner, path, do="cookies", cookies=foreign)
    assert (status, 'data-code="foreign_cookies"' in page) == (422, True)
    assert SECRET not in page
    assert send(owner, path, do="steps", pages="/a", url="", steps="", version="7")[0] == 409
    assert send(owner, path, do="nonsense")[0] == 400


def test_cookies_are_listed_with_their_expiry(owner: Client, path: str) -> None:
    cookies = f'[{{"name": "sid", "value": "{SECRET}", "domain": ".shop.example", "expirationDate": 1700000000}}]'
    status, page = send(owner, path, do="cookies", cookies=cookies)
    assert status == 303
    assert "expired on 14 November" in words(page)
    assert "The session ended: sign in again" in words(page)
    assert SECRET not in page
    status, page = send(owner, path, do="delete-cookies")
    assert "No cookies are set." in words(page)


def test_editors_see_it_but_change_nothing(editor: Client, owner: Client, path: str) -> None:
    send(owner, path, do="secret", name="password", value=SECRET)
    page = editor.get(path).text
    assert "Seuls les propriétaires" in words(page)
    assert 'name="value"' not in page
    token = csrf(editor.get("/account").text)
    assert editor.post(path, data={"csrf": token, "do": "secret", "name": "a", "value": "b"}).status_code == 403
    assert editor.get(path.rpartition("/")[0] + "/settings").text.count(path) == 1


def test_an_editor_makes_a_link_for_the_own_browser(editor: Client, owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/own-browser"
    page = owner.get(f"{path}?page=shop.example/lamps&width=390").text
    assert 'value="https://shop.example/lamps"' in page
    assert 'value="390"' in page
    status, page = send(editor, path, url="https://shop.example/lamps", width="390", state="", variant="")
    assert status == 200
    assert "https://shop.example/lamps#parcours-snapshot=" in page
    assert f"/api/v1/sites/{shop.id}/own-browser/" in page
    for fields in (
        {"url": "https://evil.example/"},
        {"url": "nonsense"},
        {"width": "7"},
        {"width": "wide"},
        {"state": "nothing"},
        {"variant": "nonsense"},
    ):
        sent = {"url": "https://shop.example/lamps", "width": "390", "state": "", "variant": ""} | fields
        status, page = send(owner, path, **sent)
        assert status in (400, 422), fields
        assert 'role="alert"' in page
        assert "#parcours-snapshot=" not in page


def test_the_map_offers_it(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/nowhere-yet").text
    assert f"/sites/{shop.id}/own-browser?page=" in page
