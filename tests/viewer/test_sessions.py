"""Where people are signed in: listed, ended, and not used for long; and what is recorded of signing in."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest
from anyio.from_thread import BlockingPortal

from store.definitions import Definitions
from store.records import Site, User
from store.sessions import SessionRecord
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, post, words
from tests.viewer.people import invite, join
from viewer.access.failed_sign_ins import WRITE_SECONDS, FailedSignIns
from viewer.access.session_list import MIDDLE_MS, UNUSED_MS, WRITE_MS, SessionList, session_id
from viewer.access.user_agents import agent_names
from viewer.app import Viewer

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
HOSTILE = "<script>alert(1)</script>"


class Clock:
    def __init__(self) -> None:
        self.now = 1_796_083_200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(viewer: Viewer, clock: Clock) -> SessionList:
    return SessionList(viewer.definitions, clock)


@pytest.fixture
def sign_in(viewer: Viewer, portal: BlockingPortal) -> Callable[..., Client]:
    """Signs somebody in with a browser that says this User-Agent."""

    def make(name: str, agent: str = FIREFOX, password: str = PASSWORD) -> Client:
        headers = {"Accept": "text/html", "Accept-Language": "en", "User-Agent": agent}
        client = Client(portal, viewer.asgi, BASE, headers)
        form = {"csrf": csrf(client.get("/sign-in").text), "name": name, "password": password, "next": "/account"}
        assert client.post("/sign-in", data=form).headers["location"] == "/account"
        return client

    return make


@pytest.fixture
def anna(viewer: Viewer, owner: Client) -> object:
    """A user of her own for each test."""
    user = viewer.users.add("anna", PASSWORD, "viewer")
    yield user
    if viewer.users.get("anna"):
        viewer.members.delete("anna", "")
    viewer.work.forget()


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (IPHONE, ("Safari", "iPhone")),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
            ("Edge", "macOS"),
        ),
        ("", ("", "")),
        ("x" * 100_000, ("", "")),
    ],
)
def test_a_browser_is_named_by_what_it_says(agent: str, names: tuple[str, str]) -> None:
    assert agent_names(agent) == names


def test_sessions_are_listed_and_ended(anna: User, sign_in: Callable[..., Client]) -> None:
    laptop, phone = sign_in("anna"), sign_in("anna", IPHONE)
    page = laptop.get("/account").text
    section = page.partition('id="sessions"')[2].partition("</section>")[0]
    assert "Firefox on Linux this one" in words("<main" + section)
    assert "Safari on iPhone" in section
    (id,) = re.findall(r'name="session" value="([0-9a-f]{64})"', section)
    assert post(laptop, "/account/sessions", session=id).status_code == 303
    assert phone.get("/account").status_code == 303
    assert laptop.get("/account").status_code == 200
    tablet, desk = sign_in("anna", IPHONE), sign_in("anna")
    assert post(laptop, "/account/sessions", session="others").headers["location"] == "/account#sessions"
    assert [one.get("/account").status_code for one in (laptop, tablet, desk)] == [200, 303, 303]
    assert "End all others" not in laptop.get("/account").text


def test_nobody_ends_a_session_of_somebody_else(
    viewer: Viewer, anna: User, sign_in: Callable[..., Client], owner: Client
) -> None:
    laptop = sign_in("anna")
    (session,) = viewer.open_sessions.of("anna")
    assert post(owner, "/account/sessions", session=session.id).status_code == 303
    assert laptop.get("/account").status_code == 200
    odile = viewer.open_sessions.of("odile")[0]
    post(laptop, "/account/sessions", session=odile.id)
    assert owner.get("/account").status_code == 200


def test_a_new_password_ends_the_others_and_keeps_this_one(
    viewer: Viewer, anna: User, sign_in: Callable[..., Client]
) -> None:
    laptop, phone = sign_in("anna"), sign_in("anna", IPHONE)
    changed = post(laptop, "/account", do="password", old=PASSWORD, new=PASSWORD + " two")
    assert changed.status_code == 303
    assert laptop.get("/account").status_code == 200
    assert phone.get("/account").status_code == 303
    assert len(viewer.open_sessions.of("anna")) == 1


def test_removing_somebody_or_a_reset_ends_their_sessions_at_once(
    viewer: Viewer, anna: User, api: Client, sign_in: Callable[..., Client]
) -> None:
    laptop = sign_in("anna")
    assert api.post("/api/v1/users/anna/reset").status_code == 200
    assert laptop.get("/account").status_code == 303
    laptop = sign_in("anna")
    assert api.delete("/api/v1/users/anna").status_code == 200
    assert laptop.get("/account").status_code == 303
    assert viewer.open_sessions.of("anna") == []


def test_the_api_lists_and_ends_sessions(anna: User, api: Client, sign_in: Callable[..., Client]) -> None:
    laptop, phone = sign_in("anna"), sign_in("anna", IPHONE)
    found = api.get("/api/v1/users/anna/sessions").json()["sessions"]
    assert {(one["browser"], one["system"]) for one in found} == {("Firefox", "Linux"), ("Safari", "iPhone")}
    gone = next(one for one in found if one["system"] == "iPhone")
    assert api.delete(f"/api/v1/users/anna/sessions/{gone['id']}").json() == {"ended": 1}
    assert api.delete(f"/api/v1/users/anna/sessions/{gone['id']}").status_code == 404
    assert phone.get("/account").status_code == 303
    assert api.delete("/api/v1/users/anna/sessions").json() == {"ended": 1}
    assert laptop.get("/account").status_code == 303
    assert api.get("/api/v1/users/nobody/sessions").status_code == 404
    assert laptop.get("/api/v1/users/anna/sessions").status_code in (401, 403)


def test_a_session_ends_after_thirty_days_unused(kept: SessionList, clock: Clock) -> None:
    kept.begin("nonce-1", "bert")
    clock.now += UNUSED_MS / 1000 - 60
    assert kept.use("nonce-1", "bert")  # which counts as a use
    clock.now += UNUSED_MS / 1000 - 60
    assert kept.use("nonce-1", "bert")
    clock.now += UNUSED_MS / 1000 + 60
    assert kept.use("nonce-1", "bert") is None
    assert kept.of("bert") == []
    assert kept.use("nonce-1", "anna") is None
    assert kept.use("never begun", "bert") is None


def test_a_use_is_written_once_in_a_while(kept: SessionList, clock: Clock) -> None:
    begun = kept.begin("nonce-2", "carl")
    clock.now += WRITE_MS / 1000 - 1
    assert kept.use("nonce-2", "carl").version == begun.version
    clock.now += 2
    assert kept.use("nonce-2", "carl").version == begun.version + 1


def test_cleaning_ends_what_is_unused_and_erases_what_says_no_more_than_a_use(
    viewer: Viewer, kept: SessionList, clock: Clock
) -> None:
    clock.now = time.time() - UNUSED_MS / 1000
    kept.begin("unused", "dora")
    kept.begin("long", "dora")
    for _ in range(3):
        clock.now += WRITE_MS / 1000 + 1
        assert kept.use("long", "dora")
    clock.now += UNUSED_MS / 1000 - 60
    assert kept.use("long", "dora")
    clock.now += 2 * MIDDLE_MS / 1000
    kept.clean()
    rows = viewer.store.rows(
        "SELECT id, groupArray(version) AS versions, argMax(deleted, version) AS gone FROM definitions "
        "WHERE kind = 'session' AND id IN {ids:Array(String)} GROUP BY id",
        ids=[session_id("long"), session_id("unused")],
    )
    found = {row["id"]: (sorted(row["versions"]), row["gone"]) for row in rows}
    assert found == {session_id("long"): ([1, 5], 0), session_id("unused"): ([1, 2], 1)}


def test_two_requests_at_once_lose_no_session(viewer: Viewer, kept: SessionList, clock: Clock) -> None:
    kept.begin("nonce-3", "emil")
    clock.now += WRITE_MS / 1000 + 1
    found: list[SessionRecord | None] = []

    def use() -> None:
        found.append(SessionList(Definitions(viewer.store), clock).use("nonce-3", "emil"))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.user for one in found if one] == ["emil"] * 4


def test_signing_in_and_out_is_in_the_activity(
    anna: User, owner: Client, shop: Site, sign_in: Callable[..., Client]
) -> None:
    laptop = sign_in("anna", FIREFOX)
    assert laptop.post("/sign-out", data={"csrf": csrf(laptop.get("/account").text)}).status_code == 303
    found = words(owner.get(f"/sites/{shop.id}/activity?who=anna").text)
    assert "anna Signed in from Firefox on Linux" in found
    assert "anna Ended a session on Firefox on Linux" in found


def test_failed_sign_ins_are_counted_by_account(
    viewer: Viewer, anna: User, anyone: Client, owner: Client, shop: Site
) -> None:
    for name in ("anna", "anna", "my secret passphrase"):
        form = {"csrf": csrf(anyone.get("/sign-in").text), "name": name, "password": "wrong wrong"}
        assert anyone.post("/sign-in", data=form).status_code == 401
    found = words(owner.get(f"/sites/{shop.id}/activity?kind=access_event").text)
    assert "2 failed sign-ins as anna" in found
    assert "1 failed sign-in with a name that nobody has" in found
    assert not viewer.store.rows("SELECT 1 FROM definitions WHERE json LIKE '%my secret passphrase%'")


def test_failures_of_a_moment_are_written_once(viewer: Viewer, clock: Clock) -> None:
    counted = FailedSignIns(viewer.definitions, clock)
    for _ in range(50):
        counted.count("fred")
    counted.write_all()
    clock.now += WRITE_SECONDS
    counted.count("fred")
    rows = viewer.store.rows(
        "SELECT version, JSONExtractInt(json, 'times') AS times FROM definitions "
        "WHERE kind = 'access_event' AND JSONExtractString(json, 'about') = 'fred' ORDER BY version"
    )
    assert [(row["version"], row["times"]) for row in rows] == [(1, 1), (2, 50), (3, 51)]


def test_an_invitation_does_not_skip_the_second_step_that_an_owner_requires(
    viewer: Viewer, owner: Client, site: Site, browser_of: Callable[..., Client]
) -> None:
    viewer.two_factors.require(True, "odile")
    try:
        guest = browser_of()
        joined = join(guest, invite(owner, site), name="late@night.example", password=PASSWORD)
        assert joined.headers["location"] == f"/sign-in/code?next=/sites/{site.id}/overview"
        assert guest.get(f"/sites/{site.id}").status_code == 303  # no session before the set-up
        assert (
            "six-digit" in guest.get("/sign-in/code").text or 'inputmode="numeric"' in guest.get("/sign-in/code").text
        )
    finally:
        viewer.two_factors.require(False, "odile")
