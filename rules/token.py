"""The rules of an API token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from rules.faults import Faults
from rules.shape import record
from rules.site_roles import RolesBySite
from rules.user import has_some_role, overall_role
from store.records import OverallRole, TokenName

OFFERED_DAYS = (30, 90, 365, 0)  # until a token ends, on the page; 0: it does not
USUAL_DAYS = 90
MOST_DAYS = 3_650


class TokenRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new token; only the digest of its text is stored. `role` as in a new user. `days`: until it ends;
    0: it does not."""

    name: TokenName
    days: Annotated[int, Meta(ge=0, le=MOST_DAYS)] = 0
    role: OverallRole | None = None
    sites: RolesBySite = {}

    @property
    def overall(self) -> OverallRole:
        return overall_role(self.role, self.sites)


def parse(fields: Mapping[str, object]) -> TokenRequest | Faults:
    """A new token."""
    return record(TokenRequest, fields, has_some_role, allowed=TokenRequest.__struct_fields__)
