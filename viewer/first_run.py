"""The first sign-in: while there is no user, a link with a token lets one person become the owner."""

from __future__ import annotations

import hmac
import secrets

from store.definitions import Conflict, Definitions, Missing
from store.records import Secret, User

_ID = "first-run"


def shared_secret(definitions: Definitions, id: str) -> str:
    """A random secret (hex) kept in the store, so that every process has the same; made when it is not there."""
    try:
        return definitions.get(Secret, id).value
    except Missing:
        pass
    try:
        return definitions.put(Secret(id=id, value=secrets.token_hex(32))).value
    except Conflict:  # another process was first
        return definitions.get(Secret, id).value


def first_run_token(definitions: Definitions) -> str | None:
    """The token of the link; None once somebody can sign in."""
    if definitions.find(User):
        return None
    return shared_secret(definitions, _ID)


def token_fits(definitions: Definitions, token: str) -> bool:
    expected = first_run_token(definitions)
    return expected is not None and hmac.compare_digest(expected.encode(), token.encode())


def use_token(definitions: Definitions, token: str) -> bool:
    """Spend the token; False when it is not the right one or somebody else just did."""
    if not token_fits(definitions, token):
        return False
    try:
        definitions.delete(definitions.get(Secret, _ID))
    except (Missing, Conflict):
        return False
    return True
