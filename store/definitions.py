"""What people define (sites, experiments, journeys, users), as versioned JSON.

Writing is compare-and-set: version n + 1 is inserted under the token `kind/id/n+1`, which the
engine accepts once, from whichever process; reading back shows which writer won. Every version is kept.

Limits are enforced when a record is written, not when it is read: `get`, `find` and `history` return what
an earlier version stored although today's limits reject it, and skip only what has another structure.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from store.access_events import AccessEvent
from store.alerts import AlertLevels, AlertState, Webhook
from store.client import Store, StoreAway, StoreError
from store.invitations import SiteInvitation
from store.journeys import Journey
from store.lenient import Unbuildable, build
from store.offsite import OffsiteBatch, OffsiteReport
from store.outbox import OutboxMessage, SentMessage
from store.page_groups import DeclinedGroups, PageGroup
from store.page_zones import PageZone
from store.records import (
    Erasure,
    Experiment,
    PageState,
    Record,
    Secret,
    SignInRecipe,
    Site,
    Spent,
    Token,
    TokenUse,
    User,
)
from store.remarks import Remark
from store.reports import Report, SavedMap
from store.segments import Goal, Segment
from store.sessions import SessionRecord
from store.shares import Share, ShareUse
from store.subscriptions import Subscription
from store.surveys import Survey, SurveyTheme
from store.two_factor import SignInPolicy, TwoFactor

log = logging.getLogger("parcours.store")

R = TypeVar("R", bound=Record)
SETTLE = 5.0  # s: how long a replica may take to show a row written to another
KINDS: dict[str, type[Record]] = {
    "site": Site,
    "experiment": Experiment,
    "goal": Goal,
    "journey": Journey,
    "state": PageState,
    "group": PageGroup,
    "declined_groups": DeclinedGroups,
    "segment": Segment,
    "zone": PageZone,
    "note": Remark,
    "sign_in": SignInRecipe,
    "user": User,
    "invitation": SiteInvitation,
    "token": Token,
    "two_factor": TwoFactor,
    "sign_in_policy": SignInPolicy,
    "secret": Secret,
    "spent": Spent,
    "erasure": Erasure,
    "offsite": OffsiteBatch,
    "offsite_report": OffsiteReport,
    "outbox": OutboxMessage,
    "sent": SentMessage,
    "subscription": Subscription,
    "alert_levels": AlertLevels,
    "alert": AlertState,
    "webhook": Webhook,
    "share": Share,
    "share_use": ShareUse,
    "access_event": AccessEvent,
    "session": SessionRecord,
    "token_use": TokenUse,
    "survey": Survey,
    "survey_theme": SurveyTheme,
    "saved_map": SavedMap,
    "report": Report,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_NEWEST = """
