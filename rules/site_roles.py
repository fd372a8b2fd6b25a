"""The roles on single sites of a user or token, as programs write them: `{"1": "editor"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from rules.faults import Fault, Faults, InvalidDefinition, fault
from rules.find import NotFound, site_of
from rules.shape import record
from store.definitions import Definitions
from store.records import Role, SiteRole, SiteRoles

RolesBySite = Annotated[dict[str, Role], Meta(max_length=1_000)]


class RoleRequest(Struct, frozen=True):
    role: Role


def parse_role(fields: Mapping[str, object]) -> Role | Faults:
    """The role of a change."""
    made = record(RoleRequest, fields, allowed=("role",))
    return made if isinstance(made, Faults) else made.role


def resolved(definitions: Definitions, wanted: Mapping[str, Role]) -> SiteRoles:
    """The roles with the ids of the sites, which may be named. InvalidDefinition for a site that does not exist, and
    for one that is named twice."""
    found: dict[str, SiteRole] = {}
    faults: list[Fault] = []
    for name, role in wanted.items():
        try:
            site = site_of(definitions, name)
        except NotFound:
            faults.append(fault(f"sites.{name}", "no_site", value=name))
            continue
        if site.id in found:
            faults.append(fault(f"sites.{name}", "site_twice", value=name))
        found[site.id] = SiteRole(site.id, role)
    if faults:
        raise InvalidDefinition(Faults(tuple(faults)))
    return tuple(found.values())


def plain_roles(sites: SiteRoles) -> dict[str, Role]:
    """The roles as programs read them."""
    return {one.site: one.role for one in sites}
