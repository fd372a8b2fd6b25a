"""When a digest is due, and what somebody may ask for by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec import Struct

from rules.faults import accepted
from rules.shape import record
from store.subscriptions import Hour, MailLanguage, Subscription, Weekday
from store.zones import Zone

WEEK = 7  # days


class MailChoice(Struct, frozen=True, kw_only=True):
    """The fields of the form."""

    weekly: bool = False
    weekday: Weekday = 0
    hour: Hour = 7
    language: MailLanguage = ""
    alerts: bool = False
    mentions: bool = True


@dataclass(frozen=True)
class DigestWeek:
    """A digest that is due: `key` names its week once and for all, `since` and `until` are its days."""

    key: str
    since: date
    until: date


def parse(fields: Mapping[str, object]) -> MailChoice:
    """What somebody asks for. InvalidDefinition if it has faults."""
    return accepted(record(MailChoice, fields, allowed=MailChoice.__struct_fields__))


def due_week(wanted: Subscription, zone: Zone, now: int) -> DigestWeek | None:
    """The last digest whose hour has come (`now`: ms since 1970), however late it is; None if there is none since it
    was turned on. Weeks that were missed before the last one are not made up for.

    The key is the week (ISO 8601) of the weekday, so another weekday or hour does not send a second digest.
    """
    if not wanted.weekly:
        return None
    today = zone.day(now)
    day = today - timedelta(days=(today.weekday() - wanted.weekday) % WEEK)
    if zone.at_hour(wanted.hour, zone.midnight(day)) > now:
        day -= timedelta(days=WEEK)
    if zone.at_hour(wanted.hour, zone.midnight(day)) < wanted.since:
        return None
    return DigestWeek(iso_week(day), *week_before(day))


def iso_week(day: date) -> str:
    """`2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_before(day: date) -> tuple[date, date]:
    """The seven whole days before a day."""
    return day - timedelta(days=WEEK), day - timedelta(days=1)
