"""What this installation demands of everybody who signs in, and two-factor sign-in of one person."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import accepted
from rules.shape import record
from viewer.access.two_factor import TwoFactors
from viewer.access.users import Users
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso
from viewer.http.errors import missing
from viewer.work import Work


class PolicyRequest(Struct, frozen=True):
    """`two_factor`: whether everybody must use two-factor sign-in."""

    two_factor: bool


async def show_policy(request: Request, *, two_factors: TwoFactors, work: Work) -> Response:
    return answer({"two_factor": await work.run(two_factors.required)})


async def change_policy(request: Request, *, two_factors: TwoFactors, work: Work) -> Response:
    asked = accepted(record(PolicyRequest, await fields(request), allowed=("two_factor",)))
    await work.run(two_factors.require, asked.two_factor, by_whom(request))
    return answer({"two_factor": asked.two_factor})


async def show_two_factor(request: Request, *, users: Users, two_factors: TwoFactors, work: Work) -> Response:
    found = await work.run(two_factors.of, await _known(request, users, work))
    left = len(found.recovery) if found else 0
    return answer({"on": found is not None, "since": iso(found.since) if found else None, "recovery_codes": left})


async def reset_two_factor(request: Request, *, users: Users, work: Work) -> Response:
    await work.run(users.reset_two_factor, await _known(request, users, work), by_whom(request))
    return answer({"on": False, "since": None, "recovery_codes": 0})


async def _known(request: Request, users: Users, work: Work) -> str:
    """The name of the user in the address. Problem 404 if there is none."""
    name = str(request.path_params["user"])
    if await work.run(users.get, name) is None:
        raise missing("person", name)
    return name


ENTRIES = (
    Entry("GET", "/sign-in-policy", show_policy, "owner", "Whether everybody must use two-factor sign-in: two_factor."),
    Entry(
        "PUT",
        "/sign-in-policy",
        change_policy,
        "owner",
        "Require two-factor sign-in of everybody at the next sign-in (two_factor: true), or no longer.",
        body=JsonBody(PolicyRequest),
    ),
    Entry(
        "GET",
        "/users/{user}/two-factor",
        show_two_factor,
        "owner",
        "Whether somebody has two-factor sign-in: on, since, recovery_codes (how many are left).",
    ),
    Entry(
        "DELETE",
        "/users/{user}/two-factor",
        reset_two_factor,
        "owner",
        "Turn two-factor sign-in off for somebody who lost the app and the codes.",
    ),
)
