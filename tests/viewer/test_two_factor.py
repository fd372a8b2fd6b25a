"""Two-factor sign-in: codes by RFC 6238, recovery codes, the second step, and requiring it of everybody."""

from __future__ import annotations

import re
import threading
from html import unescape

import pyotp
import pytest
from anyio.from_thread import BlockingPortal

from store.sealing import Sealer
from store.two_factor import TwoFactor
from tests.viewer.client import Client
from tests.viewer.conftest import BASE, SERVICE
from tests.viewer.pages import PASSWORD, csrf, post, words
from viewer.access import totp
from viewer.access.two_factor import CODES, TwoFactors
from viewer.http.errors import Problem

# Appendix B of RFC 6238 for SHA-1: seconds since 1970, and the code of eight digits, whose last six are ours.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" in base 32


class Clock:
    """A clock that stays where it was set."""

    def __init__(self) -> None:
        self.now = 1_796_083_200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def viewer(make_viewer, clock):
    return make_viewer(clock=clock)


@pytest.fixture
def factors(viewer, clock):
    return TwoFactors(viewer.definitions, Sealer(b"k" * 32), clock)


def turned_on(factors: TwoFactors, name: str, clock: Clock) -> tuple[str, tuple[str, ...]]:
    """The key and the recovery codes of a user who sets it up; then a minute passes."""
    made = factors.set_up(name)
    codes = factors.turn_on(name, made.sealed, pyotp.TOTP(made.key).at(clock.now))
    clock.now += 60
    return made.key, codes


def problem_of(check, *values) -> Problem:
    with pytest.raises(Problem) as raised:
        check(*values)
    return raised.value


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_rfc(seconds, code):
    step = totp.step_of(RFC_KEY, code[-6:], seconds)
    assert step == seconds // 30
    assert totp.judge(step, seconds) == "right"


def test_a_code_is_right_for_one_step_to_either_side_and_a_wrong_one_says_which_half_minute():
    now = 1_796_083_215.0
    at = {distance: pyotp.TOTP(RFC_KEY).at(now + 30 * distance) for distance in range(-4, 5)}
    judged = {d: totp.judge(totp.step_of(RFC_KEY, code, now), now) for d, code in at.items()}
    assert judged == {-4: "late", -3: "late", -2: "late", -1: "right", 0: "right", 1: "right"} | dict.fromkeys(
        (2, 3, 4), "early"
    )
    assert totp.step_of(RFC_KEY, pyotp.TOTP(RFC_KEY).at(now + 600), now) is None
    assert totp.step_of(RFC_KEY, "１２３４５６", now) is None  # digits outside ASCII


def test_a_code_works_once_and_so_does_an_earlier_one(factors, clock):
    key, _ = turned_on(factors, "replay", clock)
    code, before = (pyotp.TOTP(key).at(clock.now + d) for d in (0, -30))
    factors.check("replay", code)
    assert problem_of(factors.check, "replay", code).code == "code_used"
    assert problem_of(factors.check, "replay", before).code == "code_used"
    clock.now += 30
    factors.check("replay", f" {pyotp.TOTP(key).at(clock.now)[:3]} {pyotp.TOTP(key).at(clock.now)[3:]} ")


