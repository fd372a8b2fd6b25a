"""Finds out who sent a request, before any route runs."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.definitions import Definitions
from viewer.access import tokens
from viewer.access.person import Person
from viewer.access.sessions import SESSION_SECONDS, Session, Sessions, mark
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.work import Work

REMEMBERED_SECONDS = 3.0  # how long a user or token, once read, is believed


class Identities:
    """Turns sessions and bearer tokens into people.

    `local_token`: a token with an owner's rights, of this server's own command line; it lives as long as the process.
    """

    def __init__(self, definitions: Definitions, users: Users, work: Work, local_token: str) -> None:
        self._definitions = definitions
        self._users = users
        self._work = work
        self._local_token = local_token

    async def of_session(self, session: Session) -> Person | None:
        """The person of a session; None when the user is gone or has a new password since."""
        name = session.user
        user = await self._work.once(("user", name), REMEMBERED_SECONDS, lambda: self._users.get(name), light=True)
        if user is None or mark(user.password) != session.mark:
            return None
        return Person(user.id, user.role, user.language)

    async def of_token(self, text: str) -> Person | None:
        """The program that holds this bearer token; None for an unknown one."""
        if self._local_token and secrets.compare_digest(text.encode(), self._local_token.encode()):
            return Person("command line", "owner", via="token")
        key = ("token", tokens.digest(text))
        found = await self._work.once(
            key, REMEMBERED_SECONDS, lambda: tokens.by_text(self._definitions, text), light=True
        )
        return Person(found.name, found.role, via="token") if found else None


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
            state["person"] = await self.identities.of_token(bearer.strip())
            if state["person"] is None:
                raise Problem(401, "bad_token", "Unknown token.", "Create one with `parcours token`.")
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
