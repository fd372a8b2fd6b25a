"""Which roles may use a route."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from store.records import Role
from viewer.access.form_tokens import FormTokens
from viewer.access.person import Person, person
from viewer.http.errors import Problem, wants_json
from viewer.http.urls import Urls

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Guards:
    """What guarding a route needs. `on_site`: the person with their role on the site that an address names, by id or
    name; NotFound if they may not see it."""

    forms: FormTokens
    urls: Urls
    on_site: Callable[[Person, str], Awaitable[Person]]


def check_role(who: Person, role: Role) -> None:
    """Problem 403 unless this person has `role` or a higher one (viewer < editor < owner)."""
    if not who.may(role):
        hint = f"This needs {role}: ask an owner of this Parcours."
        raise Problem(403, "role", f"{who.name!r} has the role {who.role_here}.", hint)


def guard(handler: Handler, role: Role, guards: Guards) -> Handler:
    """`handler`, run only for people with `role` or a higher one: on the site that the address names, if it names one.

    Without sign-in a page redirects to it and the API answers 401; with a role that is too low 403. A site that
    somebody may not see does not exist for them (404). A change by a signed-in browser must carry the token of a form.
    """

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        who = person(request)
        if who is None:
            if wants_json(request):
                raise Problem(401, "sign_in", "Sign-in required.", "Send `Authorization: Bearer TOKEN`.")
            query = f"?{request.url.query}" if request.url.query else ""
            back = request.url.path + query if request.method in SAFE_METHODS else ""
            return RedirectResponse(guards.urls.sign_in(back), status_code=303)
        if (named := request.path_params.get("site")) is not None:
            who = request.state.person = await guards.on_site(who, str(named))
        check_role(who, role)
        if request.method not in SAFE_METHODS and who.via == "session":
            await guards.forms.check(request)
        return await handler(request)

    return guarded


def root_of(request: Request) -> str:
    """The path below which this Parcours is (`Urls.root`), as the server says."""
    return str(request.scope.get("root_path", ""))


def safe_next(path: str, root: str = "") -> str:
    """A path of this Parcours to continue to, never another site. `root`: the path below which it is."""
    local = path.startswith(root + "/") and not path.startswith(("//", "/\\")) and not re.search(r"[\x00-\x1f\\]", path)
    return path if local else f"{root}/sites"
