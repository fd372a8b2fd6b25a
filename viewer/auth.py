"""Who asks, and whether they may.

People sign in with a name and a password and keep a cookie; programs show a bearer
token. `Identify` finds out who it is before any route runs, `require(role)` guards a
route and, for changes made by a signed-in browser, checks the form's token.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from msgspec.structs import replace
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.definitions import Conflict, Definitions, Missing
from store.records import User
from viewer import first_run, tokens
from viewer.errors import Problem, wants_json
from viewer.passwords import Throttle, hash_password, verify_password
from viewer.sessions import SESSION_SECONDS, Session, Sessions, mark
from viewer.tokens import Role
from viewer.work import Work

if TYPE_CHECKING:
    from viewer.app import Viewer

RANK: dict[str, int] = {"viewer": 1, "editor": 2, "owner": 3}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KNOWN_SECONDS = 3.0  # how long a look-up of a user or token is believed
_NAME = re.compile(r"[\w.@+\-]{1,64}")


@dataclass(frozen=True)
class Person:
    """Who is asking: a user by session, or a token."""

    name: str
    role: Role
    language: str = ""
    via: Literal["session", "token"] = "session"

    def may(self, role: str) -> bool:
        return RANK[self.role] >= RANK[role]


def check_name(name: str) -> None:
    """Problem 422 for what cannot be a sign-in name."""
    if not _NAME.fullmatch(name):
        raise Problem(422, "name", f"{name!r} cannot be a sign-in name.", "Use 1 to 64 of: letters digits . _ @ + -")


class Auth:
    """The viewer's knowledge of users, sessions and tokens. Sync methods query the store: run them in threads."""

    def __init__(
        self,
        definitions: Definitions,
        work: Work,
        *,
        base_url: str,
        secret: bytes | None,
        local_token: str,
        client_address: Callable[[str, str], str],
    ) -> None:
        self.definitions = definitions
        self.work = work
        self.base = urlsplit(base_url)
        self._secret = secret
        self._client_address = client_address
        self._local_token = local_token  # of the server's own command line; lives as long as the process
        self._sessions: Sessions | None = None
        self.by_name = Throttle(free=5)
        self.by_address = Throttle(free=30)

    @property
    def sessions(self) -> Sessions:
        if self._sessions is None:
            secret = self._secret or bytes.fromhex(first_run.shared_secret(self.definitions, "sessions"))
            self._sessions = Sessions(secret, https=self.base.scheme == "https")
        return self._sessions

    def address_of(self, request: Request) -> str:
        """Whose request it is, for the counting of wrong tries."""
        peer = request.client.host if request.client else ""
        return self._client_address(peer, request.headers.get("x-forwarded-for", ""))

    def user(self, name: str) -> User | None:
        try:
            return self.definitions.get(User, name)
        except Missing:
            return None

    async def of_session(self, session: Session) -> Person | None:
        """The person of a session, unless the user is gone or has a new password since."""
        user = await self.work.once(("user", session.user), KNOWN_SECONDS, lambda: self.user(session.user), light=True)
        if user is None or mark(user.password) != session.mark:
            return None
        return Person(user.id, user.role, user.language)

    async def of_token(self, text: str) -> Person | None:
        if self._local_token and secrets.compare_digest(text.encode(), self._local_token.encode()):
            return Person("command line", "owner", via="token")
        digest = tokens.digest(text)
        key = ("token", digest)
        found = await self.work.once(key, KNOWN_SECONDS, lambda: tokens.by_text(self.definitions, text), light=True)
        return Person(found.name, found.role, via="token") if found else None

    def put_user(self, name: str, password: str, role: Role) -> User:
        """Add a user, or raise Problem 422 (name, password) or 409 (name taken)."""
        check_name(name)
        try:
            return self.definitions.put(User(id=name, password=hash_password(password), role=role))
        except Conflict:
            raise Problem(
                409, "name_taken", f"Somebody already signs in as {name!r}.", "Choose another name."
            ) from None


