"""Guessing passwords and tokens: it is slow, makes nobody else wait, and keeps nobody out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from store.definitions import Definitions
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf
from tests.waiting import until
from viewer.access import tokens
from viewer.access.addresses import address_group
from viewer.access.attempts import NAME_BURST, Attempt, Attempts
from viewer.access.hashing import STRANGERS, Hashing
from viewer.access.throttle import MOST_KEYS, SlowLimit, Throttle
from viewer.app import Viewer
from viewer.http.errors import Problem

WRONG = "not the right one"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Browser(Client):
    """A browser at an address, with its own cookies."""

    def __init__(self, portal: BlockingPortal, viewer: Viewer, address: str) -> None:
        super().__init__(portal, viewer.asgi, BASE, {"Accept": "text/html"})
        self._client._transport = httpx.ASGITransport(viewer.asgi, client=(address, 1))
        self.csrf = csrf(self.get("/sign-in").text)

    def sign_in(self, name: str, password: str) -> httpx.Response:
        return self.post("/sign-in", data={"csrf": self.csrf, "name": name, "password": password})


@pytest.fixture
def browse(viewer: Viewer, portal: BlockingPortal) -> Callable[[str], Browser]:
    return lambda address: Browser(portal, viewer, address)


@pytest.fixture
def user(viewer: Viewer) -> Callable[[str], str]:
    def make(name: str) -> str:
        viewer.users.add(name, PASSWORD, "owner")
        return name

    return make


def test_parallel_guesses_are_counted_before_the_hash(browse: Any, user: Any) -> None:
    name, stranger = user("paula"), browse("203.0.113.1")
    with ThreadPoolExecutor(40) as guesses:
        codes = [a.status_code for a in guesses.map(lambda n: stranger.sign_in(name, f"{WRONG} {n}"), range(40))]
    assert codes.count(401) <= 5
    assert set(codes) <= {401, 429, 503}


def test_a_full_queue_of_hashes_answers_503_and_maps_go_on(
    viewer: Viewer, portal: BlockingPortal, browse: Any, user: Any
) -> None:
    name, go = user("quinn"), threading.Event()
    browsers = [browse(f"203.0.113.{n}") for n in range(STRANGERS + 4)]

    def wrong(*_: object) -> bool:
        assert go.wait(60)
        return False

    with (
        mock.patch("viewer.access.sign_in.verify_password", wrong),
        ThreadPoolExecutor(len(browsers)) as guesses,
    ):
        answers = [guesses.submit(one.sign_in, name, WRONG) for one in browsers]
        until(lambda: sum(one.done() for one in answers) == 4)
        full = [one.result() for one in answers if one.done()]
        assert portal.call(viewer.work.heavy, lambda: "a map") == "a map"
        go.set()
        assert [one.status_code for one in full] == [503] * 4
        assert all(int(one.headers["Retry-After"]) > 0 for one in full)
        assert [one.result().status_code for one in answers].count(401) == STRANGERS


def test_strangers_leave_places_for_people_who_signed_in_before() -> None:
    hashing = Hashing()
    try:
        with hashing.place():
            taken = [hashing.place() for _ in range(STRANGERS - 1)]
            for one in taken:
                one.__enter__()
            with pytest.raises(Problem) as full, hashing.place():
                pass
            assert (full.value.status, full.value.retry_after > 0) == (503, True)
            with hashing.place(known=True):
                pass
    finally:
        hashing.close()


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_ipv6_addresses_are_grouped_by_64_bits(address: str, group: str) -> None:
    assert address_group(address) == group


def test_changing_the_address_within_a_64_gives_no_more_guesses(browse: Any, user: Any) -> None:
    name = user("rosa")
    codes = [browse(f"2001:db8:5:6::{n:x}").sign_in(name, WRONG).status_code for n in range(1, 8)]
    assert codes == [401] * 5 + [429] * 2


def test_guesses_of_one_name_from_many_addresses_are_slow() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    at_once = [attempts.begin(Attempt("ada", f"198.51.{n}.1")) for n in range(NAME_BURST + 20)]
    assert [wait == 0 for wait in at_once] == [True] * NAME_BURST + [False] * 20
    assert attempts.begin(Attempt("bob", "198.51.1.1")) == 0
    clock.now += 600
    assert [attempts.begin(Attempt("ada", f"192.0.{n}.1")) == 0 for n in range(12)] == [True] * 10 + [False] * 2


def test_a_known_address_and_a_known_browser_are_not_kept_out_by_guesses_from_elsewhere() -> None:
    attempts = Attempts(Clock())
    home, laptop = Attempt("ada", "192.0.2.1"), Attempt("ada", "203.0.113.50", device="device 1")
    assert attempts.begin(home) == 0
    attempts.succeeded(home)
    for n in range(NAME_BURST):
        assert attempts.begin(Attempt("ada", f"198.51.{n}.1")) == 0
    assert attempts.begin(Attempt("ada", "198.51.200.1")) > 0
    assert attempts.begin(home) == 0
    for _ in range(10):
        attempts.begin(Attempt("ada", "203.0.113.50"))  # a stranger behind the same address as the laptop
    assert attempts.begin(Attempt("ada", "203.0.113.50")) > 0
    assert attempts.begin(laptop) == 0


def test_a_right_password_counts_as_no_failure() -> None:
    attempts = Attempts(Clock())
    for n in range(200):
        one = Attempt(f"user{n % 3}", "192.0.2.1")
        assert attempts.begin(one) == 0
        attempts.succeeded(one)


def test_a_browser_that_signed_in_before_can_sign_in_while_a_stranger_guesses(browse: Any, user: Any) -> None:
    name = user("sven")
    laptop = browse("192.0.2.10")
    assert laptop.sign_in(name, PASSWORD).status_code == 303
    stranger = browse("192.0.2.10")  # the same office
    codes = [stranger.sign_in(name, WRONG).status_code for _ in range(8)]
    assert (codes[0], codes[-1]) == (401, 429)
    assert laptop.get("/account").status_code == 200  # the session goes on
    del laptop.cookies["parcours"]
    assert laptop.sign_in(name, PASSWORD).status_code == 303
    assert browse("198.51.100.9").sign_in(name, PASSWORD).status_code == 303  # elsewhere, with the right password


def test_the_cookie_of_a_browser_does_not_help_to_guess(browse: Any, user: Any) -> None:
    mine, other = user("tess"), user("uwe")
    browser = browse("192.0.2.20")
    assert browser.sign_in(mine, PASSWORD).status_code == 303
    del browser.cookies["parcours"]
    assert [browser.sign_in(mine, WRONG).status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert [browser.sign_in(other, WRONG).status_code for _ in range(7)] == [401] * 5 + [429] * 2


def test_a_stranger_cannot_keep_an_owner_from_changing_the_password(browse: Any, user: Any) -> None:
    name, browser = user("vera"), browse("192.0.2.30")
    browser.sign_in(name, PASSWORD)
    stranger = browse("192.0.2.30")
    assert [stranger.sign_in(name, WRONG).status_code for _ in range(7)][-1] == 429
    token = csrf(browser.get("/account").text)
    form = {"csrf": token, "do": "password", "old": PASSWORD, "new": "another pass phrase"}
    assert browser.post("/account", data=form).status_code == 303


def bearer(viewer: Viewer, portal: BlockingPortal, text: str, address: str) -> httpx.Response:
    client = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})
    client._client._transport = httpx.ASGITransport(viewer.asgi, client=(address, 1))
    return client.get("/api/v1/sites")


def test_bearer_guesses_are_throttled_and_cheap(make_viewer: Any, portal: BlockingPortal) -> None:
    viewer = make_viewer()
    _, right = tokens.issue(viewer.definitions, "report", "viewer")
    with mock.patch.object(Definitions, "find", autospec=True, side_effect=Definitions.find) as found:
        codes = [bearer(viewer, portal, f"parcours_{n}", "203.0.113.9").status_code for n in range(60)]
        assert (codes[0], codes[-1]) == (401, 429)
        assert found.call_count < 30  # a query a second, after the first ten
    assert bearer(viewer, portal, right, "203.0.113.9").status_code == 200  # its owner is not locked out
    assert bearer(viewer, portal, "parcours_x", "203.0.113.10").status_code == 401


def test_a_new_token_works_at_once_and_a_withdrawn_one_ends(
    api: Client, viewer: Viewer, portal: BlockingPortal
) -> None:
    made = api.post("/api/v1/tokens", json={"name": "robot", "role": "viewer"}).json()
    assert bearer(viewer, portal, made["token"], "192.0.2.40").status_code == 200
    assert api.delete(f"/api/v1/tokens/{made['id']}").status_code == 200
    assert bearer(viewer, portal, made["token"], "192.0.2.40").status_code == 401


def test_the_memory_of_attempts_is_bounded() -> None:
    clock = Clock()
    throttle, slow = Throttle(1, clock), SlowLimit(1, 60, clock)
    for n in range(MOST_KEYS + 50):
        throttle.failed(str(n))
        slow.count(str(n))
    assert len(throttle._failures) == len(slow._used) == MOST_KEYS
    assert throttle.wait("0") == slow.wait("0") == 0  # the oldest were forgotten
    assert throttle.wait(str(MOST_KEYS + 49)) > 0
    assert slow.wait(str(MOST_KEYS + 49)) > 0


def test_whoever_signed_in_by_a_link_is_known_from_that_address(
    viewer: Viewer, portal: BlockingPortal, browse: Any, user: Any
) -> None:
    name, home = user("wanda"), browse("192.0.2.60")
    assert home.get(viewer.sign_in_url(viewer.users.get(name)).removeprefix(BASE)).status_code == 303
    strangers = [browse(f"198.18.{n}.1") for n in range(NAME_BURST + 1)]
    with mock.patch("viewer.access.sign_in.verify_password", return_value=False):
        codes = [one.sign_in(name, WRONG).status_code for one in strangers]
    assert (codes[-2], codes[-1]) == (401, 429)
    assert browse("203.0.113.77").sign_in(name, PASSWORD).status_code == 429  # new, so it has to wait
    assert browse("192.0.2.60").sign_in(name, PASSWORD).status_code == 303
