"""Sign-in, roles and form tokens, through small routes of their own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rules.faults import InvalidDefinition
from tests.viewer.client import Client
from tests.viewer.conftest import BASE, SERVICE
from viewer.access import tokens
from viewer.access.guards import Guards, guard, safe_next
from viewer.access.identity import Identify
from viewer.access.person import signed_in as signed_in_person
from viewer.access.sign_in import ClientAddresses, SignIn
from viewer.http.catch_errors import CatchErrors
from viewer.http.errors import problem_of, respond

PASSWORD = "a long pass phrase"


def application(viewer: Any) -> Starlette:
    """Routes around the viewer's own parts, as its pages use them."""
    forms, sessions = viewer.forms, viewer.sessions
    signing_in = SignIn(viewer.users, sessions, viewer.work, ClientAddresses())

    async def error(request: Request, problem: Exception) -> Response:
        return await respond(request, problem)

    async def sign_in(request: Request) -> Response:
        await forms.check(request)
        form = await request.form()
        user = await signing_in.by_password(request, str(form["name"]), str(form["password"]))
        response = RedirectResponse(safe_next(str(form.get("next", ""))), status_code=303)
        await signing_in.begin(request, response, user)
        return response

    async def first_run(request: Request) -> Response:
        form = await request.form()
        values = str(form["token"]), str(form["name"]), str(form["password"])
        return PlainTextResponse((await viewer.work.heavy(viewer.first_owner.create_owner, *values)).role)

    async def form(request: Request) -> Response:
        return PlainTextResponse(forms.of(request))

    async def sign_out(request: Request) -> Response:
        response = PlainTextResponse("")
        sessions.end(response)
        return response

    async def change(request: Request) -> Response:
        return PlainTextResponse(signed_in_person(request).name)

    async def password(request: Request) -> Response:
        given = await request.form()
        name = signed_in_person(request).name
        await signing_in.change_password(request, name, str(given["old"]), str(given["new"]))
        return PlainTextResponse("")

    def guarded(handler: Any, role: Any) -> Any:
        return guard(handler, role, Guards(forms, viewer.urls, viewer.registry.on_site))

    return Starlette(
        routes=[
            Route("/in", sign_in, methods=["POST"]),
            Route("/out", sign_out),
            Route("/first", first_run, methods=["POST"]),
            Route("/form", form),
            Route("/change", guarded(change, "editor"), methods=["GET", "POST"]),
            Route("/api/change", guarded(change, "editor"), methods=["GET", "POST"]),
            Route("/password", guarded(password, "viewer"), methods=["POST"]),
        ],
        middleware=[
            Middleware(CatchErrors, respond=error),
            Middleware(Identify, identities=viewer.identities, sessions=sessions),
        ],
    )


@pytest.fixture
def browser(viewer, portal):
    return Client(portal, application(viewer), BASE, {"Accept": "text/html"})


@pytest.fixture
def user(viewer):
    """A user of a role; each name is used once."""

    def make(name: str, role: str = "editor") -> str:
        viewer.users.add(name, PASSWORD, role)
        return name

    return make


def signed_in(browser: Client, name: str, password: str = PASSWORD, **more: str):
    csrf = browser.get("/form").text
    return browser.post("/in", data={"name": name, "password": password, "csrf": csrf, **more})


def code(response) -> str:
    return response.json()["error"]["code"]


def test_first_run_makes_one_owner_and_the_link_ends(viewer, browser):
    url = viewer.first_run_url()
    assert url.startswith(f"{BASE}/first-run?token=")
    token = url.partition("token=")[2]
    assert viewer.first_run_url() == url  # another process prints the same
    wrong = browser.post("/first", data={"token": "guess", "name": "ada", "password": PASSWORD})
    assert wrong.status_code == 403
    short = browser.post("/first", data={"token": token, "name": "ada", "password": "short"})
    assert short.status_code == 422
    made = browser.post("/first", data={"token": token, "name": "ada", "password": PASSWORD})
    assert made.text == "owner"
    assert viewer.first_run_url() is None
    again = browser.post("/first", data={"token": token, "name": "eve", "password": PASSWORD})
    assert again.status_code == 403


