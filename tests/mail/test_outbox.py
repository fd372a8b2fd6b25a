"""The outbox, with real mail servers: one that accepts, one that is down, one that refuses, one that is busy first."""

from __future__ import annotations

import pytest

from store.client import Store
from store.definitions import Definitions
from store.outbox import OutboxMessage
from tests.mail.servers import Mailbox, account, free_port, mail_server
from viewer.mail.account import SmtpAccount
from viewer.mail.address import BadAddress
from viewer.mail.outbox import CLAIM, GIVE_UP, MINUTE, MailNotSetUp, Outbox
from viewer.mail.sending import Off
from viewer.mail.smtp import SmtpSender, mail_of

START = 1_700_000_000.0


class Clock:
    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds

    def go(self, ms: int) -> None:
        self.seconds += ms / 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def definitions(module_store: Store) -> Definitions:
    found = Definitions(module_store)
    for one in found.find(OutboxMessage):
        found.delete(one)
    return found


def outbox_of(definitions: Definitions, clock: Clock, at: SmtpAccount) -> Outbox:
    return Outbox(definitions, {"mail": SmtpSender(at), "webhook": Off()}, True, clock)


def test_a_mail_arrives_in_both_forms_and_its_text_is_erased(definitions: Definitions, clock: Clock) -> None:
    box = Mailbox()
    with mail_server(box) as at:
        outbox = outbox_of(definitions, clock, at)
        id = outbox.put("ada@shop.example", "Réunion", "Le texte.", "<p>Le texte.</p>", "test")
        assert outbox.state().waiting == 1
        assert outbox.send_due() == 1
        assert outbox.send_due() == 0
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("ada@shop.example", "Réunion")
    assert mail["From"] == "Parcours <stats@shop.example>"
    text, html = mail.iter_parts()
    assert text.get_content().strip() == "Le texte."
    assert html.get_content().strip() == "<p>Le texte.</p>"
    assert outbox.state().waiting == 0
    outbox.erase_sent()
    rows = definitions.store.rows("SELECT json FROM definitions WHERE kind = 'outbox' AND id = {id:String}", id=id)
    assert {row["json"] for row in rows} == {"{}"}


def test_while_the_server_is_down_mails_are_kept_and_sent_later_by_another_process(
    definitions: Definitions, clock: Clock
) -> None:
    port = free_port()
    outbox = outbox_of(definitions, clock, account(port))
    for n in range(3):
        outbox.put(f"a{n}@shop.example", "Subject", "Text")
    assert outbox.send_due() == 0
    first = outbox.state()
    assert (first.waiting, first.tries, first.problem) == (3, 1, "no_answer")
    assert (first.since, first.next_try) == (START * 1000, START * 1000 + MINUTE)
    assert first.until == START * 1000 + GIVE_UP
    assert outbox.send_due() == 0
    assert outbox.state().tries == 1  # it is not tried before its time
    clock.go(MINUTE)
    outbox.send_due()
    second = outbox.state()
    assert second.tries == 2
    assert second.next_try - clock() * 1000 > MINUTE  # the pauses grow
    box = Mailbox()
    with mail_server(box, port) as at:
        restarted = outbox_of(Definitions(definitions.store), clock, at)
        assert restarted.send_due() == 0
        assert restarted.try_now() == 3
        assert restarted.send_due() == 3
    assert {one["To"] for one in box.mails} == {f"a{n}@shop.example" for n in range(3)}
    assert len(box.mails) == 3
    assert restarted.state().waiting == 0


def test_a_server_that_is_busy_gets_the_mail_once_it_accepts(definitions: Definitions, clock: Clock) -> None:
    box = Mailbox(answers=["451 Try again later"])
    with mail_server(box) as at:
        outbox = outbox_of(definitions, clock, at)
        outbox.put("ada@shop.example", "Subject", "Text")
        assert outbox.send_due() == 0
        state = outbox.state()
        assert (state.problem, state.reply) == ("later", "451 Try again later")
        clock.go(MINUTE)
        assert outbox.send_due() == 1
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("box", "problem"),
    [(Mailbox(recipients="550 No such user"), "recipient"), (Mailbox(answers=["554 Looks like spam"]), "refused")],
)
def test_a_mail_that_is_refused_for_good_is_given_up_and_shown(
    definitions: Definitions, clock: Clock, box: Mailbox, problem: str
) -> None:
    with mail_server(box) as at:
        outbox = outbox_of(definitions, clock, at)
        outbox.put("nobody@shop.example", "Subject", "A secret link", about="test")
        assert outbox.send_due() == 0
        (given_up,) = outbox.state().given_up
        assert (given_up.problem, given_up.to, given_up.text) == (problem, "nobody@shop.example", "")
        assert outbox.state().waiting == 0
        assert outbox.try_now() == 0
    clock.go(8 * 24 * 60 * MINUTE)
    outbox.send_due()
    assert not outbox.state().given_up


