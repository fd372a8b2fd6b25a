"""The rules of a user: sign-in name, password, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from msgspec import Meta, Struct

from rules.faults import Fault, Faults, fault
from rules.shape import record
from rules.site_roles import RolesBySite
from store.records import OverallRole, Role, SignInName

SHORTEST_PASSWORD = 10  # characters; length is what counts (NIST SP 800-63B)
LONGEST_PASSWORD = 256  # characters: the client must not choose how long hashing takes
Password = Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, extra={"strip": False})]


class UserRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new user; only the hash of the password is stored. `role`: on every site, "" for none; if it is
    not given, nothing where there are `sites`, else viewer."""

    name: SignInName
    password: Password
    role: OverallRole | None = None
    sites: RolesBySite = {}

    @property
    def overall(self) -> OverallRole:
        return overall_role(self.role, self.sites)


class RolesRequest(Struct, frozen=True, kw_only=True):
    """The new roles of a user. `role` as in a new user."""

    role: OverallRole | None = None
    sites: RolesBySite = {}

    @property
    def overall(self) -> OverallRole:
        return overall_role(self.role, self.sites)


class PasswordRequest(Struct, frozen=True):
    password: Password


def parse(fields: Mapping[str, object]) -> UserRequest | Faults:
    """A new user. Whether the name is taken is only checked when the user is stored."""
    return record(UserRequest, fields, has_some_role, allowed=UserRequest.__struct_fields__)


def has_some_role(values: Mapping[str, Any]) -> Iterator[Fault]:
    """A fault if there is neither a role on every site nor one on a single site."""
    if values.get("role") == "" and not values.get("sites"):
        yield fault("role", "choice", value="", allowed=", ".join(get_args(Role)))


def overall_role(given: OverallRole | None, sites: Mapping[str, object]) -> OverallRole:
    """The role on every site of whoever was given this one and these roles on single sites."""
    if given is not None:
        return given
    return "" if sites else "viewer"


def parse_roles(fields: Mapping[str, object]) -> RolesRequest | Faults:
    """The new roles of a user."""
    return record(RolesRequest, fields, allowed=RolesRequest.__struct_fields__)


def parse_password(password: object) -> str | Faults:
    """A new password; its faults name the field `password`."""
    made = record(PasswordRequest, {"password": password}, allowed=("password",))
    return made if isinstance(made, Faults) else made.password
