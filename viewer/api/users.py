"""The people who can sign in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from store.records import User
from viewer.access.hashing import Hashing
from viewer.access.users import Users
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.registry import Registry
from viewer.work import Work


def user_json(user: User) -> dict[str, Any]:
    """The fields that may be shown, which exclude the password hash."""
    return {"name": user.id, "role": user.role, "language": user.language}


async def list_users(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(User)
    listed = [user_json(user) for user in found.records]
    return answer({"users": listed, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_user(request: Request, *, users: Users, hashing: Hashing, work: Work) -> Response:
    asked = await fields(request)
    made = await hashing.run_known(users.create, asked, by_whom(request))
    work.forget()
    return answer(user_json(made), 201)


ENTRIES = (
    Entry("GET", "/users", list_users, "owner", "The people who can sign in: name, role."),
    Entry(
        "POST",
        "/users",
        create_user,
        "owner",
        "Add somebody who can sign in: name, password; optional role (viewer, editor, owner).",
    ),
)
