"""Mail servers on 127.0.0.1 that accept, refuse, or change their mind."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from viewer.mail.account import SmtpAccount


class Mailbox:
    """Answers DATA with the next of `answers`, then accepts; and RCPT with `recipients`. Keeps what it accepted."""

    def __init__(self, answers: Sequence[str] = (), recipients: str = "") -> None:
        self.answers = list(answers)
        self.recipients = recipients
        self.raw: list[bytes] = []

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.raw]  # type: ignore[misc]

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.recipients:
            return self.recipients
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.raw.append(envelope.content or b"")
        return "250 OK"


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail_server(box: Mailbox, port: int = 0) -> Iterator[SmtpAccount]:
    """A server without encryption that hands its mails to `box`, and the account to use it."""
    from aiosmtpd.controller import Controller

    port = port or free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, server_hostname="mail.test")
    controller.start()
    try:
        yield account(port)
    finally:
        controller.stop()


def account(port: int) -> SmtpAccount:
    return SmtpAccount("127.0.0.1", port, "none", "stats@shop.example", "Parcours")