def accepted_at_once(parts: list[TwoFactors], name: str, code: str) -> int:
    """How many of several processes accept a code that all get at the same time."""
    ready, results = threading.Barrier(len(parts)), []

    def check(part: TwoFactors) -> None:
        ready.wait()
        try:
            part.check(name, code)
        except Problem:
            return
        results.append(part)

    threads = [threading.Thread(target=check, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(results)


def test_two_processes_accept_a_code_and_a_recovery_code_once(viewer, clock, factors):
    key, codes = turned_on(factors, "race", clock)
    parts = [TwoFactors(viewer.definitions, Sealer(b"k" * 32), clock) for _ in range(3)]
    assert accepted_at_once(parts, "race", pyotp.TOTP(key).at(clock.now)) == 1
    assert accepted_at_once(parts, "race", codes[0]) == 1
    assert len(factors.of("race").recovery) == CODES - 1


def test_recovery_codes_are_stored_as_digests_and_the_key_encrypted(viewer, factors, clock):
    key, codes = turned_on(factors, "stored", clock)
    assert len(set(codes)) == CODES
    stored = repr(viewer.definitions.get(TwoFactor, "stored"))
    assert key not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    factors.check("stored", codes[3].upper().replace("-", " "))
    assert problem_of(factors.check, "stored", codes[3]).code == "code_wrong"


def test_with_another_key_of_the_server_only_recovery_codes_work(viewer, factors, clock):
    key, codes = turned_on(factors, "moved", clock)
    other = TwoFactors(viewer.definitions, Sealer(b"o" * 32), clock)
    assert problem_of(other.check, "moved", pyotp.TOTP(key).at(clock.now)).code == "two_factor_key"
    other.check("moved", codes[0])


def test_the_set_up_of_one_person_is_not_accepted_for_another(factors, clock):
    made = factors.set_up("alice")
    code = pyotp.TOTP(made.key).at(clock.now)
    assert problem_of(factors.turn_on, "mallory", made.sealed, code).status == 400
    assert problem_of(factors.turn_on, "alice", made.sealed + "x", code).status == 400
    factors.turn_on("alice", made.sealed, code)
    assert problem_of(factors.turn_on, "alice", made.sealed, code).code == "two_factor_on"


def browser(viewer, portal: BlockingPortal, lang: str = "en") -> Client:
    return Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": lang})


def first_step(client: Client, name: str) -> object:
    form = {"csrf": csrf(client.get("/sign-in").text), "name": name, "password": PASSWORD, "next": "/account"}
    return client.post("/sign-in", data=form)


def second_step(client: Client, code: str, **more: str) -> object:
    page = client.get("/sign-in/code?next=/account")
    return client.post("/sign-in/code", data={"csrf": csrf(page.text), "next": "/account", "code": code, **more})


def shown_key(page: str) -> tuple[str, str]:
    """The key on a set-up page, and its sealed form."""
    key = re.search(r'id="two-factor-key">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert key, "the page shows no key"
    assert sealed
    return key[1].replace(" ", ""), unescape(sealed[1])


def set_up(client: Client, clock: Clock) -> tuple[str, list[str]]:
    """Turn it on from the account page; the key and the recovery codes."""
    page = client.get("/account").text
    key, sealed = shown_key(page)
    code = pyotp.TOTP(key).at(clock.now)
    done = client.post("/account/two-factor", data={"csrf": csrf(page), "do": "on", "sealed": sealed, "code": code})
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    clock.now += 60
    return key, re.findall(r"\b(?:[2-9a-z]{4}-){3}[2-9a-z]{4}\b", done.text.partition('id="recovery-codes"')[2])[:CODES]


def test_signing_in_takes_a_code_once_it_is_on(viewer, portal, clock):
    viewer.users.add("tess", PASSWORD, "editor")
    laptop = browser(viewer, portal)
    assert first_step(laptop, "tess").headers["location"] == "/account"  # still off
    key, codes = set_up(laptop, clock)
    assert len(codes) == CODES
    assert "<svg" not in laptop.get("/account").text.partition('id="two-factor"')[2].partition("</section>")[0]

    other = browser(viewer, portal)
    assert first_step(other, "tess").headers["location"] == "/sign-in/code?next=/account"
    assert other.get("/account").status_code == 303  # no session before the code
    page = other.get("/sign-in/code").text
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page
    late = second_step(other, pyotp.TOTP(key).at(clock.now - 90))
    assert late.status_code == 422
    assert "That code was for an earlier half minute." in words(late.text)
    assert other.get("/account").status_code == 303
    done = second_step(other, pyotp.TOTP(key).at(clock.now))
    assert done.headers["location"] == "/account"
    assert other.get("/account").status_code == 200

    third = browser(viewer, portal, "fr")
    first_step(third, "tess")
    used = second_step(third, pyotp.TOTP(key).at(clock.now))
    assert "Ce code a déjà servi." in words(used.text)
    assert second_step(third, codes[0]).status_code == 303
    assert "9 codes de secours" in words(third.get("/account").text)


def test_a_sign_in_link_asks_for_the_code_too(viewer, portal, clock):
    user = viewer.users.add("lin", PASSWORD, "viewer")
    client = browser(viewer, portal)
    first_step(client, "lin")
    key, _ = set_up(client, clock)
    other = browser(viewer, portal)
    opened = other.get(viewer.sign_in_url(user, next="/account").removeprefix(BASE))
    assert opened.headers["location"].startswith("/sign-in/code")
    assert other.get("/account").status_code == 303
    assert second_step(other, pyotp.TOTP(key).at(clock.now)).headers["location"] == "/account"


def test_the_second_step_needs_the_first(viewer, portal):
    assert browser(viewer, portal).get("/sign-in/code").headers["location"] == "/sign-in"
    forged = browser(viewer, portal)
    forged.cookies.set("parcours-first-step", "WyJ0ZXNzIiwieCJd.aaaa.bbbb")
    assert forged.post("/sign-in/code", data={"code": "123456"}).headers["location"] == "/sign-in"


def test_wrong_codes_are_made_to_wait(viewer, portal, clock):
    viewer.users.add("gus", PASSWORD, "viewer")
    client = browser(viewer, portal)
    first_step(client, "gus")
    key, _ = set_up(client, clock)
    thief = browser(viewer, portal)
    first_step(thief, "gus")
    answers = [second_step(thief, f"wrong code {n}").status_code for n in range(6)]
    assert answers[:5] == [422] * 5
    first_step(thief, "gus")  # the right password does not forgive wrong codes
    refused = second_step(thief, pyotp.TOTP(key).at(clock.now))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_turning_it_off_asks_for_the_password_and_a_code(viewer, portal, clock):
    viewer.users.add("ofra", PASSWORD, "editor")
    client = browser(viewer, portal)
    first_step(client, "ofra")
    key, _ = set_up(client, clock)
    code = pyotp.TOTP(key).at(clock.now)
    wrong = post(client, "/account/two-factor", do="off", password="wrong wrong wrong", code=code)
    assert wrong.status_code == 401
    assert post(client, "/account/two-factor", do="off", password=PASSWORD, code="000000").status_code == 422
    assert viewer.two_factors.of("ofra") is not None
    assert post(client, "/account/two-factor", do="off", password=PASSWORD, code=code).status_code == 303
    assert viewer.two_factors.of("ofra") is None
    assert first_step(browser(viewer, portal), "ofra").headers["location"] == "/account"


def test_an_owner_requires_it_of_everybody_at_the_next_sign_in(viewer, portal, clock):
    viewer.users.add("rae", PASSWORD, "owner")
    viewer.users.add("vic", PASSWORD, "viewer")
    owner, member = browser(viewer, portal), browser(viewer, portal)
    first_step(owner, "rae")
    first_step(member, "vic")
    assert post(member, "/account/two-factor", do="require", required="1").status_code == 403
    assert post(owner, "/account/two-factor", do="require", required="1").status_code == 303
    try:
        assert member.get("/account").status_code == 200  # whoever is signed in stays so
        again = browser(viewer, portal)
        assert first_step(again, "vic").headers["location"].startswith("/sign-in/code")
        key, sealed = shown_key(again.get("/sign-in/code").text)
        assert second_step(again, "").status_code != 303  # nothing is skipped
        assert again.get("/account").status_code == 303
        code = pyotp.TOTP(key).at(clock.now)
        done = second_step(again, code, sealed=sealed)
        assert "Keep these codes where the phone is not." in words(done.text)
        clock.now += 60
        assert again.get("/account").status_code == 200
        off = post(again, "/account/two-factor", do="off", password=PASSWORD, code=pyotp.TOTP(key).at(clock.now))
        assert off.status_code == 409
    finally:
        assert post(owner, "/account/two-factor", do="require", required="").status_code == 303


def test_it_can_be_reset_and_is_not_inherited_by_a_new_account(viewer, portal, clock):
    user = viewer.users.add("ben", PASSWORD, "viewer")
    client = browser(viewer, portal)
    first_step(client, "ben")
    set_up(client, clock)
    api = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    link = api.post("/api/v1/users/ben/reset").json()["link"].removeprefix(BASE)
    assert browser(viewer, portal).get(link).headers["location"] == "/account"
    assert first_step(browser(viewer, portal), "ben").headers["location"] == "/account"
    viewer.users.reset_two_factor("ben")  # nothing to reset
    assert client.get("/account").status_code == 303  # the reset ended every session
    first_step(client, "ben")
    set_up(client, clock)
    viewer.definitions.delete(viewer.users.get(user.id))
    viewer.users.add("ben", PASSWORD, "viewer")
    assert viewer.two_factors.of("ben") is None


def test_the_api_shows_requires_and_turns_it_off(viewer, portal, clock):
    viewer.users.add("pat", PASSWORD, "viewer")
    client = browser(viewer, portal)
    first_step(client, "pat")
    set_up(client, clock)
    api = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    found = api.get("/api/v1/users/pat/two-factor").json()
    assert (found["on"], found["recovery_codes"]) == (True, CODES)
    assert found["since"]
    assert api.delete("/api/v1/users/pat/two-factor").json() == {"on": False, "since": None, "recovery_codes": 0}
    assert viewer.two_factors.of("pat") is None
    assert api.get("/api/v1/users/nobody/two-factor").status_code == 404
    assert api.get("/api/v1/sign-in-policy").json() == {"two_factor": False}
    try:
        assert api.put("/api/v1/sign-in-policy", json={"two_factor": True}).json() == {"two_factor": True}
        assert viewer.two_factors.required()
        assert api.put("/api/v1/sign-in-policy", json={"two_factor": "yes"}).status_code == 422
    finally:
        api.put("/api/v1/sign-in-policy", json={"two_factor": False})
    assert client.put("/api/v1/sign-in-policy", json={"two_factor": True}).status_code in (401, 403)
    assert not viewer.two_factors.required()
