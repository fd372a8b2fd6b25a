"""The revisions of a journey: who changed what and when, going back to one, and what was deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.find import NotFound, find, stored_of, usable
from rules.journey import change
from rules.journey_change import JourneyChange
from rules.journey_changes import journey_changes
from rules.journey_template import copy_fields
from store.definitions import Definitions, DeletedRecord, Revision
from store.journeys import Journey
from store.zones import DAY_MS

KEPT_DAYS = 30  # how long a deleted journey is listed, so that it can be restored
SITTING_MS = 10 * 60_000  # changes by one person with shorter breaks are listed as one


@dataclass(frozen=True)
class JourneyRevision:
    """Versions `first` to `version`, written by one person without a longer break; `time` (ms since 1970) of the last.

    `changes`: since the version before `first`. `begun`: there is none before; `deleted`, `restored`: as a whole.
    """

    version: int
    first: int
    time: int
    author: str
    changes: tuple[JourneyChange, ...] = ()
    begun: bool = False
    deleted: bool = False
    restored: bool = False


def journey_revisions(found: Sequence[Revision[Journey]], sitting_ms: int = SITTING_MS) -> tuple[JourneyRevision, ...]:
    """What each revision changed, newest first. `found`: versions, newest first; the oldest of them is compared with
    nothing unless it is version 1, so it is left out. A version that cannot be read is passed over."""
    entries: list[JourneyRevision] = []
    before: Journey | None = None
    gone = False
    for sitting in _sittings(reversed(found), sitting_ms):
        last, first = sitting[-1], sitting[0]
        readable = [one.record for one in sitting if one.record is not None]
        made = JourneyRevision(
            last.version,
            first.version,
            last.time,
            last.author,
            changes=journey_changes(before, readable[-1]) if before and readable else (),
            begun=first.version == 1,
            deleted=last.deleted,
            restored=gone and not last.deleted,
        )
        if before is not None or made.begun or made.deleted:
            entries.append(made)
        before, gone = (readable[-1] if readable else before), last.deleted
    return tuple(reversed(entries))


def _sittings(revisions: Iterable[Revision[Journey]], most_ms: int) -> list[list[Revision[Journey]]]:
    """Groups of revisions, oldest first. A first version, a deletion and what follows it stay apart."""
    groups: list[list[Revision[Journey]]] = []
    for one in revisions:
        last = groups[-1][-1] if groups else None
        together = (
            last is not None
            and one.author == last.author
            and one.time - last.time < most_ms
            and last.version > 1
            and not (one.deleted or last.deleted)
        )
        if together:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def at_version(definitions: Definitions, site: str, name: str, version: int) -> Journey:
    """A journey as it was. NotFound if there was no such version, or if it cannot be read."""
    journey = usable(find(definitions, Journey, name, site))
    found = definitions.revisions(Journey, journey.id, before=version + 1, most=1)
    record = found[0].record if found and found[0].version == version else None
    if record is None:
        raise NotFound("revision", str(version), (f"1 to {journey.version}",))
    return record


def go_back(definitions: Definitions, site: str, name: str, version: int, by: str) -> Journey:
    """Store an earlier version as a new one. InvalidDefinition if the rules reject it by now."""
    old = at_version(definitions, site, name, version)
    stored = usable(find(definitions, Journey, name, site))
    return change(definitions, stored_of(stored), site, copy_fields(old, old.name), by)


def deleted_journeys(definitions: Definitions, site: str, now_ms: int) -> list[DeletedRecord]:
    """The journeys of a site that were deleted in the last 30 days, latest first."""
    found = definitions.deleted(Journey, now_ms - KEPT_DAYS * DAY_MS)
    return [one for one in found if one.stored.fields.get("site") == site]


def restore(definitions: Definitions, site: str, id: str, now_ms: int, by: str) -> str:
    """Store a deleted journey again, as it was. NotFound if it is not among the deleted ones."""
    known = deleted_journeys(definitions, site, now_ms)
    for one in known:
        if one.stored.id == id:
            definitions.restore(Journey, one.stored, by)
            return id
    raise NotFound("journey", id, (one.stored.id for one in known))
