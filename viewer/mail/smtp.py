"""Hands mails to the owner's SMTP server."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from store.outbox import OutboxMessage
from viewer.mail.account import SmtpAccount
from viewer.mail.sending import NotSent, one_line

ANSWER_SECONDS = 20.0  # for one answer of the server
ATTEMPT_SECONDS = 120.0  # for a whole attempt, so that a claim (viewer/mail/outbox.py) never ends before it


def mail_of(account: SmtpAccount, message: OutboxMessage) -> EmailMessage:
    """The mail as it is sent, in plain text and HTML. The same message gives the same mail, with the same Message-ID:
    a server that gets it twice after a crash can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(one_line(account.sender_name, 100), addr_spec=account.sender)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = one_line(message.subject, 200)
    mail["Date"] = datetime.fromtimestamp(message.created / 1000, UTC)
    mail["Message-ID"] = f"<{message.id}@{account.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notices in reply
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


class SmtpSender:
    """`context`: the certificates to trust; by default those of the system."""

    def __init__(self, account: SmtpAccount, context: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._context = context or ssl.create_default_context()

    def send(self, message: OutboxMessage) -> None:
        def hand_in(server: smtplib.SMTP) -> None:
            server.send_message(mail_of(self._account, message), self._account.sender, [message.to])

        self._attempt(hand_in)

    def check(self) -> None:
        """Connect and sign in as for a mail, without sending one. Raises NotSent."""
        self._attempt(lambda server: None)

    def _attempt(self, hand_in: Callable[[smtplib.SMTP], object]) -> None:
        try:
            with self._connection() as server:
                stop = threading.Timer(ATTEMPT_SECONDS, lambda: _hang_up(server))
                stop.daemon = True
                stop.start()
                try:
                    self._begin(server)
                    hand_in(server)
                finally:
                    stop.cancel()
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise NotSent("recipient" if code >= 500 else "later", _reply(code, reply), final=code >= 500) from None
        except smtplib.SMTPResponseException as error:
            raise self._refused(error) from None
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise NotSent("tls", self._hidden(str(error))) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent("no_answer", self._hidden(str(error))) from None

    def _refused(self, error: smtplib.SMTPResponseException) -> NotSent:
        """Only a refusal of the mail itself is final: what the server says of the connection may be set right."""
        reply = self._hidden(_reply(error.smtp_code, error.smtp_error))
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return NotSent("sign_in", reply)
        if error.smtp_code < 500:
            return NotSent("later", reply)
        return NotSent("refused", reply, final=isinstance(error, smtplib.SMTPDataError))

    def _connection(self) -> smtplib.SMTP:
        account = self._account
        if account.encryption == "tls":
            return smtplib.SMTP_SSL(account.host, account.port, timeout=ANSWER_SECONDS, context=self._context)
        return smtplib.SMTP(account.host, account.port, timeout=ANSWER_SECONDS)

    def _begin(self, server: smtplib.SMTP) -> None:
        """Encrypt and sign in. A server that does not offer STARTTLS gets neither password nor mail."""
        if self._account.encryption == "starttls":
            server.starttls(context=self._context)
        if self._account.user:
            server.login(self._account.user, self._account.password)

    def _hidden(self, text: str) -> str:
        """The text without the password, if the server repeats it."""
        password = self._account.password
        return text.replace(password, "…") if password else text


def _reply(code: int, reply: bytes | str) -> str:
    return f"{code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"


def _hang_up(server: smtplib.SMTP) -> None:
    """End an attempt that takes too long: a server may answer byte by byte, each within its time."""
    with suppress(OSError, AttributeError):
        server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
