"""The people who can sign in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import accepted
from rules.site_roles import plain_roles, resolved
from rules.user import RolesRequest, UserRequest, parse_roles
from store.records import SiteRoles, User
from store.sessions import SessionRecord
from viewer.access.hashing import Hashing
from viewer.access.members import Members
from viewer.access.session_list import SessionList
from viewer.access.sessions import Sessions
from viewer.access.users import Users
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso, rejected_json
from viewer.http.errors import missing
from viewer.http.urls import Urls
from viewer.registry import Registry
from viewer.work import Work


def user_json(user: User) -> dict[str, Any]:
    """The fields that may be shown, which exclude the password hash."""
    return {"name": user.id, "role": user.role, "sites": plain_roles(user.sites), "language": user.language}


async def list_users(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(User)
    listed = [user_json(user) for user in found.records]
    return answer({"users": listed, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_user(request: Request, *, users: Users, hashing: Hashing, work: Work) -> Response:
    asked = await fields(request)
    made = await hashing.run_known(users.create, asked, by_whom(request))
    work.forget()
    return answer(user_json(made), 201)


async def change_user(request: Request, *, registry: Registry, members: Members) -> Response:
    asked, name, by = accepted(parse_roles(await fields(request))), request.path_params["user"], by_whom(request)
    sites: SiteRoles = await registry.read(lambda definitions: resolved(definitions, asked.sites))
    return answer(user_json(await registry.change(lambda _: members.set_roles(name, asked.overall, sites, by))))


async def delete_user(request: Request, *, registry: Registry, members: Members) -> Response:
    name = request.path_params["user"]
    await registry.change(lambda _: members.delete(name, by_whom(request)))
    return answer({"deleted": name})


def session_json(session: SessionRecord) -> dict[str, Any]:
    return {
        "id": session.id,
        "browser": session.browser,
        "system": session.system,
        "started": iso(session.started),
        "last": iso(session.last),
    }


async def list_sessions(request: Request, *, users: Users, open_sessions: SessionList, work: Work) -> Response:
    user = await _user(request, users, work)
    return answer({"sessions": [session_json(one) for one in await work.run(open_sessions.of, user.id)]})


async def end_sessions(request: Request, *, users: Users, open_sessions: SessionList, work: Work) -> Response:
    user = await _user(request, users, work)
    ended = await work.run(open_sessions.end_all, user.id, by_whom(request))
    work.forget()
    return answer({"ended": ended})


async def end_session(request: Request, *, users: Users, open_sessions: SessionList, work: Work) -> Response:
    user, id = await _user(request, users, work), request.path_params["session"]
    if not await work.run(open_sessions.end, user.id, id, by_whom(request)):
        raise missing("session", id)
    work.forget()
    return answer({"ended": 1})


async def _user(request: Request, users: Users, work: Work) -> User:
    user = await work.run(users.get, request.path_params["user"])
    if user is None:
        raise missing("person", request.path_params["user"])
    return user


async def reset_user(
    request: Request, *, users: Users, sessions: Sessions, open_sessions: SessionList, work: Work, urls: Urls
) -> Response:
    user = await _user(request, users, work)
    await work.run(users.reset_two_factor, user.id, by_whom(request))
    await work.run(open_sessions.end_all, user.id, by_whom(request))
    work.forget()
    link = urls.absolute(urls.sign_in(urls.account(), link=sessions.link(user)))
    return answer({"name": user.id, "link": link})


ENTRIES = (
    Entry("GET", "/users", list_users, "owner", "The people who can sign in: name, role, sites."),
    Entry(
        "POST",
        "/users",
        create_user,
        "owner",
        "Add somebody who can sign in: name, password; optional role on every site, sites ({site: role}).",
        body=JsonBody(UserRequest),
        statuses=(201,),
    ),
    Entry(
        "PUT",
        "/users/{user}",
        change_user,
        "owner",
        "Replace the roles of somebody who can sign in: role on every site, sites ({site: role}).",
        body=JsonBody(RolesRequest),
    ),
    Entry("DELETE", "/users/{user}", delete_user, "owner", "Delete somebody who can sign in, and sign them out."),
    Entry(
        "POST",
        "/users/{user}/reset",
        reset_user,
        "owner",
        "Sign somebody out everywhere, turn their two-factor sign-in off, and make a link that signs them in once, "
        "within a day.",
    ),
    Entry("GET", "/users/{user}/sessions", list_sessions, "owner", "Where somebody is signed in."),
    Entry("DELETE", "/users/{user}/sessions", end_sessions, "owner", "Sign somebody out everywhere."),
    Entry("DELETE", "/users/{user}/sessions/{session}", end_session, "owner", "Sign somebody out of one browser."),
)
