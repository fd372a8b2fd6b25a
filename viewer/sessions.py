"""The cookie that keeps a person signed in, and the token in every form."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

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

    def open(self, user: str, password_hash: str) -> str:
        """The value of a new session's cookie."""
        return str(self._signer.dumps([user, secrets.token_urlsafe(16), mark(password_hash)]))

    def read(self, value: str) -> Session | None:
        """The session in a cookie; None when it is forged, damaged or too old."""
        try:
            user, nonce, marked = self._signer.loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(str(user), str(nonce), str(marked))

    def link(self, user: str, password_hash: str) -> str:
        """The word of a link that signs this user in for a day, or until the password is changed."""
        return str(self._links.dumps([user, mark(password_hash)]))

    def read_link(self, word: str) -> tuple[str, str] | None:
        """(user, mark) of a link; None when it is forged, damaged or too old."""
        try:
            user, marked = self._links.loads(word, max_age=LINK_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(user), str(marked)

    def form_token(self, nonce: str) -> str:
        """What a form must carry to be believed for this nonce."""
        return hmac.new(self._secret, b"form " + nonce.encode(), hashlib.sha256).hexdigest()

    def form_token_fits(self, nonce: str, token: str) -> bool:
        return bool(nonce) and hmac.compare_digest(self.form_token(nonce).encode(), token.encode())

    def header(self, name: str, value: str, seconds: int) -> str:
        """A Set-Cookie value; `seconds` 0 deletes."""
        secure = "; Secure" if self.https else ""
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
