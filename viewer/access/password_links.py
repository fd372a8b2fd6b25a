"""A forgotten password: a link by mail, which sets a new one once, within an hour."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from rules.faults import accepted
from rules.user import parse_password
from store.outbox import OutboxMessage
from store.records import User
from viewer.access.session_list import SessionList
from viewer.access.sessions import PASSWORD_SECONDS, Sessions, SignInLink, mark
from viewer.access.spent import SpentNonces
from viewer.access.throttle import SlowLimit
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.mail.address import BadAddress, mail_address
from viewer.mail.outbox import Outbox

log = logging.getLogger("parcours.viewer")
ADDRESS_BURST, ADDRESS_SECONDS = 5, 600.0  # requests from one address: at once, then one every ten minutes
NAME_BURST, NAME_SECONDS = 3, 1_200.0  # mails to one account
SAME_SECONDS = 60  # two requests within this time make one mail, whichever processes they reach


@dataclass(frozen=True)
class AccountMail:
    """What a mail about an account says. It has no HTML."""

    subject: str
    text: str


Write = Callable[[User, str], AccountMail]  # (user, secret of the link) → the mail


def mail_of(user: User) -> str:
    """Where mail for a user goes: the address that they gave, else their name if it is one; "" for none."""
    try:
        return mail_address(user.mail or user.id)
    except BadAddress:
        return ""


class PasswordLinks:
    """Sends and accepts links. `check_rate` is for the event loop; the others query the store: run them in threads."""

    def __init__(
        self, users: Users, sessions: Sessions, outbox: Outbox, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._outbox = outbox
        self._spent = SpentNonces(users.definitions)
        self._open = SessionList(users.definitions)
        self._by_address = SlowLimit(ADDRESS_BURST, ADDRESS_SECONDS, clock)
        self._by_name = SlowLimit(NAME_BURST, NAME_SECONDS, clock)

    @property
    def by_mail(self) -> bool:
        """Whether there is a mail server."""
        return self._outbox.mail_is_set_up

    def check_rate(self, address: str) -> None:
        """Count a request. Problem 429 after many from one address, whomever they ask for."""
        if wait := self._by_address.wait(address):
            raise Problem(429, "too_many_tries", "Too many requests.", retry_after=int(wait) + 1)
        self._by_address.count(address)

    def send(self, asked: str, write: Write) -> None:
        """Send a link to whoever has this name or mail address; nothing if nobody has it, or after many requests."""
        for user in self._named(asked.strip()[:254]):
            if self._by_name.wait(user.id):
                log.warning("no more mails for the password of %s: too many requests", user.id)
                continue
            self._by_name.count(user.id)
            said = write(user, self._sessions.password_link(user))
            message = OutboxMessage(
                to=mail_of(user), subject=said.subject, text=said.text, about="password", id="", created=0, next_try=0
            )
            self._outbox.put_once(
                f"password {user.id} {mark(user.password)} {int(time.time()) // SAME_SECONDS}", message
            )

    def user_of(self, secret: str) -> User:
        """Whose password a link sets. Problem 410 if it was used, is too old, or older than the password."""
        return self._opened(secret)[0]

    def set_password(self, secret: str, password: str) -> User:
        """Set a new password, which uses the link up and ends every session. InvalidDefinition for a bad password,
        which does not use it up; otherwise what `user_of` raises."""
        user, link = self._opened(secret)
        accepted(parse_password(password))
        if not self._spent.spend(link.nonce, PASSWORD_SECONDS):
            raise _ended()
        stored = self._users.set_password(user, password)
        self._open.end_all(user.id, user.id)
        return stored

    def _opened(self, secret: str) -> tuple[User, SignInLink]:
        link = self._sessions.read_password_link(secret)
        user = self._users.get(link.user) if link else None
        if link is None or user is None or mark(user.password) != link.mark:
            raise _ended()
        return user, link

    def _named(self, asked: str) -> list[User]:
        """The users with this name or mail address who can get mail."""
        found = self._users.definitions.find(User)
        wanted = asked.casefold()
        return [one for one in found if mail_of(one) and wanted in (one.id.casefold(), mail_of(one).casefold())]


def _ended() -> Problem:
    hint = "Ask for a new one on the sign-in page."
    return Problem(410, "password_link", "This link was used already, or is too old.", hint)
