"""Pictures behind a login, in a real Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from msgspec import structs

from rules.cookies import SiteCookie
from rules.recipe import SIGN_IN_VERBS, read_recipe
from store.records import Site
from tests.machine import HEADLESS
from tests.snapshot.conftest import FAST, box, resolve
from tests.snapshot.login_site import FOREIGN, PASSWORD, USER, LoginSite, login_site
from viewer.snapshot import Camera, Capture, PictureRequest, SnapshotError, addresses
from viewer.snapshot.access import HIDDEN, SiteAccess

STEPS = ("fill #user with user", "fill #password with password", "click #go", "wait .account")
SECRETS = {"user": USER, "password": PASSWORD}


@pytest.fixture(scope="module")
def shop() -> Iterator[LoginSite]:
    with login_site() as local:
        yield local


@pytest.fixture(scope="module")
def asked() -> list[SiteAccess]:
    """The access that the next picture gets, last."""
    return []


@pytest.fixture(scope="module")
def camera(asked: list[SiteAccess]) -> Iterator[Camera]:
    def access(site: Site, page: str) -> SiteAccess:
        return asked[-1]

    def names(host: str) -> list[str]:
        return ["127.0.0.1"] if host == FOREIGN else resolve(host)

    with Camera(HEADLESS, FAST, names, access) as camera:
        yield camera


@pytest.fixture(autouse=True)
def _foreign_hosts_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if they were public: otherwise the camera's proxy would refuse them anyway."""
    monkeypatch.setattr(addresses, "is_private", lambda ip: False)


@pytest.fixture
def shoot(camera: Camera, shop: LoginSite, asked: list[SiteAccess]) -> Callable[..., Capture]:
    def one(access: SiteAccess, path: str = "/account", width: int = 1366, site: Site | None = None) -> Capture:
        shop.received.clear()
        shop.sessions.clear()
        asked.append(access)
        return camera.take(PictureRequest(site or shop.site(), shop.url(path), (width,)))[0]

    return one


def by_steps(shop: LoginSite, path: str = "/login", steps: tuple[str, ...] = STEPS, **secrets: str) -> SiteAccess:
    return SiteAccess(shop.url(path), read_recipe(steps, SIGN_IN_VERBS), {**SECRETS, **secrets})


def refused(shoot: Callable[..., Capture], access: SiteAccess, **more: object) -> tuple[str, str]:
    with pytest.raises(SnapshotError) as raised:
        shoot(access, **more)
    error = raised.value
    everything = f"{error!r} {error} {error.words} {vars(error)}"
    assert PASSWORD not in everything
    assert "Tr0ub4dor" not in everything
    return error.code, error.words


@pytest.mark.parametrize("path", ["/login", "/controlled", "/in-frame", "/in-shadow"])
def test_steps_with_secrets_sign_in_before_the_picture(shoot, shop, path):
    capture = shoot(by_steps(shop, path))
    assert capture.snapshot.page.endswith("/account")
    assert box(capture, "#orders")[3] > 0
    assert capture.snapshot.warnings == ()


def test_on_a_phone_too_and_with_enter_in_place_of_the_button(shoot, shop):
    steps = (*STEPS[:2], "submit #password", "wait .account")
    assert shoot(by_steps(shop, steps=steps), width=390).snapshot.width == 390


def test_a_form_of_two_pages(shoot, shop):
    steps = ("fill #user with user", "click #go", "fill #password with password", "click #go", "wait .account")
    assert box(shoot(by_steps(shop, "/two-pages", steps)), "#orders")[3] > 0


def test_a_form_that_signs_in_by_script(shoot, shop):
    assert box(shoot(by_steps(shop, "/by-fetch")), "#orders")[3] > 0


def test_a_wrong_password_is_reported_without_it(shoot, shop):
    code, words = refused(shoot, by_steps(shop, password="wrong-but-Tr0ub4dor"))
    assert code == "sign_in"
    assert "Signing in: Step 4 (wait .account): nothing on the page matches .account" in words
    assert "Check the secrets and the steps." in words
    code, words = refused(shoot, by_steps(shop, "/by-get"))
    assert code == "sign_in"
    assert "/by-get-done" in words


