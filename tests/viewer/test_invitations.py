"""Invitations to a site: links that work once, made, mailed, withdrawn and accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from msgspec.structs import replace

from store.invitations import SiteInvitation
from store.outbox import OutboxMessage
from store.records import Site, SiteRole, User
from store.tokens import digest
from tests.mail.servers import Mailbox, account, free_port, mail_server
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, words
from tests.viewer.people import invite, join, roles_of, send
from viewer.access.invitations import DAY_MS, InvitationEnded, Invitations, now_ms
from viewer.app import Viewer
from viewer.mail.outbox import Outbox
from viewer.mail.sending import NotSent, Off
from viewer.mail.smtp import SmtpSender

HOSTILE = "<script>alert(1)</script>"


def test_an_invitation_makes_an_account_with_its_role_on_this_site_only(
    viewer: Viewer, owner: Client, site: Site, shop: Site, browser_of: Callable[..., Client]
) -> None:
    link = invite(owner, site, name="the press")
    assert "the press" in owner.get(f"/sites/{site.id}/people").text
    guest = browser_of()
    opened = guest.get(link)
    assert "Join Night shop as an editor" in words(opened.text)
    assert "odile invites you" in words(opened.text)
    assert opened.headers["referrer-policy"] == "same-origin"
    assert opened.headers["cache-control"] == "no-store"
    assert opened.headers["x-robots-tag"] == "noindex"
    joined = join(guest, link, name="press@night.example", password=PASSWORD)
    assert joined.headers["location"] == f"/sites/{site.id}/overview"  # type: ignore[attr-defined]
    user = viewer.definitions.get(User, "press@night.example")
    assert (user.role, user.sites) == ("", (SiteRole(site.id, "editor"),))
    assert guest.get(f"/sites/{site.id}").status_code == 200
    assert guest.get(f"/sites/{shop.id}").status_code == 404
    assert "the press" not in words(owner.get(f"/sites/{site.id}/people").text)


def test_only_a_digest_of_the_link_is_stored(viewer: Viewer, owner: Client, site: Site) -> None:
    secret = invite(owner, site).rpartition("/")[2]
    assert len(secret) >= 43  # 256 bits in base64
    stored = viewer.store.rows("SELECT id, json FROM definitions WHERE kind = 'invitation'")
    assert secret not in str(stored)
    assert digest(secret) in str(stored)


def test_a_link_works_once(owner: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    link = invite(owner, site)
    join(browser_of(), link, name="first", password=PASSWORD)
    late = browser_of().get(link)
    assert late.status_code == 410
    assert "This invitation was used on" in words(late.text)
    assert "tell odile: somebody else has joined with it" in words(late.text)
    guest = browser_of()
    sent = guest.post(link, data={"csrf": csrf(guest.get("/sign-in").text), "name": "second", "password": PASSWORD})
    assert sent.status_code == 410


def test_a_link_used_twice_at_the_same_time_makes_one_account(
    viewer: Viewer, owner: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.access.invitations.hash_password", lambda password: "no hash")
    secret = invite(owner, site).rpartition("/")[2]

    def one(n: int) -> str:
        try:
            return viewer.invitations.join(secret, f"guest-{n}", PASSWORD).id
        except InvitationEnded:
            return ""

    with ThreadPoolExecutor(4) as threads:
        joined = [name for name in threads.map(one, range(4)) if name]
    assert len(joined) == 1
    assert [name for name in roles_of(viewer, site) if name.startswith("guest-")] == joined


def test_a_late_withdrawn_or_invented_link_says_so(
    viewer: Viewer, owner: Client, site: Site, browser_of: Callable[..., Client]
) -> None:
    withdrawn = invite(owner, site)
    send(owner, site, do="withdraw", invitation=digest(withdrawn.rpartition("/")[2]))
    late = invite(owner, site, days="1")
    made = viewer.definitions.get(SiteInvitation, digest(late.rpartition("/")[2]))
    assert made.ends - made.made == DAY_MS
    viewer.definitions.put(replace(made, made=made.made - 2 * DAY_MS, ends=made.ends - 2 * DAY_MS))
    for link, status, heading in (
        (withdrawn, 410, "This invitation was withdrawn"),
        (late, 410, "This invitation ended on"),
        ("/i/never-made", 404, "This invitation does not exist"),
    ):
        page = browser_of().get(link)
        assert page.status_code == status
        assert heading in words(page.text)
    assert "ended, nobody used it" in words(owner.get(f"/sites/{site.id}/people").text)


def test_an_invitation_ends_at_its_time(viewer: Viewer, site: Site) -> None:
    now = [now_ms()]
    invitations = Invitations(viewer.definitions, viewer.users, viewer.members, lambda: now[0])
    made, secret = invitations.create(site, {"days": 30}, "odile")
    now[0] = made.ends - 1
    assert invitations.open(secret).invitation.role == "viewer"
    now[0] = made.ends
    with pytest.raises(InvitationEnded):
        invitations.open(secret)
    now[0] = made.ends + 31 * DAY_MS
    assert made.id not in [one.id for one in invitations.of(site)]


def test_a_new_link_ends_the_old_one(owner: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    old = invite(owner, site, name="Agency", days="30")
    page = send(owner, site, do="again", invitation=digest(old.rpartition("/")[2]))
    found = re.search(r'<code id="link">([^<]+)</code>', page.text)  # type: ignore[attr-defined]
    assert found
    assert browser_of().get(old).status_code == 410
    assert browser_of().get(unescape(found[1]).removeprefix(BASE)).status_code == 200
    assert words(page.text).count("Agency") == 1  # type: ignore[attr-defined]


def test_accepting_with_an_account_raises_its_role_and_never_lowers_it(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    anna, bert = people("anna", "viewer"), people("bert", "owner")
    for user, role in ((anna, "editor"), (bert, "owner")):
        link, client = invite(owner, site, role="editor"), browser_of(user)
        page = client.get(link).text
        assert ("You may see this site already." in words(page)) is (user is bert)
        sent = client.post(link, data={"csrf": csrf(page)})
        assert sent.headers["location"] == f"/sites/{site.id}/overview"
        assert roles_of(viewer, site)[user.id] == role


def test_bad_fields_of_somebody_who_joins_do_not_use_the_link_up(
    owner: Client, site: Site, browser_of: Callable[..., Client]
) -> None:
    link, guest = invite(owner, site), browser_of()
    for name, password, problem in (
        ("guest", "short", "too short or too long"),
        ("odile", PASSWORD, "This name is already taken"),
        (HOSTILE, PASSWORD, "This name cannot be used"),
    ):
        answer = join(guest, link, name=name, password=password)
        assert answer.status_code in (409, 422)  # type: ignore[attr-defined]
        assert problem in words(answer.text)  # type: ignore[attr-defined]
        assert HOSTILE not in answer.text  # type: ignore[attr-defined]
    assert guest.post(link, data={"name": "guest", "password": PASSWORD}).status_code == 403  # no form token
    assert join(guest, link, name="guest", password=PASSWORD).status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"days": 31}, "days"),
        ({"days": 0}, "days"),
        ({"days": "soon"}, "days"),
        ({"role": "king"}, "role"),
        ({"name": "x" * 81}, "name"),
        ({"site": "1"}, "site"),
    ],
)
def test_bad_fields_of_an_invitation_are_rejected(
    api: Client, site: Site, fields: dict[str, object], field: str
) -> None:
    answer = api.post(f"/api/v1/sites/{site.id}/invitations", json=fields)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["faults"]] == [field]


def test_an_invitation_of_another_site_does_not_exist(
    viewer: Viewer, api: Client, owner: Client, site: Site, shop: Site
) -> None:
    id = digest(invite(owner, shop).rpartition("/")[2])
    for do in ("withdraw", "again"):
        assert send(owner, site, do=do, invitation=id).status_code == 404  # type: ignore[attr-defined]
    assert api.delete(f"/api/v1/sites/{site.id}/invitations/{id}").status_code == 404
    assert viewer.definitions.get(SiteInvitation, id).state == "open"


def test_the_api_makes_and_withdraws_invitations(api: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    root = f"/api/v1/sites/{site.id}/invitations"
    made = api.post(root, json={"role": "owner", "name": "Ada", "days": 2}).json()
    assert browser_of().get(made["link"].removeprefix(BASE)).status_code == 200
    assert [one["id"] for one in api.get(root).json()["invitations"]] == [made["id"]]
    assert "link" not in api.get(root).json()["invitations"][0]
    assert api.delete(f"{root}/{made['id']}").json()["state"] == "withdrawn"
    assert api.get(root).json()["invitations"] == []
    assert api.delete(f"{root}/nothing").status_code == 404


@pytest.fixture
def with_mail(viewer: Viewer) -> Iterator[Outbox]:
    """The viewer's outbox, with a mail server that is down."""
    before = viewer.outbox._senders
    viewer.outbox.mail_is_set_up = True
    viewer.outbox._senders = {"mail": SmtpSender(account(free_port())), "webhook": Off()}
    yield viewer.outbox
    viewer.outbox.mail_is_set_up, viewer.outbox._senders = False, before
    for one in viewer.definitions.find(OutboxMessage):
        viewer.definitions.delete(one)