SELECT id, max(version) AS newest, argMax(deleted, version) AS gone, argMax(json, version) AS body
FROM definitions WHERE kind = {kind:String} GROUP BY id HAVING NOT gone ORDER BY id
"""


class Conflict(StoreError):
    """Somebody else wrote the record since it was read; the message says who and when."""


class Missing(StoreError):
    """There is no such record."""


class InvalidRecord(StoreError):
    """A value of the record is outside the limits of its type, so it is not written."""


class UnreadableRecord(Missing):
    """There is a record, but what is stored of it has another structure than its kind."""


@dataclass(frozen=True)
class Stored:
    """A record as it is stored: the plain JSON values of its newest version, whatever their structure."""

    id: str
    version: int
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Revision(Generic[R]):
    """A version as it was written: when (ms since 1970) and by whom. `record`: None for a deletion, and for a version
    that cannot be built."""

    version: int
    time: int
    author: str
    deleted: bool
    record: R | None


@dataclass(frozen=True)
class DeletedRecord:
    """What was deleted: its last values, when (ms since 1970) and by whom."""

    stored: Stored
    time: int
    author: str


class Definitions:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._reported: set[tuple[str, str, int]] = set()  # skipped records that the log names already

    def get(self, kind: type[R], id: str) -> R:
        """The newest version. Missing when there is none or it was deleted, UnreadableRecord if it cannot be built."""
        found = self._last(_NAMES[kind], id)
        if not found or found["deleted"]:
            raise Missing(f"There is no {_NAMES[kind]} {id!r}")
        try:
            return _record(kind, id, found["json"], found["version"])
        except Unbuildable as error:
            raise UnreadableRecord(f"The stored {_NAMES[kind]} {id!r} cannot be read: {error}") from None

    def find(self, kind: type[R], **equal: object) -> list[R]:
        """The newest version of each that is not deleted and has these fields, by id (numbers as numbers)."""
        rows = self.store.rows(_NEWEST, kind=_NAMES[kind])
        records = [r for row in rows if (r := self._record_or_none(kind, row["id"], row["body"], row["newest"]))]
        matching = [r for r in records if all(getattr(r, name) == value for name, value in equal.items())]
        return sorted(matching, key=lambda r: _in_order(r.id))

    def stored(self, kind: type[Record]) -> list[Stored]:
        """The newest version of each that is not deleted as plain values, by id; what `find` skips too."""
        rows = self.store.rows(_NEWEST, kind=_NAMES[kind])
        found = [Stored(row["id"], row["newest"], _plain(row["body"])) for row in rows]
        return sorted(found, key=lambda one: _in_order(one.id))

    def put(self, record: R, by: str = "") -> R:
        """Write the version after `record.version`, which must be the stored one (0: none yet).

        `by` is who writes, for the message to whoever comes too late. Returns the record as
        stored. Conflict when another version is stored, InvalidRecord when a value is outside its limits.
        """
        kind = _NAMES[type(record)]
        try:
            msgspec.convert(msgspec.to_builtins(record), type(record))
        except msgspec.ValidationError as error:
            raise InvalidRecord(f"This {kind} cannot be stored: {error}") from error
        plain = Stored(record.id, record.version, msgspec.to_builtins(record))
        return msgspec.structs.replace(record, version=self._write(kind, plain, by, deleted=False))

    def delete(self, record: Record, by: str = "") -> None:
        """Hide the record; its versions stay in `history`. Conflict as in `put`."""
        self.delete_stored(type(record), Stored(record.id, record.version, msgspec.to_builtins(record)), by)

    def delete_stored(self, kind: type[Record], stored: Stored, by: str = "") -> None:
        """Hide what is stored, even if it cannot be built. Conflict as in `put`."""
        self._write(_NAMES[kind], stored, by, deleted=True)

    def history(self, kind: type[R], id: str) -> list[R]:
        """Every version that was written, newest first; a deletion is left out."""
        return [one.record for one in self.revisions(kind, id) if one.record is not None]

    def revisions(self, kind: type[R], id: str, before: int = 0, most: int = 1_000_000) -> list[Revision[R]]:
        """The versions that were written, with author and time, newest first: at most `most`, of those below the
        version `before` if it is given."""
        rows = self.store.rows(
            "SELECT version, toUnixTimestamp64Milli(time) AS ms, author, deleted, json FROM definitions "
            "WHERE kind = {kind:String} AND id = {id:String} AND ({before:UInt32} = 0 OR version < {before:UInt32}) "
            "ORDER BY version DESC LIMIT {most:UInt32}",
            kind=_NAMES[kind],
            id=id,
            before=before,
            most=most,
        )
        return [self._revision(kind, id, row) for row in rows]

    def _revision(self, kind: type[R], id: str, row: Mapping[str, Any]) -> Revision[R]:
        gone = bool(row["deleted"])
        record = None if gone else self._record_or_none(kind, id, row["json"], row["version"])
        return Revision(row["version"], row["ms"], row["author"], gone, record)

    def deleted(self, kind: type[Record], since: int) -> list[DeletedRecord]:
        """What was deleted since a time (ms since 1970) and is not stored again, latest first; nothing erased."""
        rows = self.store.rows(
            "SELECT id, max(version) AS newest, argMax(deleted, version) AS gone, argMax(json, version) AS body, "
            "argMax(toUnixTimestamp64Milli(time), version) AS ms, argMax(author, version) AS who "
            "FROM definitions WHERE kind = {kind:String} GROUP BY id "
            "HAVING gone AND ms >= {since:Int64} AND body != '{}' ORDER BY ms DESC, id",
            kind=_NAMES[kind],
            since=since,
        )
        return [DeletedRecord(Stored(row["id"], row["newest"], _plain(row["body"])), row["ms"], row["who"])
                for row in rows]  # fmt: skip

    def restore(self, kind: type[Record], deleted: Stored, by: str = "") -> int:
        """Store again what was deleted, as it was; returns its version. Conflict as in `put`."""
        return self._write(_NAMES[kind], deleted, by, deleted=False)

    def blank(self, kinds: Sequence[type[Record]], site: str, by: str = "") -> list[str]:
        """Hide every record of these kinds that is or was about a site, with an empty last version.

        Returns `kind/id` of each, for the erasure of the earlier versions. The last one stays, so that neither the
        number of a site nor the token of a version is used twice.
        """
        rows = self.store.rows(
            "SELECT kind, id, max(version) AS newest, argMax(json, version) AS body FROM definitions "
            "WHERE kind IN {kinds:Array(String)} GROUP BY kind, id "
            "HAVING countIf(JSONExtractString(json, 'site') = {site:String}) > 0 "
            "OR (kind = 'site' AND id = {site:String})",
            kinds=[_NAMES[kind] for kind in kinds],
            site=site,
        )
        for row in rows:
            if row["body"] != "{}":
                self._write(row["kind"], Stored(row["id"], row["newest"], {}), by, deleted=True)
        return [f"{row['kind']}/{row['id']}" for row in rows]

    def ids(self, kind: type[Record]) -> list[str]:
        """Every id that was ever used, deleted ones included."""
        sql = "SELECT DISTINCT id FROM definitions WHERE kind = {kind:String}"
        return [row["id"] for row in self.store.rows(sql, kind=_NAMES[kind])]

    def _record_or_none(self, kind: type[R], id: str, text: str, version: int) -> R | None:
        """The record; None when it cannot be built, which the log says once."""
        try:
            return _record(kind, id, text, version)
        except Unbuildable as error:
            name = _NAMES[kind]
            if (name, id, version) not in self._reported:
                self._reported.add((name, id, version))
                log.warning("skipped the stored %s %r, version %s: %s", name, id, version, error)
            return None

    def _last(self, kind: str, id: str) -> dict[str, Any] | None:
        rows = self.store.rows(
            "SELECT version, time, author, deleted, json FROM definitions "
            "WHERE kind = {kind:String} AND id = {id:String} ORDER BY version DESC LIMIT 1",
            kind=kind,
            id=id,
        )
        return rows[0] if rows else None

    def _write(self, kind: str, record: Stored, by: str, *, deleted: bool) -> int:
        last = self._last(kind, record.id)
        newest = last["version"] if last else 0
        if record.version != newest and not (last and last["deleted"] and record.version == 0 and not deleted):
            raise _lost(kind, record, last)
        version, nonce = newest + 1, uuid.uuid4().hex
        row: dict[str, list[Any]] = {
            "kind": [kind],
            "id": [record.id],
            "version": [version],
            "time": [int(time.time() * 1000)],
            "author": [by],
            "deleted": [int(deleted)],
            "json": [msgspec.json.encode(record.fields).decode()],
            "nonce": [nonce],
        }
        self.store.insert("definitions", row, token=f"{kind}/{record.id}/{version}")
        won = self._at(kind, record.id, version)
        if won["nonce"] != nonce:
            raise _lost(kind, record, won)
        return int(version)

    def _at(self, kind: str, id: str, version: int) -> dict[str, Any]:
        """The row of a version that was written just now."""
        deadline = time.monotonic() + SETTLE
        while True:
            rows = self.store.rows(
                "SELECT version, time, author, nonce FROM definitions "
                "WHERE kind = {kind:String} AND id = {id:String} AND version = {version:UInt32}",
                kind=kind,
                id=id,
                version=version,
            )
            if rows:
                return rows[0]
            # Only on a cluster: the replica that we query has not fetched the row yet.
            if time.monotonic() > deadline:
                raise StoreAway(f"The {kind} {id!r} was sent to {self.store.location} but cannot be read there yet")
            time.sleep(0.05)


def _record(kind: type[R], id: str, text: str, version: int) -> R:
    return build(kind, {**_plain(text), "id": id, "version": version})


def _plain(text: str) -> dict[str, Any]:
    try:
        plain = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return plain if isinstance(plain, dict) else {}


def _in_order(id: str) -> tuple[int, str]:
    return (len(id), id) if id.isdigit() else (0, id)


def _lost(kind: str, record: Stored, winner: dict[str, Any] | None) -> Conflict:
    if not winner:
        return Conflict(f"The {kind} {record.id!r} has no version {record.version}: it was never written")
    when = datetime.fromtimestamp(winner["time"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Conflict(
        f"The {kind} {record.id!r} was changed by {winner['author'] or 'someone else'}: "
        f"version {winner['version']} at {when}, and this change "
        f"began from version {record.version}. Load it again and repeat the change."
    )