@pytest.mark.parametrize("path", ["/no-field", "/readonly"])
def test_only_fields_are_written_into(shoot, shop, path):
    code, words = refused(shoot, by_steps(shop, path))
    assert code == "sign_in"
    assert "is not a field that can be written into" in words


def test_a_sign_in_page_of_another_host_is_refused(shoot, shop):
    access = replace(by_steps(shop), url=shop.url("/login", FOREIGN))
    code, words = refused(shoot, access)
    assert code == "sign_in"
    assert "not an https page" in words
    assert shop.received == []


def test_plain_http_is_for_loopback_and_with_the_owners_permission_only(shoot, shop):
    code, _ = refused(shoot, by_steps(shop), site=shop.site(allow_private=False))
    assert code == "sign_in"
    named = structs.replace(shop.site(), domains=("shop.test", f"127.0.0.1:{shop.port}"))
    code, words = refused(shoot, replace(by_steps(shop), url=shop.url("/login", "shop.test")), site=named)
    assert (code, "not an https page" in words) == ("sign_in", True)
    assert shop.received == []


def test_a_form_in_a_frame_of_another_host_gets_no_secret(shoot, shop):
    code, words = refused(shoot, by_steps(shop, "/in-foreign-frame"))
    assert code == "sign_in"
    assert "nothing on the page matches #user" in words
    assert "anna" not in shop.seen_by(FOREIGN)


@pytest.mark.parametrize("path", ["/to-foreign", "/redirected", "/fetch-redirected"])
def test_a_form_that_leads_to_another_host_sends_nothing_there(shoot, shop, path):
    code, words = refused(shoot, by_steps(shop, path))
    assert code == "sign_in"
    assert FOREIGN in words
    assert shop.seen_by(FOREIGN) == ""


def test_a_page_that_goes_to_another_host_is_stopped_before_a_secret_is_typed(shoot, shop):
    steps = ("wait 1500", *STEPS)
    code, words = refused(shoot, by_steps(shop, "/foreign-script", steps))
    assert code == "sign_in"
    assert FOREIGN in words
    assert shop.seen_by(FOREIGN) == ""


def test_a_secret_that_the_page_shows_is_not_stored(shoot, shop):
    capture = shoot(by_steps(shop, "/echo"), path="/echo")
    assert PASSWORD not in repr((capture.snapshot, capture.layout.columns()))
    access = by_steps(shop)
    assert access.redact(f"a {PASSWORD} b") == f"a {HIDDEN} b"
    assert "Tr0ub4dor" not in access.redact("/x?p=Tr0ub4dor%20%26%203/p%C3%A4ss&q=Tr0ub4dor+%26+3%2Fp%C3%A4ss")
    assert PASSWORD not in repr(access)


def test_cookies_sign_in(shoot, shop, camera, asked):
    def cookies(**more: object) -> SiteAccess:
        return SiteAccess(cookies=(SiteCookie("session", shop.session(), **more),))

    def take(access: SiteAccess, path: str = "/account") -> Capture:
        asked.append(access)
        return camera.take(PictureRequest(shop.site(), shop.url(path), (1366,)))[0]

    assert box(take(cookies()), "#orders")[3] > 0
    assert box(take(cookies(domain="127.0.0.1", http_only=True, same_site="Lax")), "#orders")[3] > 0
    assert box(take(cookies(expires=int(time.time()) + 3600)), "#orders")[3] > 0
    assert take(cookies(), "/settings").snapshot.page.endswith("/settings")


@pytest.mark.parametrize("path", ["/account", "/settings"])
def test_a_session_that_ended_is_reported(shoot, shop, path):
    code, words = refused(shoot, SiteAccess(cookies=(SiteCookie("session", "ended"),)), path=path)
    assert code == "signed_out"
    assert "the session ended" in words
    assert "paste new cookies" in words


def test_cookies_that_have_expired_are_reported_before_the_page_is_opened(shoot, shop):
    code, words = refused(shoot, SiteAccess(cookies=(SiteCookie("session", "x", expires=1),)))
    assert code == "signed_out"
    assert "expired" in words
    assert shop.received == []
