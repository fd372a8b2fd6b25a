"""The person or program behind a request, and the roles they can have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from starlette.requests import Request

from store.records import OverallRole, SiteRole, SiteRoles

RANK: dict[str, int] = {"": 0, "viewer": 1, "editor": 2, "owner": 3}


def highest(role: OverallRole, sites: SiteRoles, site: str) -> OverallRole:
    """The highest role on a site of whoever has `role` on every site and `sites` on single ones; "" for none."""
    roles: list[OverallRole] = [role, *(one.role for one in sites if one.site == site)]
    return max(roles, key=RANK.__getitem__)


@dataclass(frozen=True)
class Person:
    """A user with a session, or a program with a token.

    `role`: on every site; `sites`: on single sites. `site`: the id of the site that the request is about, "" if it is
    about none: everybody who is signed in may then read what belongs to no site.
    """

    name: str
    role: OverallRole
    language: str = ""
    via: Literal["session", "token"] = "session"
    sites: tuple[SiteRole, ...] = ()
    site: str = ""

    @property
    def role_here(self) -> OverallRole:
        """The role that counts for this request."""
        return self.role_on(self.site) if self.site else self.role or "viewer"

    def may(self, role: str) -> bool:
        """Whether their role, for this request, is `role` or a higher one."""
        return RANK[self.role_here] >= RANK[role]

    def role_on(self, site: str) -> OverallRole:
        """The highest role on a site; "" for none."""
        return highest(self.role, self.sites, site)

    def on(self, site: str) -> Person:
        """The person with their role on a site."""
        return replace(self, site=site)

    def sees(self, site: str) -> bool:
        """Whether they may see a site at all."""
        return bool(self.role_on(site))


def person(request: Request) -> Person | None:
    """Who sent the request, as `Identify` found out; None when nobody is signed in."""
    return getattr(request.state, "person", None)


def signed_in(request: Request) -> Person:
    """The same behind a guard, which lets nobody else in."""
    who = person(request)
    if who is None:
        raise RuntimeError("This route has no guard: give its endpoint a role")
    return who