def test_sign_in_sets_a_cookie_that_scripts_cannot_read(browser, user):
    user("bob")
    response = signed_in(browser, "bob", next="/sites/1/pages?days=7")
    assert response.status_code == 303
    assert response.headers["location"] == "/sites/1/pages?days=7"
    cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith("parcours="))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie  # the address is http
    assert browser.get("/change").text == "bob"
    browser.get("/out")
    assert browser.get("/change").status_code == 303


def test_cookies_are_secure_where_the_address_is_https(make_viewer, portal, user):
    user("carol")
    secure = Client(portal, application(make_viewer("https://stats.example")), "https://stats.example")
    response = signed_in(secure, "carol")
    cookies = response.headers.get_list("set-cookie")
    assert cookies
    assert all(c.startswith("__Host-") and "Secure" in c for c in cookies)


@pytest.mark.parametrize("name", ["dave", "nobody at all"])
def test_wrong_password_and_unknown_name_answer_the_same(browser, user, viewer, name):
    if name == "dave":
        user(name)
    refused = signed_in(browser, name, "not this one")
    assert refused.status_code == 401
    assert "The name or the password is wrong." in refused.text


def test_guessing_is_made_to_wait(browser, user):
    user("grace")
    answers = [signed_in(browser, "grace", f"guess {n} of many") for n in range(7)]
    assert {a.status_code for a in answers[:5]} == {401}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert signed_in(browser, "grace").status_code == 429  # the right one waits too


def test_people_behind_one_proxy_are_counted_apart():
    def request(forwarded_for: str) -> Request:
        headers = [(b"x-forwarded-for", forwarded_for.encode())]
        return Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)})

    def last(peer: str, forwarded_for: str) -> str:
        return forwarded_for.split(",")[-1].strip() if peer == "10.0.0.1" else peer

    assert ClientAddresses().of(request("203.0.113.9")) == "10.0.0.1"  # nobody said that it is a proxy
    assert ClientAddresses(last).of(request("1.1.1.1, 203.0.113.9")) == "203.0.113.9"


def test_a_forged_cookie_signs_nobody_in(browser):
    browser.cookies.set("parcours", "WyJhZGEiLCJ4IiwieSJd.aaaa.bbbb")
    assert browser.get("/change").status_code == 303


def test_a_page_without_sign_in_leads_there_and_back(browser):
    response = browser.get("/change?a=1")
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?next=/change%3Fa%3D1"


def test_the_api_without_sign_in_answers_401(browser):
    response = browser.get("/api/change")
    assert response.status_code == 401
    assert code(response) == "sign_in"
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_role_that_is_too_low_is_rejected(browser, user):
    user("hal", "viewer")
    signed_in(browser, "hal")
    assert browser.get("/api/change").status_code == 403


def test_a_change_needs_the_form_token(browser, user):
    user("ivy")
    signed_in(browser, "ivy")
    assert browser.post("/change").status_code == 403
    csrf = browser.get("/form").text
    assert browser.post("/change", data={"csrf": csrf}).text == "ivy"
    assert browser.post("/change", headers={"X-CSRF-Token": csrf}).text == "ivy"


def test_a_form_from_another_site_is_rejected(browser, user):
    user("jon")
    signed_in(browser, "jon")
    csrf = browser.get("/form").text
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post("/change", data={"csrf": csrf}, headers=headers).status_code == 403


def test_another_persons_token_does_not_fit(browser, user, viewer, portal):
    user("kim")
    user("leo")
    signed_in(browser, "kim")
    other = Client(portal, application(viewer), BASE)
    signed_in(other, "leo")
    assert browser.post("/change", data={"csrf": other.get("/form").text}).status_code == 403


