"""The rules of an invitation: the role it gives, whom it is for, and how long it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from rules.faults import Faults
from rules.shape import record
from store.invitations import InvitationName
from store.records import Role

USUAL_DAYS = 7
MOST_DAYS = 30


class InvitationRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new invitation."""

    role: Role = "viewer"
    name: InvitationName = ""
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = USUAL_DAYS


def parse(fields: Mapping[str, object]) -> InvitationRequest | Faults:
    """A new invitation."""
    return record(InvitationRequest, fields, allowed=InvitationRequest.__struct_fields__)
