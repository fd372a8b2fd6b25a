"""Messages that wait to be sent, by mail or to a webhook."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from store.records import Record

Channel = Literal["mail", "webhook"]
# Why a message could not be sent: nothing answers, no TLS, the sign-in failed, the server refused for now, or for good,
# the recipient is refused, the address of a webhook is private, a webhook redirects, mail is not set up any longer.
SendProblem = Literal["", "no_answer", "tls", "sign_in", "later", "refused", "recipient", "private", "redirect", "off"]


class OutboxMessage(Record, frozen=True, kw_only=True):
    """One message to one recipient. `id` is random, or derived from what must be sent once only.

    `to`: a mail address or the URL of a webhook. `about`: what it is for, such as "digest". Times are in ms since 1970.
    `claimed`: when a process began the attempt that is under way, 0 for none. `reply`: what the server answered last.
    A message that was sent is deleted, and its text erased.
    """

    channel: Channel = "mail"
    to: Annotated[str, Meta(min_length=1, max_length=2048)]
    subject: Annotated[str, Meta(max_length=300)] = ""
    text: Annotated[str, Meta(max_length=500_000)] = ""
    html: Annotated[str, Meta(max_length=500_000)] = ""
    about: Annotated[str, Meta(max_length=60)] = ""
    site: str = ""  # "": of no site
    unsubscribe: Annotated[str, Meta(max_length=2048)] = ""  # where a POST ends such mails (RFC 8058); "" = nowhere
    created: int
    next_try: int
    tries: Annotated[int, Meta(ge=0)] = 0
    claimed: int = 0
    given_up: int = 0
    problem: SendProblem = ""
    reply: Annotated[str, Meta(max_length=300)] = ""


class SentMessage(Record, frozen=True, kw_only=True):
    """That a message was sent, without its text. `id` is that of the message; `time` is in ms since 1970."""

    channel: Channel = "mail"
    to: Annotated[str, Meta(max_length=2048)]
    about: Annotated[str, Meta(max_length=60)] = ""
    site: str = ""
    time: int
