"""Signing in: by name and password, or by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from store.records import User
from viewer.access.passwords import verify_password
from viewer.access.sessions import Sessions, mark
from viewer.access.throttle import Throttle
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.work import Work

FREE_BY_NAME, FREE_BY_ADDRESS = 5, 30  # wrong attempts before each further one has to wait


@dataclass(frozen=True)
class ClientAddresses:
    """Finds the address that an attempt is counted for.

    `resolve`: (address of the socket, X-Forwarded-For) → address, believing only the proxies that are trusted.
    """

    resolve: Callable[[str, str], str] = lambda peer, forwarded_for: peer

    def of(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return self.resolve(peer, request.headers.get("x-forwarded-for", ""))


class SignIn:
    """Checks names, passwords and links, and slows down whoever guesses."""

    def __init__(self, users: Users, sessions: Sessions, work: Work, addresses: ClientAddresses) -> None:
        self._users = users
        self._sessions = sessions
        self._work = work
        self._addresses = addresses
        self._by_name = Throttle(free=FREE_BY_NAME)
        self._by_address = Throttle(free=FREE_BY_ADDRESS)

    async def by_password(self, request: Request, name: str, password: str) -> User:
        """The user. Problem 401 for a wrong name or password (not said which), 429 after too many attempts."""
        address = self._addresses.of(request)
        name = name.strip()[:64]
        both = f"{name} {address}"
        wait = max(self._by_name.wait(both), self._by_address.wait(address))
        if wait:
            hint = f"Try again in {wait:.0f} seconds."
            raise Problem(429, "too_many_tries", "Too many failed attempts.", hint, retry_after=int(wait) + 1)
        user = await self._work.run(self._users.get, name)
        right = await self._work.heavy(verify_password, user.password if user else None, password)
        if not right or user is None:
            self._by_name.failed(both)
            self._by_address.failed(address)
            raise Problem(401, "wrong_password", "The name or the password is wrong.", "Check both and try again.")
        self._by_name.succeeded(both)
        return user

    async def by_link(self, word: str) -> User:
        """The user of a sign-in link. Problem 403 when it is too old, forged, or older than the password."""
        named = self._sessions.read_link(word)
        user = await self._work.run(self._users.get, named[0]) if named else None
        if named is None or user is None or mark(user.password) != named[1]:
            raise Problem(
                403, "sign_in_link", "This link is too old or not valid.", "Sign in with your name and password."
            )
        return user

    async def change_password(self, request: Request, name: str, old: str, new: str) -> User:
        """Set a new password, which ends all sessions. Problem 401 when `old` is wrong, 422 for a bad new one."""
        user = await self.by_password(request, name, old)
        stored = await self._work.heavy(self._users.set_password, user, new)
        self._work.forget()
        return stored
