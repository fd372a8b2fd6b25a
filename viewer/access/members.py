"""Who may see a site: people with a role on it, or on every site. A site, and the installation, keeps an owner."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from store.definitions import Definitions
from store.records import OverallRole, Role, Site, SiteRole, SiteRoles, User
from viewer.access.person import RANK, Person, highest
from viewer.access.session_list import SessionList
from viewer.http.errors import Problem, missing

Change = Callable[[User], User | None]  # the user with other roles; None: without any


@dataclass(frozen=True)
class Member:
    """A person who may see a site. `everywhere`: by a role on every site, which counts because it is the highest."""

    name: str
    role: Role
    everywhere: bool
    other_sites: int = 0  # on which they have a role of their own


def role_on(user: User, site: str) -> OverallRole:
    """The highest role of a user on a site; "" for none."""
    return highest(user.role, user.sites, site)


def member_of(user: User, site: str) -> Member | None:
    """The user as a member of a site; None if they may not see it."""
    role = role_on(user, site)
    if not role:
        return None
    own = next((one.role for one in user.sites if one.site == site), "")
    others = sum(one.site != site for one in user.sites)
    return Member(user.id, role, RANK[user.role] >= RANK[own], others)


def only_owner(users: Iterable[User], name: str, site: str) -> bool:
    """Whether `name` is the one owner of a site."""
    return [user.id for user in users if role_on(user, site) == "owner"] == [name]


class Members:
    """Reads and changes the roles of people. Every method queries the store: run them in threads.

    Problem 409 (`last_owner`) for a change that would leave a site, or the installation, without an owner: changes run
    one after the other in this process, and one that another process made such meanwhile is taken back.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._sessions = SessionList(definitions)
        self._changing = threading.Lock()

    def of(self, site: Site) -> list[Member]:
        """The members of a site, by name."""
        found = (member_of(user, site.id) for user in self._definitions.find(User))
        return sorted((one for one in found if one), key=lambda one: one.name.casefold())

    def set_role(self, site: Site, name: str, role: Role, by: Person) -> Member:
        """Give a member of a site another role. 404 for somebody who is none; 403 if they have a role on every site
        that `by`, an owner of this site only, cannot lower."""

        def change(user: User) -> User:
            _check_member(user, site)
            rest = _without(user.sites, site.id)
            if user.role and by.role == "owner":
                return replace(user, role=role, sites=rest)
            if RANK[role] < RANK[user.role]:
                raise _everywhere(user)
            return replace(user, sites=(*rest, SiteRole(site.id, role)))

        changed = self._change(name, change, by.name)
        assert changed is not None  # a role was given, so the user stays
        return Member(name, role, RANK[changed.role] >= RANK[role])

    def remove(self, site: Site, name: str, by: Person) -> None:
        """Take every role on a site from a member; whoever has no other role is deleted, which signs them out.
        Errors as in `set_role`."""

        def change(user: User) -> User | None:
            _check_member(user, site)
            if user.role and by.role != "owner":
                raise _everywhere(user)
            return _kept(replace(user, role="", sites=_without(user.sites, site.id)))

        self._change(name, change, by.name)

    def leave(self, site: str, name: str, heir: str = "") -> bool:
        """Give up the role on a site, or on every site (""). `heir`, a member of the site, becomes an owner first.
        Returns whether the person still has a role somewhere."""

        def promote(user: User) -> User:
            if site and not role_on(user, site):
                raise missing("person", user.id)
            return _promoted(user, site)

        def change(user: User) -> User | None:
            if not site:
                return _kept(replace(user, role=""))
            if not any(one.site == site for one in user.sites):
                raise missing("site", site)
            return _kept(replace(user, sites=_without(user.sites, site)))

        if heir and heir != name:
            self._change(heir, promote, name)
        return self._change(name, change, name) is not None

    def set_roles(self, name: str, role: OverallRole, sites: SiteRoles, by: str) -> User:
        """Replace all roles of a user."""
        changed = self._change(name, lambda user: replace(user, role=role, sites=sites), by)
        assert changed is not None  # the user stays, if with no role
        return changed

    def delete(self, name: str, by: str) -> None:
        """Delete a user, which signs them out."""
        self._change(name, lambda user: None, by)

    def raise_role(self, name: str, site: str, role: Role) -> None:
        """Give a user at least this role on a site, in their own name; a higher one stays."""

        def change(user: User) -> User:
            if RANK[role_on(user, site)] >= RANK[role]:
                return user
            return replace(user, sites=(*_without(user.sites, site), SiteRole(site, role)))

        self._change(name, change, name)

    def _change(self, name: str, change: Change, by: str) -> User | None:
        with self._changing:
            users = self._definitions.find(User)
            before = next((one for one in users if one.id == name), None)
            if before is None:
                raise missing("person", name)
            after = change(before)
            _check_owners(before, after, users)
            stored = self._write(before, after, by)
            try:
                _check_owners(before, after, self._definitions.find(User))
            except Problem:
                self._definitions.put(replace(before, version=stored.version if stored else 0), by)
                raise
            return stored

    def _write(self, before: User, after: User | None, by: str) -> User | None:
        if after is None:
            self._definitions.delete(before, by)
            self._sessions.end_all(before.id, by)
            return None
        return self._definitions.put(after, by) if after != before else before


def _check_owners(before: User, after: User | None, users: Iterable[User]) -> None:
    """Problem 409 if a place has no owner once `before` is `after`."""
    rest = [user for user in users if user.id != before.id] + ([after] if after else [])
    if before.role == "owner" and not any(user.role == "owner" for user in rest):
        raise _last_owner("This Parcours needs an owner", before.id)
    for one in before.sites:
        if one.role == "owner" and not any(role_on(user, one.site) == "owner" for user in rest):
            raise _last_owner("A site needs an owner", before.id)


def _last_owner(words: str, name: str) -> Problem:
    return Problem(409, "last_owner", f"{words}, and {name!r} is the only one.", "Make somebody else an owner first.")


def _everywhere(user: User) -> Problem:
    hint = "An owner of this Parcours can change it."
    return Problem(403, "role_everywhere", f"{user.id!r} is {user.role} on every site.", hint)


def _check_member(user: User, site: Site) -> None:
    if not role_on(user, site.id):
        raise missing("person", user.id)


def _promoted(user: User, site: str) -> User:
    if not site:
        return replace(user, role="owner")
    return replace(user, sites=(*_without(user.sites, site), SiteRole(site, "owner")))


def _without(sites: SiteRoles, site: str) -> SiteRoles:
    return tuple(one for one in sites if one.site != site)


def _kept(user: User) -> User | None:
    """The user; None if they have no role left."""
    return user if user.role or user.sites else None
