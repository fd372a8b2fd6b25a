"""Alerts of a site: when they are sent, what was over its level when it was last looked at, and its webhook."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from store.records import Record

AlertShare = Annotated[float, Meta(gt=0, le=1)]
AlertVisitors = Annotated[int, Meta(ge=10, le=1_000_000)]
AlertHours = Annotated[int, Meta(ge=1, le=720)]
WebhookAddress = Annotated[str, Meta(min_length=1, max_length=2048)]


class AlertLevels(Record, frozen=True, kw_only=True):
    """The levels of a site; `id` is the site's. `hurt`: the share of those who press an element whose clicks do nothing
    or who press it again and again, of at least `least` such visitors. `quiet_hours`: without a view."""

    site: str
    hurt: AlertShare = 0.5
    least: AlertVisitors = 50
    quiet_hours: AlertHours = 6
    experiments: bool = True  # that have reached their planned size
    pictures: bool = True  # that have become outdated


class AlertState(Record, frozen=True, kw_only=True):
    """Whether one thing was over its level; `times`: how often it went over it."""

    site: str
    key: str
    over: bool = False
    times: Annotated[int, Meta(ge=0)] = 0


class Webhook(Record, frozen=True, kw_only=True):
    """Where a site's alerts and digests are posted; `id` is the site's. `sealed`: the secret, encrypted. `since`: when
    it was made, ms since 1970."""

    site: str
    url: WebhookAddress
    sealed: str
    allow_private: bool = False
    since: int = 0
