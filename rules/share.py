"""The rules of a read-only link: when it ends, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from rules.faults import Fault, Faults, accepted, fault
from rules.fields import day_faults, day_of
from rules.question import Question
from rules.shape import record
from rules.user import LONGEST_PASSWORD
from store.records import Day
from store.shares import Share, SharedKind, ShareName
from store.zones import Zone, now_ms

USUAL_DAYS, MOST_DAYS = 30, 365  # until a link ends
UNDO_SECONDS = 10  # how long a revocation can be taken back
UNDO_GRACE_SECONDS = 5  # until a press of the button has arrived
SHOWN_DAYS = 30  # how long a revoked link is listed
DAY_MS = 86_400_000

LinkPassword = Annotated[str, Meta(max_length=LONGEST_PASSWORD, extra={"strip": False})]  # shortest: rules/user.py


class ShareRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new link. `days`: the days of the question as dates, or always the last 28."""

    name: ShareName = ""
    days: Literal["fixed", "last"] = "fixed"
    ends: Day = ""  # "": after USUAL_DAYS
    password: LinkPassword = ""
    elements: bool = True


@dataclass(frozen=True)
class SharedThing:
    """What a link shows: a question, and how it is drawn. `target`: the id of a journey or report."""

    kind: SharedKind
    question: Question
    target: str = ""
    look: tuple[tuple[str, str], ...] = ()

    def query(self, today: date, *, moves: bool = False) -> dict[str, str]:
        """The parameters to store."""
        if moves:
            return self.question.query("days", "since", "until") | dict(self.look)
        return self.question.fixed(today).query() | dict(self.look)


def usual_end(today: date) -> date:
    """The end that a link has unless another one is chosen."""
    return today + timedelta(days=USUAL_DAYS)


def latest_end(today: date) -> date:
    return today + timedelta(days=MOST_DAYS)


def parse(fields: Mapping[str, object], today: date) -> ShareRequest | Faults:
    """The fields of a new link; `today` in the zone of its site."""

    def between(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from day_faults(values, "ends")
        ends = day_of(values.get("ends") or "")
        if ends and not today <= ends <= latest_end(today):
            first, last = today.isoformat(), latest_end(today).isoformat()
            yield fault("ends", "link_end", value=ends.isoformat(), first=first, last=last)

    return record(ShareRequest, fields, between, allowed=ShareRequest.__struct_fields__)


def new_share(id: str, thing: SharedThing, fields: Mapping[str, object], zone: Zone, by: str) -> Share:
    """A new link without its password. InvalidDefinition if the fields have faults."""
    today = zone.today()
    asked = accepted(parse(fields, today))
    ends = day_of(asked.ends) or usual_end(today)
    return Share(
        id=id,
        site=str(thing.question.site),
        kind=thing.kind,
        target=thing.target,
        query=thing.query(today, moves=asked.days == "last"),
        ends=ends.isoformat(),
        until=zone.midnight(ends + timedelta(days=1)),
        name=asked.name.strip(),
        elements=asked.elements,
        by=by,
        made=now_ms(),
    )


def extended(share: Share, zone: Zone) -> Share:
    """The link with USUAL_DAYS more, at most until the latest end that a new link can have today."""
    today, ends = zone.today(), date.fromisoformat(share.ends)
    later = max(ends, min(ends + timedelta(days=USUAL_DAYS), latest_end(today)))
    return replace(share, ends=later.isoformat(), until=zone.midnight(later + timedelta(days=1)))


def can_extend(share: Share, today: date, now: int) -> bool:
    """Whether the link opens and may end later than it does."""
    return works(share, now) and date.fromisoformat(share.ends) < latest_end(today)


def works(share: Share, now: int) -> bool:
    """Whether the link opens; `now` in ms since 1970."""
    return not share.revoked and now < share.until


def is_listed(share: Share, now: int) -> bool:
    """Whether the link is in lists: a link that was revoked or has ended for SHOWN_DAYS more."""
    return now < (share.revoked or share.until) + SHOWN_DAYS * DAY_MS


def can_undo(share: Share, now: int) -> bool:
    """Whether the revocation can still be taken back."""
    return bool(share.revoked) and now < share.revoked + (UNDO_SECONDS + UNDO_GRACE_SECONDS) * 1000