PRESS = {"do": "send", "mail": "press@night.example", "role": "viewer", "days": "7"}


def link_in(text: str) -> str:
    found = re.search(rf"{BASE}(/i/\S+)", text)
    assert found
    return found[1]


def test_an_invitation_is_mailed_and_its_link_is_not_shown(
    viewer: Viewer, owner: Client, site: Site, with_mail: Outbox, browser_of: Callable[..., Client]
) -> None:
    sent = send(owner, site, **PRESS)
    assert "Invitation sent To press@night.example, role: Viewer" in words(sent.text)
    assert "/i/" not in sent.text.partition("<main")[2]
    assert "press@night.example the mail waits to be sent" in words(sent.text)
    box = Mailbox()
    with mail_server(box) as at:
        with_mail._senders = {"mail": SmtpSender(at), "webhook": Off()}
        assert with_mail.send_due() == 1
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("press@night.example", "Join Night shop as a viewer")
    page = owner.get(f"/sites/{site.id}/people").text
    assert "mail sent, not accepted yet" in words(page)
    assert "Send again" in words(page)
    link = link_in(mail.get_content())
    guest = browser_of()
    assert 'value="press@night.example"' in guest.get(link).text
    assert join(guest, link, name="press@night.example", password=PASSWORD).status_code == 303
    assert roles_of(viewer, site)["press@night.example"] == "viewer"
    twice = browser_of().get(link)
    assert twice.status_code == 410
    assert "This invitation was used on" in words(twice.text)


