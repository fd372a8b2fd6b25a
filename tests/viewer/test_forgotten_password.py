"""A forgotten password: a link by mail, once and within an hour; the same answer whoever asks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from store.outbox import OutboxMessage
from store.records import User
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, post, words
from tests.waiting import until
from viewer.access import password_links
from viewer.access.password_links import ADDRESS_BURST, NAME_BURST, mail_of
from viewer.app import Viewer

NEW = "another long sentence"
ANNA = "anna@night.example"


@pytest.fixture
def with_mail(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A viewer with a mail server; nothing is sent, what waits is in the outbox."""
    moments = iter(range(10**9, 2 * 10**9, 3_600))  # each request is in another minute, or they would make one mail
    monkeypatch.setattr(password_links, "time", Moments(moments))
    viewer.outbox.mail_is_set_up = True
    viewer.password_links._by_address._used.clear()
    viewer.password_links._by_name._used.clear()
    yield
    viewer.outbox.mail_is_set_up = False
    for one in viewer.definitions.find(OutboxMessage):
        viewer.definitions.delete(one)


@pytest.fixture
def anna(viewer: Viewer, owner: Client) -> Iterator[User]:
    yield viewer.users.add(ANNA, PASSWORD, "viewer")
    viewer.members.delete(ANNA, "")
    viewer.work.forget()


class Moments:
    """In place of the module time, for what is one minute."""

    def __init__(self, moments: Iterator[int]) -> None:
        self._moments = moments
        self.monotonic = time.monotonic

    def time(self) -> float:
        return float(next(self._moments))


def mails(viewer: Viewer) -> list[OutboxMessage]:
    return [one for one in viewer.definitions.find(OutboxMessage) if one.about == "password"]


def ask(client: Client, name: str) -> object:
    page = client.get("/sign-in/forgotten")
    return client.post("/sign-in/forgotten", data={"csrf": csrf(page.text), "name": name})


def link_for(viewer: Viewer, client: Client, name: str = ANNA) -> str:
    """The path in the mail that somebody gets."""
    before = len(mails(viewer))
    assert ask(client, name).status_code == 200
    until(lambda: len(mails(viewer)) > before)
    newest = max(mails(viewer), key=lambda one: (one.created, one.id))
    found = re.search(rf"{BASE}(/password/\S+)", newest.text)
    assert found
    return found[1]


def choose(client: Client, link: str, password: str = NEW) -> object:
    page = client.get("/sign-in")
    return client.post(link, data={"csrf": csrf(page.text), "password": password})


def test_a_link_sets_a_new_password_once_and_ends_the_sessions(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client]
) -> None:
    other, guest = browser_of(anna), browser_of()
    link = link_for(viewer, guest)
    (mail,) = mails(viewer)
    assert mail.to == ANNA
    opened = guest.get(link)
    assert f"For the account “{ANNA}”" in words(opened.text)
    assert (opened.headers["referrer-policy"], opened.headers["cache-control"]) == ("same-origin", "no-store")
    assert choose(guest, link, "short").status_code == 422  # does not use it up
    assert choose(guest, link).status_code == 303
    assert guest.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    for used in (browser_of().get(link), choose(browser_of(), link, NEW + " three")):
        assert used.status_code == 410
        assert "This link was used already, or is too old." in words(used.text)
    again = browser_of()
    form = {"csrf": csrf(again.get("/sign-in").text), "name": ANNA, "password": NEW, "next": "/account"}
    assert again.post("/sign-in", data=form).headers["location"] == "/account"


def test_the_answer_is_the_same_whoever_asks(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client]
) -> None:
    known, unknown = browser_of(), browser_of()
    link_for(viewer, known)
    before = len(mails(viewer))
    pages = [re.sub(r'value="[0-9a-f]{64}"', "", ask(one, name).text) for one, name in (
        (known, ANNA), (unknown, "nobody@night.example"))]  # fmt: skip
    assert words(pages[0]) == words(pages[1])
    until(lambda: len(mails(viewer)) == before + 1)


def test_a_link_ends_after_an_hour_and_when_the_password_changes(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_for(viewer, browser_of())
    later = time.time() + 3_601
    with monkeypatch.context() as at:
        at.setattr("itsdangerous.timed.time.time", lambda: later)
        assert browser_of().get(link).status_code == 410
    assert browser_of().get(link).status_code == 200
    viewer.definitions.put(replace(viewer.definitions.get(User, ANNA), password="another hash"))
    assert browser_of().get(link).status_code == 410
    assert browser_of().get("/password/forged").status_code == 410


def test_two_links_of_one_person_set_one_password(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client]
) -> None:
    first, second = (link_for(viewer, browser_of()) for _ in range(2))
    assert choose(browser_of(), second).status_code == 303
    assert choose(browser_of(), first).status_code == 410


def test_two_factor_sign_in_is_not_skipped(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client]
) -> None:
    viewer.two_factors.require(True, "odile")
    try:
        guest = browser_of()
        assert choose(guest, link_for(viewer, guest)).headers["location"].startswith("/sign-in/code")
        assert guest.get("/account").status_code == 303
    finally:
        viewer.two_factors.require(False, "odile")


def test_requests_are_slowed_down(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client]
) -> None:
    for _ in range(NAME_BURST):
        link_for(viewer, browser_of())
    for _ in range(ADDRESS_BURST - NAME_BURST):
        assert ask(browser_of(), ANNA).status_code == 200
    refused = ask(browser_of(), ANNA)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 60
    assert len(mails(viewer)) == NAME_BURST


def test_without_a_mail_server_the_page_says_whom_to_ask(
    viewer: Viewer, owner: Client, browser_of: Callable[..., Client]
) -> None:
    guest = browser_of()
    assert 'href="/sign-in/forgotten"' in guest.get("/sign-in").text
    page = guest.get("/sign-in/forgotten")
    assert "parcours user reset" in words(page.text)
    assert "<form" not in page.text.partition("<main")[2]
    assert guest.post("/sign-in/forgotten", data={"name": "odile"}).status_code == 200
    assert mails(viewer) == []


def test_a_mail_address_is_saved_with_the_password(
    viewer: Viewer, with_mail: None, owner: Client, browser_of: Callable[..., Client]
) -> None:
    assert post(owner, "/account", do="mail", mail="odile@night.example", old="wrong wrong").status_code == 401
    bad = post(owner, "/account", do="mail", mail="a@b@c <x>", old=PASSWORD)
    assert bad.status_code == 422
    assert "This is not a mail address." in words(bad.text)
    assert post(owner, "/account", do="mail", mail="odile@night.example", old=PASSWORD).status_code == 303
    assert mail_of(viewer.users.get("odile")) == "odile@night.example"
    for name in ("odile", "Odile@night.example"):
        assert link_for(viewer, browser_of(), name)
    assert {one.to for one in mails(viewer)} == {"odile@night.example"}
    assert post(owner, "/account", do="mail", mail="", old=PASSWORD).status_code == 303
    assert mail_of(viewer.users.get("odile")) == ""


def test_the_mail_is_in_the_language_of_the_account(
    viewer: Viewer, with_mail: None, anna: User, browser_of: Callable[..., Client], portal: BlockingPortal
) -> None:
    viewer.users.set_language(ANNA, "fr")
    link_for(viewer, browser_of())
    newest = max(mails(viewer), key=lambda one: one.created)
    assert newest.subject == "Un nouveau mot de passe pour Parcours"
