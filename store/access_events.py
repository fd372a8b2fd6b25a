"""What people did that leaves no other record: data that were exported, sign-ins that failed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from store.records import Record

AccessEventKind = Literal["failed_sign_in", "export"]


class AccessEvent(Record, frozen=True, kw_only=True):
    """`id` is random, or names what is counted together. `about`: the account, "" for a name that nobody has; of an
    export the table and the format. `at`: ms since 1970, of the last one."""

    what: AccessEventKind
    at: int
    site: str = ""
    about: Annotated[str, Meta(max_length=120)] = ""
    times: Annotated[int, Meta(ge=1)] = 1
