"""The people who may see a site, and invitations to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import accepted
from rules.invitation import InvitationRequest
from rules.site_roles import RoleRequest, parse_role
from store.invitations import SiteInvitation
from store.records import Role
from store.zones import now_ms
from viewer.access.invitations import Invitations
from viewer.access.members import Member, Members
from viewer.access.person import signed_in
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso
from viewer.http.urls import Urls
from viewer.people import MemberFigures, PeopleReader
from viewer.registry import Registry
from viewer.work import Work

P = ParamSpec("P")
T = TypeVar("T")


def member_json(member: Member) -> dict[str, Any]:
    return {"name": member.name, "role": member.role, "every_site": member.everywhere}


def figures_json(figures: MemberFigures) -> dict[str, Any]:
    """When a member was seen, in how many browsers, and how many read-only links of theirs open."""
    seen = {"two_factor": figures.two_factor, "last": iso(figures.last)}
    return seen | {"sessions": figures.sessions, "links": figures.links}


def invitation_json(one: SiteInvitation) -> dict[str, Any]:
    """The fields of an invitation; its link is not among them, since only a digest of it is kept."""
    state = "ended" if one.state == "open" and not one.is_open(now_ms()) else one.state
    about = {"id": one.id, "name": one.name, "role": one.role, "state": state, "by": one.by}
    return about | {"made": iso(one.made), "ends": iso(one.ends)}


async def list_people(request: Request, *, registry: Registry, people: PeopleReader, work: Work) -> Response:
    found = await work.run(people.read, await registry.site(request))
    return answer({"people": [member_json(one) | figures_json(found.figures[one.name]) for one in found.members]})


async def change_role(request: Request, *, registry: Registry, members: Members, work: Work) -> Response:
    role: Role = accepted(parse_role(await fields(request)))
    site, name = await registry.site(request), request.path_params["person"]
    return answer(member_json(await _changed(work, members.set_role, site, name, role, signed_in(request))))


async def remove_person(request: Request, *, registry: Registry, members: Members, work: Work) -> Response:
    site, name = await registry.site(request), request.path_params["person"]
    await _changed(work, members.remove, site, name, signed_in(request))
    return answer({"removed": name})


async def list_invitations(request: Request, *, registry: Registry, invitations: Invitations, work: Work) -> Response:
    found = await work.run(invitations.of, await registry.site(request))
    return answer({"invitations": [invitation_json(one) for one in found]})


async def create_invitation(
    request: Request, *, registry: Registry, invitations: Invitations, work: Work, urls: Urls
) -> Response:
    site, asked = await registry.site(request), await fields(request)
    made, secret = await _changed(work, invitations.create, site, asked, by_whom(request))
    return answer(invitation_json(made) | {"link": urls.absolute(urls.invitation(secret))}, 201)


async def withdraw_invitation(
    request: Request, *, registry: Registry, invitations: Invitations, work: Work
) -> Response:
    site, id = await registry.site(request), request.path_params["invitation"]
    return answer(invitation_json(await _changed(work, invitations.withdraw, site, id, by_whom(request))))


async def _changed(work: Work, change: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a change in a thread; then the roles are read again."""
    try:
        return await work.run(change, *args, **kwargs)
    finally:
        work.forget()


_SITE = "/sites/{site}"
ENTRIES = (
    Entry(
        "GET",
        f"{_SITE}/people",
        list_people,
        "owner",
        "Who may see a site: name, role, every_site, two_factor, last, sessions, links.",
    ),
    Entry(
        "PUT",
        f"{_SITE}/people/{{person}}",
        change_role,
        "owner",
        "Give somebody who may see the site another role (viewer, editor, owner); a site keeps an owner.",
        body=JsonBody(RoleRequest),
    ),
    Entry("DELETE", f"{_SITE}/people/{{person}}", remove_person, "owner", "Take somebody's role on a site away."),
    Entry(
        "GET",
        f"{_SITE}/invitations",
        list_invitations,
        "owner",
        "The invitations to a site that nobody used or withdrew.",
    ),
    Entry(
        "POST",
        f"{_SITE}/invitations",
        create_invitation,
        "owner",
        "Invite somebody: optional role, name (for whom it is), days (1 to 30; 7). Its link is shown this once.",
        body=JsonBody(InvitationRequest),
        statuses=(201,),
    ),
    Entry(
        "DELETE",
        f"{_SITE}/invitations/{{invitation}}",
        withdraw_invitation,
        "owner",
        "Withdraw an invitation: its link works no longer.",
    ),
)
