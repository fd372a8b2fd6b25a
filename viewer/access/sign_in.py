"""Signing in: by name and password, or by a link; then by a code for whoever has two-factor sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from store.records import User
from viewer.access.addresses import ClientAddresses
from viewer.access.attempts import Attempt, Attempts
from viewer.access.failed_sign_ins import FailedSignIns
from viewer.access.hashing import Hashing
from viewer.access.passwords import verify_password
from viewer.access.session_list import SessionList, session_id
from viewer.access.sessions import LINK_SECONDS, Session, Sessions, mark
from viewer.access.spent import SpentNonces
from viewer.access.two_factor import TwoFactors, needs_code
from viewer.access.user_agents import agent_names
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.work import Work

T = TypeVar("T")
__all__ = ["ClientAddresses", "SignIn"]


class SignIn:
    """Checks names, passwords and links, and slows down whoever guesses."""

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        work: Work,
        addresses: ClientAddresses,
        hashing: Hashing | None = None,
        two_factors: TwoFactors | None = None,
        failed: FailedSignIns | None = None,
    ) -> None:
        """Without `two_factors` nobody is asked for a code."""
        self._users = users
        self._sessions = sessions
        self._work = work
        self._addresses = addresses
        self._hashing = hashing or Hashing()
        self._two_factors = two_factors
        self._attempts = Attempts()
        self._codes = Attempts()  # counted apart: a right password must not forgive wrong codes
        self._spent = SpentNonces(users.definitions)
        self._failed = failed or FailedSignIns(users.definitions)
        self._open = SessionList(users.definitions)

    async def by_password(self, request: Request, name: str, password: str) -> User:
        """The user. Problem 401 for a wrong name or password (not said which), 429 after too many attempts, 503 when
        too many people are signing in."""
        name = name.strip()[:64]
        device = self._sessions.read_device(request.cookies.get(self._sessions.device_cookie, ""), name)
        return await self._checked(Attempt(name, self._addresses.of(request), device), password)

    async def _checked(self, attempt: Attempt, password: str) -> User:
        with self._hashing.place(known=self._attempts.is_known(attempt)):
            if wait := self._attempts.begin(attempt):
                hint = f"Try again in {wait:.0f} seconds."
                raise Problem(429, "too_many_tries", "Too many failed attempts.", hint, retry_after=int(wait) + 1)
            user = await self._work.run(self._users.get, attempt.name)
            right = await self._hashing.run(verify_password, user.password if user else None, password)
        if not right or user is None:
            await self._work.run(self._failed.count, user.id if user else "")
            raise Problem(401, "wrong_password", "The name or the password is wrong.", "Check both and try again.")
        self._attempts.succeeded(attempt)
        return user

    async def begin(self, request: Request, response: Response, user: User) -> None:
        """Sign the browser in with a fresh session, and remember its address."""
        nonce = self._sessions.start(response, user)
        await self._work.run(self._open.begin, nonce, user.id, agent_names(request.headers.get("user-agent", "")))
        if self._sessions.first_step_cookie in request.cookies:
            self._sessions.set(response, self._sessions.first_step_cookie, "", 0)
        self._attempts.remember(Attempt(user.id, self._addresses.of(request)))

    async def needs_second_step(self, user: User) -> bool:
        """Whether this user is signed in only after a second step."""
        return self._two_factors is not None and await self._work.run(needs_code, user, self._two_factors)

    def begin_second_step(self, response: Response, user: User) -> None:
        """Remember in the browser that the first step was right; there is no session yet."""
        self._sessions.start_first_step(response, user)

    async def after_first_step(self, request: Request) -> User:
        """The user whose first step was right in this browser. Problem 401 when it is too long ago, or when the
        password has changed since."""
        step = self._sessions.read_first_step(request.cookies.get(self._sessions.first_step_cookie, ""))
        user = await self._work.run(self._users.get, step.user) if step else None
        if step is None or user is None or mark(user.password) != step.mark:
            raise Problem(401, "first_step", "The sign-in took too long.", "Sign in again with name and password.")
        return user

    async def check_code(self, request: Request, name: str, check: Callable[[], T]) -> T:
        """The result of `check`, which raises a Problem for a wrong code. Problem 429 after too many wrong ones."""
        device = self._sessions.read_device(request.cookies.get(self._sessions.device_cookie, ""), name)
        attempt = Attempt(name, self._addresses.of(request), device)
        if wait := self._codes.begin(attempt):
            hint = f"Try again in {wait:.0f} seconds."
            raise Problem(429, "too_many_tries", "Too many failed attempts.", hint, retry_after=int(wait) + 1)
        result = await self._work.run(check)
        self._codes.succeeded(attempt)
        return result

    async def check_password(self, request: Request, name: str, password: str) -> User:
        """The user who is signed in, once more asked for the password. Problem 401 when it is wrong.

        Attempts are counted for the session: whoever guesses elsewhere cannot keep its owner from doing this.
        """
        session: Session | None = request.state.session
        device = f"session {session.nonce}" if session else ""
        return await self._checked(Attempt(name, self._addresses.of(request), device), password)

    async def by_link(self, text: str) -> User:
        """The user of a sign-in link, which works once. Problem 403 when it was used, is too old, forged, or older than
        the password."""
        link = self._sessions.read_link(text)
        user = await self._work.run(self._users.get, link.user) if link else None
        hint = "Sign in with your name and password."
        if link is None or user is None or mark(user.password) != link.mark:
            raise Problem(403, "sign_in_link", "This link is too old or not valid.", hint)
        if not await self._work.run(self._spent.spend, link.nonce, LINK_SECONDS):
            raise Problem(403, "sign_in_link_used", "This link was used already.", hint)
        return user

    async def change_password(self, request: Request, name: str, old: str, new: str) -> User:
        """Set a new password, which ends all sessions. Problem 401 when `old` is wrong, 422 for a bad new one."""
        user = await self.check_password(request, name, old)
        stored = await self._hashing.run_known(self._users.set_password, user, new)
        await self._work.run(self._open.end_all, name, name)
        self._work.forget()
        return stored

    async def end(self, session: Session) -> None:
        """End a session for good, also for whoever has a copy of its cookie."""
        await self._work.run(self._open.end, session.user, session_id(session.nonce), session.user)
        self._work.forget()