def test_a_new_password_ends_other_sessions(browser, user, viewer, portal):
    user("mia")
    signed_in(browser, "mia")
    other = Client(portal, application(viewer), BASE, {"Accept": "text/html"})
    signed_in(other, "mia")
    csrf = browser.get("/form").text
    new = "another pass phrase"
    wrong = browser.post("/password", data={"csrf": csrf, "old": "wrong wrong", "new": new})
    assert wrong.status_code == 401
    assert browser.post("/password", data={"csrf": csrf, "old": PASSWORD, "new": new}).status_code == 200
    assert other.get("/change").status_code == 303
    assert signed_in(other, "mia", new).status_code == 303


def test_bearer_tokens(viewer, portal):
    def asking(bearer: str) -> Client:
        return Client(portal, application(viewer), BASE, {"Authorization": f"Bearer {bearer}"})

    record, text = tokens.issue(viewer.definitions, "report", "editor")
    assert text not in repr(record)
    assert asking(text).post("/api/change").text == "report"  # no form token: a page cannot send this header
    assert asking(SERVICE).get("/api/change").text == "command line"
    assert code(asking("parcours_wrong").get("/api/change")) == "bad_token"
    _, small = tokens.issue(viewer.definitions, "screen", "viewer")
    assert asking(small).get("/api/change").status_code == 403


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/sites/1?x=1", "/sites/1?x=1"),
        ("//evil.example", "/sites"),
        ("/\\evil.example", "/sites"),
        ("https://evil.example", "/sites"),
        ("/a\r\nSet-Cookie: x", "/sites"),
        ("", "/sites"),
    ],
)
def test_only_local_paths_are_followed_after_sign_in(path, safe):
    assert safe_next(path) == safe


def test_bad_and_taken_names_are_rejected(viewer, user):
    user("nia")
    with pytest.raises(InvalidDefinition) as taken:
        viewer.users.add("nia", PASSWORD, "viewer")
    assert problem_of(taken.value).status == 409
    for name in ("", "a b", "x" * 65, "<script>"):
        with pytest.raises(InvalidDefinition) as bad:
            viewer.users.add(name, PASSWORD, "viewer")
        assert problem_of(bad.value).status == 422


def test_passwords_are_kept_as_argon2(viewer, user):
    from store.records import User

    user("oli")
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=\d\$", viewer.definitions.get(User, "oli").password)


def test_sign_out_ends_the_session_on_the_server(viewer, portal, user):
    user("pia")
    browser = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/sign-in").text)[1]
    browser.post("/sign-in", data={"csrf": token, "name": "pia", "password": PASSWORD})
    stolen = browser.cookies["parcours"]
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/account").text)[1]
    assert browser.post("/sign-out", data={"csrf": token}).status_code == 303
    thief = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Cookie": f"parcours={stolen}"})
    assert thief.get("/account").status_code == 303


def test_another_process_learns_that_a_session_ended(viewer, make_viewer, portal, user):
    user("ria")
    browser = Client(portal, application(viewer), BASE)
    signed_in(browser, "ria")
    session = viewer.sessions.read(browser.cookies["parcours"])
    other = make_viewer()
    assert portal.call(other.identities.of_session, session).name == "ria"
    portal.call(SignIn(viewer.users, viewer.sessions, viewer.work, ClientAddresses()).end, session)
    assert portal.call(viewer.identities.of_session, session) is None
    other.work.forget()  # or three seconds later
    assert portal.call(other.identities.of_session, session) is None


def test_a_sign_in_link_works_once(viewer, make_viewer, portal, user):
    user("sol")
    link = viewer.sign_in_url(viewer.users.get("sol"), next="/account").removeprefix(BASE)
    preview = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})
    assert preview.request("HEAD", link).status_code == 200  # does not use it up
    first = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})
    assert first.get(link).headers["location"] == "/account"
    assert first.get("/account").status_code == 200
    assert first.get(link).status_code == 303  # already signed in: just continues
    for app in (viewer.asgi, make_viewer().asgi):
        again = Client(portal, app, BASE, {"Accept": "text/html"}).get(link)
        assert again.status_code == 403
        assert "link was used already" in again.text
