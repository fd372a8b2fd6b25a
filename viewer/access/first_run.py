"""The first sign-in: while there is no user, a link with a token lets one person become the owner."""

from __future__ import annotations

import hmac

from rules.faults import accepted
from rules.user import parse
from store.definitions import Conflict, Definitions, Missing
from store.records import Secret, User
from viewer.access.secret import shared_secret
from viewer.access.users import Users
from viewer.http.errors import Problem

_ID = "first-run"


class FirstRun:
    """The link that makes the first owner. Every method queries the store: run them in threads."""

    def __init__(self, definitions: Definitions, users: Users) -> None:
        self._definitions = definitions
        self._users = users

    def token(self) -> str | None:
        """The token of the link; None once somebody can sign in."""
        if self._definitions.stored(User):  # one that cannot be used counts too: its owner must not be replaced
            return None
        return shared_secret(self._definitions, _ID)

    def fits(self, token: str) -> bool:
        """Whether this token still makes an owner."""
        expected = self.token()
        return expected is not None and hmac.compare_digest(expected.encode(), token.encode())

    def create_owner(self, token: str, name: str, password: str) -> User:
        """Spend the token on an owner. Problem 403 when it is used or wrong, InvalidDefinition for bad fields."""
        accepted(parse({"name": name, "password": password}))  # before the link is spent
        if not self._spend(token):
            hint = "Sign in, or see the link that `parcours serve` prints."
            raise Problem(403, "first_run", "This link has been used or is not valid.", hint)
        return self._users.add(name, password, "owner")

    def _spend(self, token: str) -> bool:
        """False when the token is not the right one, or another request just spent it."""
        if not self.fits(token):
            return False
        try:
            self._definitions.delete(self._definitions.get(Secret, _ID))
        except (Missing, Conflict):
            return False
        return True
