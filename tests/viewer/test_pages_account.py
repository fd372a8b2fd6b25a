"""Who may come in, and what an account keeps."""

from __future__ import annotations

from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from store.records import Site, User
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, post, words
from viewer.app import Viewer


def test_people_who_are_not_signed_in_are_sent_to_the_sign_in_page(anyone: Client, shop: Site) -> None:
    for path in ("/sites", f"/sites/{shop.id}/heatmap?page=/lamps", "/account"):
        answer = anyone.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")


def test_a_sign_in_link_opens_what_it_names(viewer: Viewer, owner: Client, portal: BlockingPortal) -> None:
    guest = viewer.users.add("guest", PASSWORD, "viewer")
    link = viewer.sign_in_url(guest, next="/account")
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})
    assert client.get(link.removeprefix(BASE)).headers["location"] == "/account"
    assert "guest" in client.get("/account").text
    for wrong in (link.replace("link=", "link=x"), viewer.sign_in_url(replace(guest, id="nobody"))):
        refused = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"}).get(wrong.removeprefix(BASE))
        assert refused.status_code == 403
        assert "link is too old or not valid" in refused.text
    viewer.definitions.put(replace(guest, password="another hash"))
    late = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"}).get(link.removeprefix(BASE))
    assert late.status_code == 403


def test_a_wrong_password_is_reported_with_a_message(anyone: Client, owner: Client) -> None:
    form = {"csrf": csrf(anyone.get("/sign-in").text), "name": "odile", "password": "wrong wrong", "next": "/sites"}
    answer = anyone.post("/sign-in", data=form, headers={"Accept-Language": "fr"})
    assert answer.status_code == 401
    assert "Le nom ou le mot de passe est incorrect." in words(answer.text)
    assert 'value="odile"' in answer.text


def test_signing_in_continues_to_the_requested_page(anyone: Client, owner: Client) -> None:
    form = {"csrf": csrf(anyone.get("/sign-in").text), "name": "odile", "password": PASSWORD, "next": "/account"}
    answer = anyone.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert anyone.get("/account").status_code == 200


def test_a_used_first_run_link_is_reported(anyone: Client, owner: Client) -> None:
    answer = anyone.get("/first-run?token=used")
    assert answer.status_code == 403
    assert "no longer valid" in words(answer.text)


def test_a_form_from_another_origin_is_rejected(owner: Client) -> None:
    assert owner.post("/sites/new", data={"name": "x", "domains": "x.example"}).status_code == 403


def test_a_missing_page_is_reported_on_a_page(owner: Client) -> None:
    answer = owner.get("/sites/nowhere/pages")
    assert answer.status_code == 404
    assert "Page not found" in words(answer.text)
    assert "nowhere" in words(answer.text)


def test_the_language_of_the_address_is_kept(anyone: Client) -> None:
    assert '<html lang="fr"' in anyone.get("/sign-in?lang=fr").text
    assert '<html lang="fr"' in anyone.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in anyone.get("/sign-in?lang=en").text


def test_the_account_keeps_language_and_theme(owner: Client, viewer: Viewer) -> None:
    post(owner, "/account", do="look", language="fr", theme="dark")
    page = owner.get("/account").text
    assert '<html lang="fr" data-theme="dark">' in page
    assert viewer.definitions.get(User, "odile").language == "fr"
    post(owner, "/account", do="look", language="en", theme="")
    assert '<html lang="en">' in owner.get("/account").text
