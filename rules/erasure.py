"""The rules of what an owner asks to erase: at least a page, a source or a period of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct

from rules.faults import Fault, Faults, InvalidDefinition, fault
from rules.fields import day_faults, day_of, without_none
from rules.page import page_meant
from rules.shape import record
from store.erasure import CLOSING, RETENTION, hash_of
from store.pages import matches
from store.records import DataKind, Day, Erasure, Site
from store.zones import Zone, now_ms

FIELDS = ("page", "since", "until", "source")
KINDS: tuple[DataKind, ...] = ("views", "points", "events", "pictures")
MOST_PAGES = 5_000  # that a pattern may mean


class ErasureRequest(Struct, frozen=True):
    """What to erase. The days are those of the site's zone, both included; "" for no end."""

    page: Annotated[str, Meta(max_length=2048)] = ""
    since: Day = ""
    until: Day = ""
    source: Annotated[str, Meta(max_length=200)] = ""


def parse(fields: Mapping[str, object]) -> ErasureRequest | Faults:
    """The request of a form or a JSON body."""
    given = without_none(fields, *FIELDS)

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from _between(values)
        if not any(given.get(name) for name in FIELDS):
            yield fault("page", "erases_nothing")

    return record(ErasureRequest, given, rules, allowed=FIELDS)


def _between(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from day_faults(values, "since", "until")
    since, until = day_of(values.get("since", "")), day_of(values.get("until", ""))
    if since and until and until < since:
        yield fault("since", "swapped", since=str(since), until=str(until))


def erasure_of(site: Site, asked: ErasureRequest, known: Sequence[str], now: int) -> Erasure:
    """What a request means for a site, as it is stored. `known`: its pages. InvalidDefinition if none is meant."""
    zone, since, until = site.zone, day_of(asked.since), day_of(asked.until)
    end = min(now, zone.midnight(until + timedelta(days=1))) if until else now
    return Erasure(
        id="",
        site=site.id,
        asked=now,
        since=zone.midnight(since) if since else 0,
        until=dict.fromkeys(KINDS, end),
        pages=tuple(hash_of(page) for page in _pages(site, asked.page, known)) if asked.page else (),
        sender=hash_of(asked.source),
    )


def site_erasure(site: str, now: int) -> Erasure:
    """Everything that a site stored, and everything that is defined for it."""
    return Erasure(id="", site=site, asked=now, until=dict.fromkeys(KINDS, 0), whole_site=True)


def visitor_erasure(site: Site, visitor: int, now: int) -> Erasure:
    """Everything that is stored of a visitor."""
    return Erasure(id="", site=site.id, asked=now, until=dict.fromkeys(KINDS, 0), visitor=hash_of(str(visitor)))


def retention_of(site: Site, now: int) -> Erasure | None:
    """What is older than the limits of a site; None without limits. Points and events go with their views at least."""
    days: dict[DataKind, int] = {
        "views": site.keep_views_days,
        "points": _shorter(site.keep_points_days, site.keep_views_days),
        "events": _shorter(site.keep_events_days, site.keep_views_days),
        "pictures": site.keep_pictures_days,
    }
    today = site.zone.day(now)
    until = {kind: days_before(site.zone, today, kept) for kind, kept in days.items() if kept}
    return Erasure(id=f"{RETENTION}{site.id}", site=site.id, asked=now, until=until) if until else None


def closing_of(site: Site, begin: int) -> Erasure:
    """The rows of the closed days of a site that keeps counts only: all that happened before `begin`."""
    kinds: tuple[DataKind, ...] = ("views", "points", "events")
    return Erasure(id=f"{CLOSING}{site.id}", site=site.id, asked=now_ms(), until=dict.fromkeys(kinds, begin))


def is_due(last: Erasure | None, wanted: Erasure) -> bool:
    """Whether the limits of a site erase more than the last time: a day has passed, or a limit was lowered."""
    if last is None:
        return True
    return last.state == "done" and any(end > last.until.get(kind, 0) for kind, end in wanted.until.items())


def _shorter(days: int, views: int) -> int:
    return min((kept for kept in (days, views) if kept), default=0)


def _pages(site: Site, text: str, known: Sequence[str]) -> list[str]:
    """The pages that a name, an address or a pattern means."""
    meant = page_meant(site, text, known)
    if isinstance(meant, Fault):
        raise InvalidDefinition(Faults((meant,)))
    pages = [meant] if meant in known or not any(mark in meant for mark in "*{") else []
    pages = pages or [page for page in known if matches(meant, page)]
    if not pages or len(pages) > MOST_PAGES:
        raise InvalidDefinition(Faults((fault("page", "erases_pages", value=text, n=len(pages), most=MOST_PAGES),)))
    return pages


def days_before(zone: Zone, today: date, days: int) -> int:
    """The beginning of the day that is `days` before today, in ms since 1970."""
    return zone.midnight(today - timedelta(days=days))
