"""Finds out who sent a request, before any route runs."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.definitions import Definitions
from store.records import Token, User
from store.tokens import TokenUses
from store.zones import UTC_ZONE, now_ms
from viewer.access import tokens
from viewer.access.addresses import ClientAddresses
from viewer.access.person import Person
from viewer.access.session_list import SessionList
from viewer.access.sessions import SESSION_SECONDS, Session, Sessions, mark
from viewer.access.throttle import SlowLimit
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.work import Work

REMEMBERED_SECONDS = 3.0  # how long a user, a session or the tokens, once read, are believed
REREAD_BURST, REREAD_SECONDS = 10, 1.0  # how often an unknown token may cause the tokens to be read again
WRONG_BURST, WRONG_SECONDS = 30, 10.0  # unknown tokens from one address that are answered 401 rather than 429


class Identities:
    """Turns sessions and bearer tokens into people.

    `local_token`: a token with an owner's rights, of this server's own command line; it lives as long as the process.
    """

    def __init__(
        self,
        definitions: Definitions,
        users: Users,
        work: Work,
        local_token: str,
        addresses: ClientAddresses,
    ) -> None:
        self._definitions = definitions
        self._users = users
        self._work = work
        self._local_token = local_token
        self._sessions = SessionList(definitions)
        self._addresses = addresses
        self._uses = TokenUses(definitions)
        self._rereads = SlowLimit(REREAD_BURST, REREAD_SECONDS)
        self._wrong = SlowLimit(WRONG_BURST, WRONG_SECONDS)

    async def of_session(self, session: Session) -> Person | None:
        """The person of a session; None when it has ended, the user is gone or has a new password since."""

        def read() -> User | None:
            return self._users.get(session.user) if self._sessions.use(session.nonce, session.user) else None

        user = await self._work.once(("session", session), REMEMBERED_SECONDS, read, light=True)
        if user is None or mark(user.password) != session.mark:
            return None
        return Person(user.id, user.role, user.language, sites=user.sites)

    async def of_token(self, text: str, connection: HTTPConnection) -> Person:
        """The program that holds this bearer token. Problem 401 for an unknown one, 429 for many from one address.

        A valid token is accepted in any case, so that nobody who guesses locks its owner out. Guessing costs the store
        at most one query a second.
        """
        if self._local_token and secrets.compare_digest(text.encode(), self._local_token.encode()):
            return Person("command line", "owner", via="token")
        shown = tokens.digest(text)
        found = (await self._tokens()).get(shown)
        if found is None and not self._rereads.wait(""):
            self._rereads.count("")
            found = (await self._tokens(fresh=True)).get(shown)  # it may have been made just now
        if found is not None:
            await self._accept(found)
            return Person(found.name, found.role, via="token", sites=found.sites)
        address = self._addresses.of(connection)
        if wait := self._wrong.wait(address):
            raise Problem(429, "too_many_tries", "Too many unknown tokens.", retry_after=int(wait) + 1)
        self._wrong.count(address)
        raise Problem(401, "bad_token", "Unknown token.", "Create one with `parcours token`.")

    async def _accept(self, token: Token) -> None:
        """Record the use of a token. Problem 401 if it has ended."""
        if token.has_ended(now_ms()):
            day = UTC_ZONE.day(token.until).isoformat()
            hint = "Make another one on the account page, or with `parcours token`."
            raise Problem(401, "token_ended", f"The token {token.name!r} ended on {day}.", hint)
        if self._uses.due(token):
            await self._work.run(self._uses.count, token)

    async def _tokens(self, *, fresh: bool = False) -> dict[str, Token]:
        """All tokens by their digest."""

        def read() -> dict[str, Token]:
            return {token.digest: token for token in self._definitions.find(Token)}

        return await self._work.once(("tokens",), REMEMBERED_SECONDS, read, fresh=fresh, light=True)


class Identify:
    """Middleware: puts the person (or None) and the session into the request's state, and sets the form cookie.

    Raises Problem 401 for an unknown bearer token.
    """

    def __init__(self, app: ASGIApp, identities: Identities, sessions: Sessions) -> None:
        self.app = app
        self.identities = identities
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state.update(person=None, session=None, form_nonce="", new_form_nonce="")
        connection = HTTPConnection(scope)
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            state["person"] = await self.identities.of_token(bearer.strip(), connection)
        else:
            cookies = connection.cookies
            session = self.sessions.read(cookies.get(self.sessions.cookie, ""))
            if session and (known := await self.identities.of_session(session)):
                state.update(person=known, session=session)
            state["form_nonce"] = cookies.get(self.sessions.form_cookie, "")

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and state["new_form_nonce"]:
                carrier = Response()
                self.sessions.set(carrier, self.sessions.form_cookie, state["new_form_nonce"], SESSION_SECONDS)
                MutableHeaders(scope=message).append("Set-Cookie", carrier.headers["set-cookie"])
            await send(message)

        await self.app(scope, receive, send_with_cookie)
