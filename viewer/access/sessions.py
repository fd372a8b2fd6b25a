"""The cookie that keeps a person signed in, and what is signed with the same secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from store.records import User

SESSION_SECONDS = 14 * 86_400
LINK_SECONDS = 86_400  # a sign-in link


@dataclass(frozen=True)
class Session:
    """Whose it is, a random nonce that forms are bound to, and a mark of the password it was opened with."""

    user: str
    nonce: str
    mark: str


def mark(password_hash: str) -> str:
    """Changes with the password: a new password ends all sessions."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


class Sessions:
    """Signs and reads cookies with the secret that all processes share."""

    def __init__(self, secret: bytes, *, https: bool) -> None:
        self._secret = secret
        self._signer = URLSafeTimedSerializer(secret, salt="parcours session")
        self._links = URLSafeTimedSerializer(secret, salt="parcours sign-in link")
        self.https = https
        # Over https the prefix makes browsers refuse the cookie from a sibling domain.
        prefix = "__Host-" if https else ""
        self.cookie = f"{prefix}parcours"
        self.form_cookie = f"{prefix}parcours-form"

    def start(self, response: Response, user: User) -> None:
        """Sign the browser in with a fresh session, so that one planted before is worth nothing."""
        value = str(self._signer.dumps([user.id, secrets.token_urlsafe(16), mark(user.password)]))
        self.set(response, self.cookie, value, SESSION_SECONDS)

    def end(self, response: Response) -> None:
        """Delete the session's cookie."""
        self.set(response, self.cookie, "", 0)

    def read(self, value: str) -> Session | None:
        """The session in a cookie; None when it is forged, damaged or too old."""
        try:
            user, nonce, marked = self._signer.loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(str(user), str(nonce), str(marked))

    def link(self, user: User) -> str:
        """The secret part of a link that signs this user in for a day, or until the password is changed."""
        return str(self._links.dumps([user.id, mark(user.password)]))

    def read_link(self, text: str) -> tuple[str, str] | None:
        """(user, mark) of a link; None when it is forged, damaged or too old."""
        try:
            user, marked = self._links.loads(text, max_age=LINK_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(user), str(marked)

    def form_token(self, nonce: str) -> str:
        """The token that a form must carry, for the nonce of its session or browser."""
        return hmac.new(self._secret, b"form " + nonce.encode(), hashlib.sha256).hexdigest()

    def form_token_fits(self, nonce: str, token: str) -> bool:
        return bool(nonce) and hmac.compare_digest(self.form_token(nonce).encode(), token.encode())

    def set(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set one of the two cookies; `seconds` 0 deletes it."""
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self.https, httponly=True, samesite="lax")
