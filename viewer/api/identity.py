"""Who asks: the person or program behind a request."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.site_roles import plain_roles
from viewer.access.person import signed_in
from viewer.api.entry import Entry, answer


async def show_identity(request: Request) -> Response:
    who = signed_in(request)
    return answer({"name": who.name, "role": who.role, "sites": plain_roles(who.sites), "via": who.via})


ENTRIES = (
    Entry(
        "GET",
        "/identity",
        show_identity,
        "viewer",
        "Who asks: name, role on every site, sites ({site: role}), via (token, session).",
    ),
)
