"""Read-only links: what each of them shows, and how often it was opened (docs/sharing.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from store.records import Day, Record

SharedKind = Literal["map", "comparison", "journey", "report"]
ShareName = Annotated[str, Meta(max_length=120)]
QueryText = Annotated[str, Meta(max_length=8192)]


class Share(Record, frozen=True, kw_only=True):
    """A link for readers without an account. `id` is the SHA-256 of its secret, which is stored nowhere.

    `query`: the parameters of the question that it shows (`rules.question.Question.query`), and of how it is drawn.
    `target`: the id of the journey or report. `until`, `made`, `revoked`: ms since 1970; `revoked` 0: it is not.
    `ends`: the last day on which it works, in the zone of the site.
    """

    site: str
    kind: SharedKind
    query: dict[str, QueryText]
    ends: Day
    until: int
    target: Annotated[str, Meta(max_length=64)] = ""
    name: ShareName = ""  # for whom it is; readers do not see it
    elements: bool = True  # whether readers see the table of elements
    password: str = ""  # argon2 hash; "" = opens without one
    by: str = ""
    made: int = 0
    revoked: int = 0

    @property
    def moves(self) -> bool:
        """Whether it always shows the days up to today."""
        return "since" not in self.query


class ShareUse(Record, frozen=True, kw_only=True):
    """How often a link was opened, and the last day: never by whom. `id` is that of the link."""

    site: str
    opened: Annotated[int, Meta(ge=0)] = 0
    last: Day = ""
