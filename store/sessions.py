"""Where people are signed in: one record for each browser. The address it came from is not stored."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from store.client import Store
from store.records import Record

AgentName = Annotated[str, Meta(max_length=60)]


class SessionRecord(Record, frozen=True, kw_only=True):
    """`id` is the SHA-256 of the nonce in the browser's cookie. Times are in ms since 1970.

    `last`: of the last request, up to a quarter of an hour before. `browser` and `system`: as the User-Agent header
    names them; "" for one that is not known.
    """

    user: str
    started: int
    last: int
    browser: AgentName = ""
    system: AgentName = ""


def last_uses(store: Store) -> dict[str, int]:
    """When each person's sessions, ended ones included, were used last: ms since 1970, by sign-in name."""
    rows = store.rows(
        "SELECT JSONExtractString(json, 'user') AS user, max(JSONExtractInt(json, 'last')) AS last FROM definitions "
        "WHERE kind = 'session' GROUP BY user"
    )
    return {row["user"]: int(row["last"]) for row in rows}