def test_a_mailed_invitation_sent_again_or_withdrawn_or_late_ends_its_link(
    viewer: Viewer,
    owner: Client,
    site: Site,
    with_mail: Outbox,
    browser_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(owner, site, **PRESS)
    (first,) = viewer.invitations.of(site)
    again = send(owner, site, do="again", invitation=first.id)
    assert "Invitation sent To press@night.example" in words(again.text)
    (second,) = viewer.invitations.of(site)
    old, new = sorted(viewer.definitions.find(OutboxMessage), key=lambda one: one.created)
    assert "This invitation was withdrawn" in words(browser_of().get(link_in(old.text)).text)
    assert browser_of().get(link_in(new.text)).status_code == 200
    monkeypatch.setattr(viewer.invitations, "_clock", lambda: second.ends)
    assert "This invitation ended on" in words(browser_of().get(link_in(new.text)).text)
    monkeypatch.undo()
    assert send(owner, site, do="withdraw", invitation=second.id).status_code == 303
    assert browser_of().get(link_in(new.text)).status_code == 410


def test_a_mail_that_the_server_refuses_is_said_on_the_page(owner: Client, site: Site, with_mail: Outbox) -> None:
    class Refusing:
        def send(self, message: OutboxMessage) -> None:
            raise NotSent("recipient", "550 no such user", final=True)

    send(owner, site, **PRESS)
    with_mail._senders = {"mail": Refusing(), "webhook": Off()}
    assert with_mail.send_due() == 0
    assert "the mail could not be sent" in words(owner.get(f"/sites/{site.id}/people").text)


@pytest.mark.parametrize(
    "address", ["", "no address", "a@b.example\r\nBcc: eve@evil.example", "a@b.example,c@d.example"]
)
def test_a_bad_address_makes_no_invitation(
    viewer: Viewer, owner: Client, site: Site, with_mail: Outbox, address: str
) -> None:
    refused = send(owner, site, **{**PRESS, "mail": address})
    assert refused.status_code == 422
    assert "This is not a mail address." in words(refused.text)
    assert viewer.invitations.of(site) == []


def test_without_a_mail_server_there_is_only_a_link(viewer: Viewer, owner: Client, site: Site) -> None:
    page = owner.get(f"/sites/{site.id}/people").text
    assert "Send invitation" not in page
    assert 'name="mail"' not in page
    refused = send(owner, site, **PRESS)
    assert refused.status_code == 409
    assert "No mail server is set up." in words(refused.text)
    assert viewer.invitations.of(site) == []


def test_hostile_names_stay_text_in_the_mail(viewer: Viewer, owner: Client, site: Site, with_mail: Outbox) -> None:
    named = viewer.definitions.put(replace(site, name="Night\r\nBcc: eve@evil.example"), "odile")
    viewer.work.forget()
    assert send(owner, named, **PRESS).status_code == 200
    (message,) = viewer.definitions.find(OutboxMessage)
    assert "\n" not in message.subject
    assert message.to == "press@night.example"
