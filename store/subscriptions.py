"""Which mails about a site somebody asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from store.records import Record, SignInName

MailLanguage = Literal["", "en", "fr"]
Weekday = Annotated[int, Meta(ge=0, le=6)]  # 0: Monday
Hour = Annotated[int, Meta(ge=0, le=23)]


class Subscription(Record, frozen=True, kw_only=True):
    """What one person gets by mail about one site. `id`: `subscription_id`.

    `weekday`, `hour`: when the weekly digest is sent, in the zone of the site. `language`: "" for that of the person.
    `since`: when the digest was turned on, ms since 1970: no earlier one is sent.
    """

    site: str
    user: SignInName
    weekly: bool = False
    weekday: Weekday = 0
    hour: Hour = 7
    language: MailLanguage = ""
    alerts: bool = False
    mentions: bool = True  # in notes
    since: int = 0


def subscription_id(site: str, user: str) -> str:
    return f"{site}/{user}"
