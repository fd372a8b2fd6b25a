"""Invitations to a site: links that work once. Only the SHA-256 of a link's secret is stored."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from store.records import Record, Role

InvitationState = Literal["open", "used", "withdrawn"]
InvitationName = Annotated[str, Meta(max_length=80)]


class SiteInvitation(Record, frozen=True, kw_only=True):
    """`id` is the SHA-256 of the link's secret, in hex. Times are in ms since 1970."""

    site: str
    role: Role
    made: int
    ends: int
    name: InvitationName = ""  # whom it is for
    mail: Annotated[str, Meta(max_length=254)] = ""  # where its link was sent; "": it was not
    by: str = ""  # who made it
    state: InvitationState = "open"
    used_by: str = ""  # the sign-in name of whoever accepted it
    changed: int = 0  # when it was used or withdrawn

    def is_open(self, now: int) -> bool:
        """Whether it can still be accepted at `now`, ms since 1970."""
        return self.state == "open" and now < self.ends
