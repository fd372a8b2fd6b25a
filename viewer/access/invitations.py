"""Invitations to a site: made, withdrawn, opened and accepted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rules.faults import accepted
from rules.find import site_of
from rules.invitation import parse
from rules.user import parse as parse_user
from store.definitions import Conflict, Definitions, Missing
from store.invitations import SiteInvitation
from store.records import Site, SiteRole, User
from store.tokens import digest
from viewer.access.members import Members
from viewer.access.passwords import hash_password
from viewer.access.users import Users, accepted_address, name_taken
from viewer.http.errors import Problem, missing

DAY_MS = 86_400_000
SHOWN_DAYS = 30  # how long one that ended without being used is listed


def now_ms() -> int:
    return int(time.time() * 1000)


@dataclass(frozen=True)
class OpenedInvitation:
    """An invitation that can be accepted, and its site."""

    invitation: SiteInvitation
    site: Site


class Invitations:
    """Every method queries the store, and a new account is hashed: run them in threads."""

    def __init__(
        self, definitions: Definitions, users: Users, members: Members, clock: Callable[[], int] = now_ms
    ) -> None:
        self._definitions = definitions
        self._users = users
        self._members = members
        self._clock = clock

    def of(self, site: Site) -> list[SiteInvitation]:
        """Those that can be accepted, and those that ended unused in the last SHOWN_DAYS; the newest first."""
        since = self._clock() - SHOWN_DAYS * DAY_MS
        found = self._definitions.find(SiteInvitation, site=site.id, state="open")
        return sorted((one for one in found if one.ends > since), key=lambda one: -one.made)

    def create(self, site: Site, fields: Mapping[str, object], by: str, mail: str = "") -> tuple[SiteInvitation, str]:
        """Store a new invitation from plain fields; the secret of its link is given this once. InvalidDefinition when
        they have faults. `mail`: the address that the link will be sent to."""
        asked = accepted(parse(fields))
        secret, now = secrets.token_urlsafe(32), self._clock()  # 256 random bits
        made = SiteInvitation(
            id=digest(secret),
            site=site.id,
            role=asked.role,
            made=now,
            ends=now + asked.days * DAY_MS,
            name=asked.name,
            mail=accepted_address(mail) if mail else "",
            by=by,
        )
        return self._definitions.put(made, by), secret

    def withdraw(self, site: Site, id: str, by: str) -> SiteInvitation:
        """End an invitation of this site. 404 if there is none, 409 if it was used already."""
        found = self._find(site, id)
        if found.state == "withdrawn":
            return found
        if found.state == "used":
            raise Problem(409, "invitation_used", "This invitation was used already.", "Remove the person instead.")
        return self._definitions.put(replace(found, state="withdrawn", changed=self._clock()), by)

    def renew(self, site: Site, id: str, by: str) -> tuple[SiteInvitation, str]:
        """Withdraw an invitation and make another for the same person, role and duration."""
        old = self.withdraw(site, id, by)
        days = max(1, round((old.ends - old.made) / DAY_MS))
        return self.create(site, {"role": old.role, "name": old.name, "days": days}, by, old.mail)

    def withdraw_of(self, site: Site, maker: str, by: str) -> None:
        """Withdraw every open invitation to a site that `maker` made."""
        for one in self.of(site):
            if one.by == maker:
                self.withdraw(site, one.id, by)

    def open(self, secret: str) -> OpenedInvitation:
        """The invitation of a link. Problem 404 for one that was never made or whose site was deleted, InvitationEnded
        for one that was used, is too old or was withdrawn."""
        try:
            found = self._definitions.get(SiteInvitation, digest(secret))
            site = site_of(self._definitions, found.site)
        except Missing:
            raise _never_made() from None
        if not found.is_open(self._clock()):
            raise InvitationEnded(found)
        return OpenedInvitation(found, site)

    def join(self, secret: str, name: str, password: str) -> User:
        """Accept with a new account. InvalidDefinition for a bad name or password; otherwise what `open` raises."""
        opened = self.open(secret)
        asked = accepted(parse_user({"name": name, "password": password}))  # before the invitation is used up
        if self._users.get(asked.name):
            raise name_taken(asked.name)
        roles = (SiteRole(opened.site.id, opened.invitation.role),)
        user = User(id=asked.name, password=hash_password(asked.password), role="", sites=roles)
        used = self._use(opened.invitation, asked.name)
        try:
            return self._users.store_new(user, asked.name)
        except Exception:
            self._definitions.put(replace(used, state="open", used_by="", changed=0))
            raise

    def accept(self, secret: str, name: str) -> Site:
        """Accept with the account `name`, whose role is never lowered. Raises what `open` raises."""
        opened = self.open(secret)
        self._use(opened.invitation, name)
        self._members.raise_role(name, opened.site.id, opened.invitation.role)
        return opened.site

    def _use(self, invitation: SiteInvitation, name: str) -> SiteInvitation:
        used = replace(invitation, state="used", used_by=name, changed=self._clock())
        try:
            return self._definitions.put(used, name)
        except Conflict:  # somebody else was first
            raise InvitationEnded(self._definitions.get(SiteInvitation, invitation.id)) from None

    def _find(self, site: Site, id: str) -> SiteInvitation:
        try:
            found = self._definitions.get(SiteInvitation, id)
        except Missing:
            found = None
        if found is None or found.site != site.id:
            raise missing("invitation", id)
        return found


class InvitationEnded(Exception):
    """The invitation was used, has ended or was withdrawn."""

    def __init__(self, invitation: SiteInvitation) -> None:
        super().__init__(f"This invitation works no longer: {invitation.state}")
        self.invitation = invitation


def _never_made() -> Problem:
    return Problem(404, "no_invitation", "There is no such invitation.", "Check that the whole link was copied.")