class Identify:
    """Middleware: puts the Person (or None) and the session into the request's state; sets a form cookie when asked."""

    def __init__(self, app: ASGIApp, viewer: Viewer) -> None:
        self.app = app
        self.viewer = viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        auth = self.viewer.auth
        sessions = await self.viewer.work.run(lambda: auth.sessions) if auth._sessions is None else auth.sessions
        state = scope.setdefault("state", {})
        state.update(person=None, session=None, form_nonce="", new_form_nonce="")
        headers = Headers(scope=scope)
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            state["person"] = await auth.of_token(bearer.strip())
            if state["person"] is None:
                raise Problem(401, "bad_token", "This token is not known.", "Make one with `parcours token`.")
        else:
            cookies = SimpleCookie()
            cookies.load(headers.get("cookie", ""))
            session = sessions.read(cookies[sessions.cookie].value) if sessions.cookie in cookies else None
            if session and (known := await auth.of_session(session)):
                state.update(person=known, session=session)
            if sessions.form_cookie in cookies:
                state["form_nonce"] = cookies[sessions.form_cookie].value

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and state["new_form_nonce"]:
                value = sessions.header(sessions.form_cookie, state["new_form_nonce"], SESSION_SECONDS)
                MutableHeaders(scope=message).append("Set-Cookie", value)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _auth(request: Request) -> Auth:
    viewer: Viewer = request.app.state.viewer
    return viewer.auth


def person(request: Request) -> Person | None:
    """Who asks; None when not signed in."""
    return getattr(request.state, "person", None)


# --- guards