def test_after_three_days_a_mail_is_given_up(definitions: Definitions, clock: Clock) -> None:
    outbox = outbox_of(definitions, clock, account(free_port()))
    outbox.put("ada@shop.example", "Subject", "Text")
    for _ in range(40):
        outbox.send_due()
        if not outbox.state().waiting:
            break
        clock.go(6 * 60 * MINUTE)
    (given_up,) = outbox.state().given_up
    assert 10 <= given_up.tries <= 20
    assert given_up.given_up - START * 1000 <= GIVE_UP


def test_two_processes_send_a_mail_once(definitions: Definitions, clock: Clock) -> None:
    box = Mailbox()
    with mail_server(box) as at:
        second = outbox_of(Definitions(definitions.store), clock, at)

        class Meanwhile(SmtpSender):
            """Sends, after the other process has looked at the outbox."""

            def send(self, message: OutboxMessage) -> None:
                assert second.send_due() == 0
                super().send(message)

        first = Outbox(definitions, {"mail": Meanwhile(at), "webhook": Off()}, True, clock)
        first.put("ada@shop.example", "Subject", "Text")
        assert first.send_due() == 1
        assert second.send_due() == 0
    assert len(box.mails) == 1


def test_a_mail_of_a_process_that_died_is_sent_by_another_with_the_same_id(
    definitions: Definitions, clock: Clock
) -> None:
    class Dies(Off):
        def send(self, message: OutboxMessage) -> None:
            raise KeyboardInterrupt

    dying = Outbox(definitions, {"mail": Dies(), "webhook": Off()}, True, clock)
    id = dying.put("ada@shop.example", "Subject", "Text")
    with pytest.raises(KeyboardInterrupt):
        dying.send_due()
    box = Mailbox()
    with mail_server(box) as at:
        other = outbox_of(definitions, clock, at)
        clock.go(CLAIM - MINUTE)
        assert other.send_due() == 0
        clock.go(MINUTE)
        assert other.send_due() == 1
    assert box.mails[0]["Message-ID"] == f"<{id}@shop.example>"


def test_what_is_put_once_is_sent_once(definitions: Definitions, clock: Clock) -> None:
    box = Mailbox()
    with mail_server(box) as at:
        outbox = outbox_of(definitions, clock, at)
        message = OutboxMessage(id="", to="ada@shop.example", subject="S", text="T", created=0, next_try=0)
        assert outbox.put_once("digest/1/2026-W48/ada", message)
        assert not outbox.put_once("digest/1/2026-W48/ada", message)
        assert outbox.send_due() == 1
        assert not outbox.put_once("digest/1/2026-W48/ada", message)
    assert len(box.mails) == 1


def test_a_subject_cannot_add_a_header(definitions: Definitions, clock: Clock) -> None:
    box = Mailbox()
    hostile = "Hello\r\nBcc: eve@evil.example\r\n\r\n<script>\u2028\u0085X-Evil: 1" + "x" * 500
    with mail_server(box) as at:
        outbox = outbox_of(definitions, clock, at)
        outbox.put("ada@shop.example", hostile, "Text\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n")
        assert outbox.send_due() == 1
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail["Subject"].startswith("Hello Bcc: eve@evil.example")
    assert "MAIL FROM:<eve@evil.example>" in mail.get_content()


def test_a_bad_address_is_not_queued(definitions: Definitions, clock: Clock) -> None:
    outbox = outbox_of(definitions, clock, account(free_port()))
    with pytest.raises(BadAddress):
        outbox.put("ada@shop.example\r\nBcc: eve@evil.example", "Subject", "Text")
    assert outbox.state().waiting == 0


def test_without_a_mail_server_nothing_is_queued(definitions: Definitions) -> None:
    outbox = Outbox(definitions, {"mail": Off(), "webhook": Off()}, False)
    assert not outbox.mail_is_set_up
    with pytest.raises(MailNotSetUp):
        outbox.put("ada@shop.example", "Subject", "Text")


def test_no_password_and_no_mail_is_sent_where_encryption_is_required_but_not_offered(
    definitions: Definitions, clock: Clock
) -> None:
    box = Mailbox()
    with mail_server(box) as plain:
        at = SmtpAccount("127.0.0.1", plain.port, "starttls", "stats@shop.example", "", "me", "secret")
        outbox = outbox_of(definitions, clock, at)
        outbox.put("ada@shop.example", "Subject", "Text")
        assert outbox.send_due() == 0
    assert outbox.state().problem == "tls"
    assert not box.raw


def test_the_same_message_makes_the_same_mail() -> None:
    message = OutboxMessage(id="1" * 32, to="a@b.example", subject="S", text="T", created=1_700_000_000_000, next_try=0)
    assert mail_of(account(25), message).as_string() == mail_of(account(25), message).as_string()
