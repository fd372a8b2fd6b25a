"""The rules of an API token."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rules.faults import Faults
from rules.shape import record
from rules.site_roles import RolesBySite
from rules.user import has_some_role, overall_role
from store.records import OverallRole, TokenName


class TokenRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new token; only the digest of its text is stored. `role` as in a new user."""

    name: TokenName
    role: OverallRole | None = None
    sites: RolesBySite = {}

    @property
    def overall(self) -> OverallRole:
        return overall_role(self.role, self.sites)


def parse(fields: Mapping[str, object]) -> TokenRequest | Faults:
    """A new token."""
    return record(TokenRequest, fields, has_some_role, allowed=TokenRequest.__struct_fields__)