def require(role: Role) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """Let a route run only for this role or a higher one (viewer < editor < owner).

    Without sign-in a page redirects to it and the API answers 401; with too small a
    role 403. A change by a signed-in browser must carry the form token.
    """

    def guard(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        @functools.wraps(endpoint)
        async def guarded(*args: Any, **kwargs: Any) -> Response:
            request = next(arg for arg in args if isinstance(arg, Request))
            who = person(request)
            if who is None:
                if wants_json(request):
                    raise Problem(401, "sign_in", "This needs a sign-in.", "Send `Authorization: Bearer TOKEN`.")
                query = f"?{request.url.query}" if request.url.query else ""
                back = request.url.path + query if request.method in SAFE_METHODS else ""
                return RedirectResponse(request.app.state.viewer.urls.sign_in(back), status_code=303)
            if not who.may(role):
                raise Problem(
                    403,
                    "role",
                    f"{who.name!r} has the role {who.role}.",
                    f"This needs {role}: ask an owner of this Parcours.",
                )
            if request.method not in SAFE_METHODS and who.via == "session":
                await check_csrf(request)
            return await endpoint(*args, **kwargs)

        return guarded

    return guard


def csrf_token(request: Request) -> str:
    """The token for a form's hidden field `csrf`, or for the header X-CSRF-Token."""
    state = request.state
    session: Session | None = getattr(state, "session", None)
    nonce = session.nonce if session else getattr(state, "form_nonce", "")
    if not nonce:
        nonce = state.form_nonce = state.new_form_nonce = secrets.token_urlsafe(16)
    return _auth(request).sessions.form_token(nonce)


async def check_csrf(request: Request) -> None:
    """Raise Problem 403 unless the request comes from one of our own forms."""
    hint = "Load the page again and send the form once more."
    origin = request.headers.get("origin")
    ours = {_auth(request).base.netloc, request.headers.get("host", "")}
    if request.headers.get("sec-fetch-site") == "cross-site" or (origin and urlsplit(origin).netloc not in ours):
        raise Problem(403, "cross_site", "This form was sent from another site.", hint)
    token = request.headers.get("x-csrf-token", "")
    form_types = ("application/x-www-form-urlencoded", "multipart/form-data")
    if not token and request.headers.get("content-type", "").startswith(form_types):
        token = str((await request.form()).get("csrf", ""))
    session: Session | None = request.state.session
    nonce = session.nonce if session else request.state.form_nonce
    if not _auth(request).sessions.form_token_fits(nonce, token):
        raise Problem(403, "form_token", "The form is too old, or cookies are switched off.", hint)


def safe_next(path: str) -> str:
    """A path of this Parcours to go on to, never another site."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and not re.search(r"[\x00-\x1f\\]", path)
    return path if local else "/sites"


# --- sign-in


async def sign_in(request: Request, name: str, password: str) -> User:
    """The user, or Problem 401 (wrong name or password: not said which) or 429 (too many tries)."""
    auth = _auth(request)
    address = auth.address_of(request)
    name = name.strip()[:64]
    wait = max(auth.by_name.wait(f"{name} {address}"), auth.by_address.wait(address))
    if wait:
        raise Problem(
            429,
            "too_many_tries",
            "Too many wrong tries.",
            f"Try again in {wait:.0f} seconds.",
            retry_after=int(wait) + 1,
        )
    user = await auth.work.run(auth.user, name)
    right = await auth.work.heavy(verify_password, user.password if user else None, password)
    if not right or user is None:
        auth.by_name.failed(f"{name} {address}")
        auth.by_address.failed(address)
        raise Problem(401, "wrong_password", "The name or the password is wrong.", "Check both and try again.")
    auth.by_name.succeeded(f"{name} {address}")
    return user


async def by_link(request: Request, word: str) -> User:
    """The user of a sign-in link, or Problem 403."""
    auth = _auth(request)
    named = auth.sessions.read_link(word)
    user = await auth.work.run(auth.user, named[0]) if named else None
    if named is None or user is None or mark(user.password) != named[1]:
        raise Problem(403, "sign_in_link", "This link is too old or not right.", "Sign in with name and password.")
    return user


def start_session(request: Request, response: Response, user: User) -> None:
    """Sign the browser in: a fresh session, so that one planted before is worth nothing."""
    sessions = _auth(request).sessions
    value = sessions.open(user.id, user.password)
    response.headers.append("Set-Cookie", sessions.header(sessions.cookie, value, SESSION_SECONDS))


def end_session(request: Request, response: Response) -> None:
    sessions = _auth(request).sessions
    response.headers.append("Set-Cookie", sessions.header(sessions.cookie, "", 0))


async def first_run_valid(request: Request, token: str) -> bool:
    """Whether this link still makes an owner."""
    auth = _auth(request)
    return await auth.work.run(first_run.token_fits, auth.definitions, token)


async def create_first_owner(request: Request, token: str, name: str, password: str) -> User:
    """Spend the first-run link on an owner. Problem 403 when it is used or wrong, 422 for a bad name or password."""
    auth = _auth(request)

    def create() -> User:
        check_name(name)
        hash_password(password)  # refuses a short one before the link is spent
        if not first_run.use_token(auth.definitions, token):
            raise Problem(
                403,
                "first_run",
                "This link was used or is not right.",
                "Sign in, or see the link that `parcours serve` prints.",
            )
        return auth.put_user(name, password, "owner")

    user = await auth.work.heavy(create)
    auth.work.forget()
    return user


async def add_user(request: Request, name: str, password: str, role: Role) -> User:
    """A further user; who may do so is the route's business."""
    auth = _auth(request)
    return await auth.work.heavy(auth.put_user, name, password, role)


async def change_password(request: Request, old: str, new: str) -> User:
    """A new password for the person signed in; ends all their sessions. Problem 401 when `old` is wrong."""
    auth = _auth(request)
    who = person(request)
    if who is None or who.via != "session":
        raise Problem(401, "sign_in", "This needs a sign-in.")
    user = await sign_in(request, who.name, old)
    fresh = replace(user, password=await auth.work.heavy(hash_password, new))
    stored: User = await auth.work.run(auth.definitions.put, fresh)
    auth.work.forget()
    return stored
