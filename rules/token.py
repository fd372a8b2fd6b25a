"""The rules of an API token."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rules.faults import Faults
from rules.shape import record
from store.records import Role, TokenName


class TokenRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new token; only the digest of its text is stored."""

    name: TokenName
    role: Role = "viewer"


def parse(fields: Mapping[str, object]) -> TokenRequest | Faults:
    """A new token."""
    return record(TokenRequest, fields, allowed=TokenRequest.__struct_fields__)
