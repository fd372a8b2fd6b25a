"""The page of a site's mail, its outbox and its digest."""

from __future__ import annotations

import pytest

from store.outbox import OutboxMessage
from store.records import Site
from tests.mail.servers import Mailbox, account, free_port, mail_server
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer
from viewer.http.urls import Urls
from viewer.mail.outbox import Outbox
from viewer.mail.sending import Off
from viewer.mail.smtp import SmtpSender
from viewer.pages.frame.languages import language
from viewer.pages.mail.digest import Digest, DigestFigure, DigestNeed, html_of, text_of

HOSTILE = '<script>alert("x")</script>\r\nBcc: eve@evil.example'


@pytest.fixture
def with_mail(viewer: Viewer) -> Outbox:
    """The viewer's outbox, with a server that is down."""
    viewer.outbox.mail_is_set_up = True
    viewer.outbox._senders = {"mail": SmtpSender(account(free_port())), "webhook": Off()}
    return viewer.outbox


def test_without_a_mail_server_the_page_says_so(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/mail"
    page = owner.get(path)
    assert "No mail server is set up." in words(page.text)
    form = {"csrf": csrf(page.text), "do": "send", "to": "a@shop.example"}
    assert owner.post(path, data=form).status_code == 422
    assert "La semaine en chiffres" in words(owner.get(path, headers={"Accept-Language": "fr"}).text)


def test_a_digest_waits_while_the_server_is_down_and_is_sent_by_try_now(
    owner: Client, shop: Site, with_mail: Outbox
) -> None:
    path = f"/sites/{shop.id}/mail"
    form = {"csrf": csrf(owner.get(path).text), "do": "send", "to": "ada@shop.example"}
    assert owner.post(path, data={**form, "to": "ada@shop.example\r\nBcc: b@c.example"}).status_code == 422
    assert owner.post(path, data=form).headers["location"].endswith("/mail?done=sent")
    with_mail.send_due()
    page = words(owner.get(path).text)
    assert "1 mail waits since" in page
    assert "Tried: 1, next on" in page
    box = Mailbox()
    with mail_server(box) as at:
        with_mail._senders = {"mail": SmtpSender(at), "webhook": Off()}
        owner.post(path, data={**form, "do": "try"})
        assert with_mail.send_due() == 1
    (mail,) = box.mails
    assert mail["Subject"].startswith("Lamp shop: ")
    assert "1 mail waits" not in words(owner.get(path).text)
    assert not with_mail._definitions.find(OutboxMessage)


def test_the_same_data_gives_the_same_digest(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/mail"
    first, second = (words(owner.get(path).text) for _ in range(2))
    assert first == second


def test_hostile_names_are_escaped() -> None:
    need = DigestNeed(HOSTILE, HOSTILE, HOSTILE, 'https://x/"><script>')
    figure = DigestFigure(HOSTILE, "1", "2", HOSTILE)
    digest = Digest(
        HOSTILE, HOSTILE, HOSTILE, (need,), "", HOSTILE, (figure,), HOSTILE, HOSTILE, HOSTILE,
        Urls("https://x").absolute("/"),
    )  # fmt: skip
    for code in ("en", "fr"):
        assert "<script>" not in html_of(language(code), digest)
        assert HOSTILE in text_of(language(code), digest)
