"""The secrets of read-only links, and the cookie of a reader who gave the right password."""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from store.shares import Share
from store.tokens import digest
from viewer.access.addresses import ClientAddresses
from viewer.access.attempts import Attempt, Attempts
from viewer.access.hashing import Hashing
from viewer.access.passwords import verify_password
from viewer.access.sessions import mark
from viewer.http.errors import Problem

SECRET_BYTES = 32  # 256 random bits: nobody guesses them, and the digest needs no salt
OPEN_SECONDS = 12 * 3600  # how long a password is remembered
COOKIE = "parcours-shared"


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def share_id(secret: str) -> str:
    """The id of the link with this secret."""
    return digest(secret)


class LinkPasswords:
    """Checks the passwords of links, and slows down whoever guesses. `https`: whether cookies are sent over it only."""

    def __init__(self, secret: bytes, hashing: Hashing, addresses: ClientAddresses, *, https: bool) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="parcours shared link")
        self._hashing = hashing
        self._addresses = addresses
        self._https = https
        self._attempts = Attempts()

    def is_open(self, request: Request, share: Share) -> bool:
        """Whether the link has no password, or this reader gave it."""
        if not share.password:
            return True
        try:
            id, marked = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=OPEN_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return False
        return bool(id == share.id and marked == mark(share.password))

    async def check(self, request: Request, share: Share, password: str) -> None:
        """Problem 401 for a wrong password, 429 after too many, 503 while too many are checked."""
        attempt = Attempt(share.id, self._addresses.of(request))
        with self._hashing.place(known=self._attempts.is_known(attempt)):
            if wait := self._attempts.begin(attempt):
                hint = f"Try again in {wait:.0f} seconds."
                raise Problem(429, "too_many_tries", "Too many failed attempts.", hint, retry_after=int(wait) + 1)
            right = await self._hashing.run(verify_password, share.password, password)
        if not right:
            raise Problem(401, "wrong_link_password", "This is not the password of this link.")
        self._attempts.succeeded(attempt)

    def open(self, response: Response, share: Share, path: str) -> None:
        """Remember the right password for the addresses below `path`, those of the link."""
        value = str(self._signer.dumps([share.id, mark(share.password)]))
        response.set_cookie(
            COOKIE, value, max_age=OPEN_SECONDS, path=path, secure=self._https, httponly=True, samesite="lax"
        )
