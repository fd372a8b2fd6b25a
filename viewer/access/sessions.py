"""The cookie that keeps a person signed in, and what is signed with the same secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from store.records import User

SESSION_SECONDS = 365 * 86_400  # at most; one that is not used ends before (viewer/access/session_list.py)
LINK_SECONDS = 86_400  # a sign-in link
PASSWORD_SECONDS = 3_600  # a link for a forgotten password
SECOND_STEP_SECONDS = 600  # between the password and the code
DEVICE_SECONDS = 180 * 86_400  # how long a browser is known


@dataclass(frozen=True)
class Session:
    """Whose it is, a random nonce that forms are bound to, and a mark of the password it was opened with."""

    user: str
    nonce: str
    mark: str


@dataclass(frozen=True)
class FirstStep:
    """Somebody whose password or link was right, but who is not signed in before the second step."""

    user: str
    mark: str


@dataclass(frozen=True)
class SignInLink:
    """Whom a link signs in, or whose password it sets; what makes it unique; a mark of the password that they had."""

    user: str
    nonce: str
    mark: str


def mark(password_hash: str) -> str:
    """Changes with the password: a new password ends all sessions."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


class Sessions:
    """Signs and reads cookies with the secret that all processes share."""

    def __init__(self, secret: bytes, *, https: bool, root: str = "") -> None:
        """`root`: the path below which the cookies are sent; "" for the whole host."""
        self._secret = secret
        self._signer = URLSafeTimedSerializer(secret, salt="parcours session")
        self._links = URLSafeTimedSerializer(secret, salt="parcours sign-in link")
        self._password_links = URLSafeTimedSerializer(secret, salt="parcours password link")
        self._first_steps = URLSafeTimedSerializer(secret, salt="parcours first step")
        self._devices = URLSafeTimedSerializer(secret, salt="parcours device")
        self.https = https
        self._path = root or "/"
        # Over https the prefix makes browsers refuse the cookie from a sibling domain, or (below a path) from http.
        prefix = ("__Secure-" if root else "__Host-") if https else ""
        self.cookie = f"{prefix}parcours"
        self.form_cookie = f"{prefix}parcours-form"
        self.first_step_cookie = f"{prefix}parcours-first-step"
        self.device_cookie = f"{prefix}parcours-device"

    def start(self, response: Response, user: User) -> str:
        """Sign the browser in with a fresh session, so that one planted before is worth nothing; returns its nonce, for
        the list of sessions."""
        nonce = secrets.token_urlsafe(16)
        value = str(self._signer.dumps([user.id, nonce, mark(user.password)]))
        self.set(response, self.cookie, value, SESSION_SECONDS)
        device = str(self._devices.dumps([user.id, secrets.token_urlsafe(16)]))
        self.set(response, self.device_cookie, device, DEVICE_SECONDS)
        return nonce

    def start_first_step(self, response: Response, user: User) -> None:
        """Remember that the first step was right: the second must follow within SECOND_STEP_SECONDS."""
        value = str(self._first_steps.dumps([user.id, mark(user.password)]))
        self.set(response, self.first_step_cookie, value, SECOND_STEP_SECONDS)

    def read_first_step(self, value: str) -> FirstStep | None:
        """The first step in a cookie; None when it is forged, damaged or too old."""
        try:
            user, marked = self._first_steps.loads(value, max_age=SECOND_STEP_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return FirstStep(str(user), str(marked))

    def read_device(self, value: str, name: str) -> str:
        """A name for the browser that has this cookie, if the user `name` has signed in from it; else ""."""
        try:
            user, nonce = self._devices.loads(value, max_age=DEVICE_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return ""
        return f"device {nonce}" if user == name else ""

    def end(self, response: Response) -> None:
        """Delete the session's cookie. The session itself is ended by `SignIn.end`."""
        self.set(response, self.cookie, "", 0)

    def read(self, value: str) -> Session | None:
        """The session in a cookie; None when it is forged, damaged or too old."""
        try:
            user, nonce, marked = self._signer.loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(str(user), str(nonce), str(marked))

    def link(self, user: User) -> str:
        """The secret part of a link that signs this user in once, within a day, unless the password is changed."""
        return str(self._links.dumps([user.id, secrets.token_urlsafe(16), mark(user.password)]))

    def read_link(self, text: str) -> SignInLink | None:
        """What a link says; None when it is forged, damaged or too old."""
        return _read_link(self._links, text, LINK_SECONDS)

    def password_link(self, user: User) -> str:
        """The secret part of a link that sets a new password once, within an hour, unless it is changed before."""
        return str(self._password_links.dumps([user.id, secrets.token_urlsafe(16), mark(user.password)]))

    def read_password_link(self, text: str) -> SignInLink | None:
        """What such a link says; None when it is forged, damaged or too old."""
        return _read_link(self._password_links, text, PASSWORD_SECONDS)

    def form_token(self, nonce: str) -> str:
        """The token that a form must carry, for the nonce of its session or browser."""
        return hmac.new(self._secret, b"form " + nonce.encode(), hashlib.sha256).hexdigest()

    def form_token_fits(self, nonce: str, token: str) -> bool:
        return bool(nonce) and hmac.compare_digest(self.form_token(nonce).encode(), token.encode())

    def set(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set one of the cookies; `seconds` 0 deletes it."""
        response.set_cookie(
            name, value, max_age=seconds, path=self._path, secure=self.https, httponly=True, samesite="lax"
        )


def _read_link(signer: URLSafeTimedSerializer, text: str, seconds: int) -> SignInLink | None:
    try:
        user, nonce, marked = signer.loads(text, max_age=seconds)
    except (BadSignature, ValueError, TypeError):
        return None
    return SignInLink(str(user), str(nonce), str(marked))
