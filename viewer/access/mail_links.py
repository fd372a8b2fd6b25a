"""Links in mails: one that confirms a mail address, and one that ends mails about a site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from msgspec.structs import replace

from store.definitions import Conflict, Missing
from store.outbox import OutboxMessage
from store.records import User
from viewer.access.password_links import AccountMail, mail_of
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.mail.outbox import Outbox

CONFIRM_SECONDS = 3 * 86_400


@dataclass(frozen=True)
class ConfirmLink:
    """Whose address a link confirms."""

    user: str
    address: str


@dataclass(frozen=True)
class StopLink:
    """Whose mails about which site a link ends."""

    user: str
    site: str


def is_confirmed(user: User) -> bool:
    """Whether mail that somebody asked for may go to their address: its link was opened."""
    return bool(mail_of(user)) and user.confirmed_mail == mail_of(user)


class MailLinks:
    """Signs and reads the links. `send`, `confirm` query the store: run them in threads."""

    def __init__(self, secret: bytes, users: Users, outbox: Outbox) -> None:
        self._users = users
        self._outbox = outbox
        self._confirm = URLSafeTimedSerializer(secret, salt="parcours mail address")
        self._stop = URLSafeSerializer(secret, salt="parcours unsubscribe")

    def confirm_secret(self, user: User) -> str:
        """The secret part of the link for the present address of a user."""
        return str(self._confirm.dumps([user.id, mail_of(user)]))

    def stop_secret(self, user: str, site: str) -> str:
        """The secret part of the link that ends mails. It never becomes invalid: an old mail must be able to end
        them."""
        return str(self._stop.dumps([user, site]))

    def send(self, user: User, mail: AccountMail) -> bool:
        """Send the link to the user's address; False without a mail server."""
        if not self._outbox.mail_is_set_up or not mail_of(user):
            return False
        self._outbox.put_once(
            f"confirm {hashlib.sha256(mail.text.encode()).hexdigest()}",
            OutboxMessage(
                id="", to=mail_of(user), subject=mail.subject, text=mail.text, about="address", created=0, next_try=0
            ),
        )
        return True

    def read(self, secret: str) -> ConfirmLink:
        """Problem 410 for a link that is forged or too old, or whose address is not the user's any longer."""
        try:
            user, address = self._confirm.loads(secret, max_age=CONFIRM_SECONDS)
        except (BadSignature, ValueError, TypeError):
            raise _ended() from None
        found = self._users.get(str(user))
        if found is None or mail_of(found) != str(address):
            raise _ended()
        return ConfirmLink(found.id, str(address))

    def confirm(self, secret: str) -> ConfirmLink:
        """Remember that the address is confirmed; a second time changes nothing."""
        link = self.read(secret)
        try:
            stored = self._users.definitions.get(User, link.user)
            if stored.confirmed_mail != link.address:
                self._users.definitions.put(replace(stored, confirmed_mail=link.address), link.user)
        except Missing:
            raise _ended() from None
        except Conflict:
            return self.confirm(secret)
        return link

    def read_stop(self, secret: str) -> StopLink:
        """Problem 410 for a forged link."""
        try:
            user, site = self._stop.loads(secret)
        except (BadSignature, ValueError, TypeError):
            raise Problem(410, "mail_link", "This link is not complete.", "Copy all of it from the mail.") from None
        return StopLink(str(user), str(site))


def _ended() -> Problem:
    hint = "Save the address again on the account page: a new link is sent."
    return Problem(410, "mail_link", "This link is too old, or the address was changed.", hint)
