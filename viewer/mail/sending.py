"""One attempt to send a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from store.outbox import OutboxMessage, SendProblem


class NotSent(Exception):
    """A message that was not sent. `reply`: what the server answered; `final`: another attempt would be in vain."""

    def __init__(self, problem: SendProblem, reply: str = "", *, final: bool = False) -> None:
        super().__init__(f"{problem}: {one_line(reply, 300)}" if reply else problem)
        self.problem = problem
        self.reply = one_line(reply, 300)
        self.final = final


class Sender(Protocol):
    """Sends messages of one channel. Raises NotSent."""

    def send(self, message: OutboxMessage) -> None: ...


@dataclass(frozen=True)
class Off:
    """In place of a sender that is not set up."""

    def send(self, message: OutboxMessage) -> None:
        raise NotSent("off")


def one_line(text: str, most: int) -> str:
    """Text without control characters and line separators, which mail headers and tables must not contain, cut to
    `most` characters."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(plain.split())[:most]
