"""The person or program behind a request, and the roles they can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request

from store.records import Role

RANK: dict[str, int] = {"viewer": 1, "editor": 2, "owner": 3}


@dataclass(frozen=True)
class Person:
    """A user with a session, or a program with a token."""

    name: str
    role: Role
    language: str = ""
    via: Literal["session", "token"] = "session"

    def may(self, role: str) -> bool:
        """Whether their role is `role` or a higher one."""
        return RANK[self.role] >= RANK[role]


def person(request: Request) -> Person | None:
    """Who sent the request, as `Identify` found out; None when nobody is signed in."""
    return getattr(request.state, "person", None)


def signed_in(request: Request) -> Person:
    """The same behind a guard, which lets nobody else in."""
    who = person(request)
    if who is None:
        raise RuntimeError("This route has no guard: give its endpoint a role")
    return who
