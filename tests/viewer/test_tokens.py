"""Tokens of programs: made with a role, a site and an end; listed with their use; refused once they have ended."""

from __future__ import annotations

import re
import time

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from store.records import Site, SiteRole, Token, TokenUse
from store.tokens import USE_SECONDS, TokenDirectory, TokenUses
from store.zones import DAY_MS, now_ms
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import post, words
from viewer.access import tokens
from viewer.app import Viewer

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def no_tokens(viewer: Viewer) -> object:
    yield
    for one in (*viewer.definitions.find(Token), *viewer.definitions.find(TokenUse)):
        viewer.definitions.delete(one)


def asking(viewer: Viewer, portal: BlockingPortal, text: str) -> Client:
    return Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})


def text_in(page: str) -> str:
    found = re.search(r"parcours_[\w-]+", page)
    assert found
    return found[0]


def test_a_token_is_made_with_a_role_a_site_and_an_end_and_shown_once(
    owner: Client, viewer: Viewer, shop: Site, portal: BlockingPortal
) -> None:
    made = post(owner, "/account", do="token", name="nightly", role="viewer", site=shop.id, days="30")
    text = text_in(made.text)
    page = owner.get("/account").text
    assert text not in page
    (token,) = viewer.definitions.find(Token, name="nightly")
    assert (token.role, token.sites, token.by) == ("", (SiteRole(shop.id, "viewer"),), "odile")
    assert abs(token.until - token.made - 30 * DAY_MS) < 60_000
    row = words(page).partition("nightly")[2]
    assert f"{shop.name}: Viewer" in row
    assert "odile" in row
    assert "never" in row
    assert asking(viewer, portal, text).get(f"/api/v1/sites/{shop.id}/pages").status_code == 200
    assert post(owner, "/account", do="withdraw", token=token.id).status_code == 303
    assert asking(viewer, portal, text).get("/api/v1/sites").status_code == 401
    for bad in ({"name": ""}, {"role": "king"}, {"days": "-1"}, {"days": "x"}, {"site": "99"}):
        refused = post(owner, "/account", **{"do": "token", "name": "bad", "role": "viewer", "days": "0", **bad})
        assert refused.status_code == 422, bad
    assert viewer.definitions.find(Token, name="bad") == []


def test_a_token_that_has_ended_is_refused_with_a_message(viewer: Viewer, portal: BlockingPortal) -> None:
    token, text = tokens.issue(viewer.definitions, "weekly sheet", "viewer", until=now_ms() + DAY_MS)
    assert asking(viewer, portal, text).get("/api/v1/sites").status_code == 200
    viewer.definitions.put(replace(token, until=1_700_000_000_000))
    viewer.work.forget()
    refused = asking(viewer, portal, text).get("/api/v1/sites")
    assert refused.status_code == 401
    error = refused.json()["error"]
    assert (error["code"], error["message"]) == ("token_ended", "The token 'weekly sheet' ended on 2023-11-14.")
    assert "account page" in error["hint"]
    assert TokenDirectory(viewer.definitions).by_text(text).has_ended(now_ms())


def test_the_page_says_what_ends_soon_and_what_has_ended(owner: Client, viewer: Viewer) -> None:
    tokens.issue(viewer.definitions, "old", "viewer", until=1_700_000_000_000)
    tokens.issue(viewer.definitions, HOSTILE, "viewer", until=now_ms() + DAY_MS)
    tokens.issue(viewer.definitions, "endless", "editor")
    page = owner.get("/account").text
    assert "ended on 14 November 2023" in words(page)
    assert page.count('<span class="warn">') == 1
    assert "no end" in words(page).partition("endless")[2]
    assert HOSTILE not in page


def test_the_use_of_a_token_is_recorded_once_an_hour(
    viewer: Viewer, owner: Client, api: Client, portal: BlockingPortal, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, text = tokens.issue(viewer.definitions, "sheet", "viewer")
    before = now_ms()
    for _ in range(3):
        assert asking(viewer, portal, text).get("/api/v1/sites").status_code == 200
    use = viewer.definitions.get(TokenUse, token.id)
    assert use.version == 1
    assert before <= use.last <= now_ms()
    TokenDirectory(viewer.definitions).by_text(text)  # the collector's, within the hour
    assert viewer.definitions.get(TokenUse, token.id).version == 1
    later = now_ms() + int(USE_SECONDS * 1000) + 1_000
    monkeypatch.setattr("store.tokens.now_ms", lambda: later)
    TokenUses(viewer.definitions).count(token)
    assert viewer.definitions.get(TokenUse, token.id).last == later
    listed = api.get("/api/v1/tokens").json()["tokens"][0]
    assert listed["last"] == time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(later / 1000)) + listed["last"][19:]
    found = words(owner.get(f"/sites/{shop.id}/activity?kind=token_use").text)
    assert "sheet Used the token “sheet”" in found


def test_the_api_makes_tokens_with_an_end(api: Client) -> None:
    made = api.post("/api/v1/tokens", json={"name": "deploy", "role": "editor", "days": 90}).json()
    listed = api.get("/api/v1/tokens").json()["tokens"][0]
    assert {name: listed[name] for name in ("name", "role", "by", "last")} == {
        "name": "deploy", "role": "editor", "by": "command line", "last": None,
    }  # fmt: skip
    assert listed["until"][:10] == time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86_400))
    assert "token" in made
    assert api.post("/api/v1/tokens", json={"name": "x", "days": 4_000}).status_code == 422
    endless = api.post("/api/v1/tokens", json={"name": "endless", "role": "viewer"}).json()
    assert endless["until"] is None
