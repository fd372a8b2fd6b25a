"""Off-site files: batches of things that happened elsewhere (calls, visits to a shop), each stored and withdrawn whole.

A row of a file is a custom event without a page, sent by the batch (docs/offsite-files.md). Journeys find it by its
type and label, like any event that a program sends (aggregator/queries/contacts.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from msgspec import Struct, field

from store.client import Store
from store.erasure import erase_rows
from store.records import Record
from store.zones import DAY_MS, day_numbered

SENDER = "off-site file "  # before the id of a batch, as the sender of its rows
TOUCHPOINT = "touchpoint/"  # before a label, as the page of a row
COARSE = 1  # of the flags of a custom event: only its day is known, and its time is noon
BatchState = Literal["reading", "stored", "failed", "withdrawing", "withdrawn"]
_OF_FILES = f"kind = 'custom' AND (page = '' OR startsWith(page, '{TOUCHPOINT}'))"  # narrows the search by the key


class RejectedLine(Struct, frozen=True):
    """A line that was not stored: the column, and a fault of rules/faults.py with its values."""

    line: int
    column: str
    code: str
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str | int]:
        return {**self.words, **self.numbers}


class RejectedKind(Struct, frozen=True):
    """How many lines were rejected for one reason, and the first of them."""

    column: str
    code: str
    lines: int
    first: int


class OffsiteBatch(Record, frozen=True, kw_only=True):
    """One file that was sent. `lines` = `header` + `blank` + `stored` + `rejected`.

    `id`: the beginning of the digest, and how often the file was sent before. Times are ms since 1970.
    """

    site: str
    name: str
    digest: str  # SHA-256 of its bytes, hex
    at: int
    by: str = ""
    server: str = ""  # the process that reads it
    state: BatchState = "reading"
    changed: int = 0
    bytes: int = 0
    encoding: str = ""
    separator: str = ""
    ignored: tuple[str, ...] = ()  # columns that are not read
    lines: int = 0
    header: int = 0
    blank: int = 0
    stored: int = 0
    rejected: int = 0
    coarse: int = 0  # of the stored rows: only their day is known
    since: int = 0  # of the stored rows: the earliest time
    until: int = 0
    withdrawn_by: str = ""
    problem: str = ""  # why it failed

    @property
    def sender(self) -> str:
        return SENDER + self.id


class OffsiteReport(Record, frozen=True, kw_only=True):
    """The lines of a batch that were rejected: the first ones, and all by reason. `id` is that of the batch."""

    site: str
    first: tuple[RejectedLine, ...] = ()
    kinds: tuple[RejectedKind, ...] = ()


class OffsiteRow(NamedTuple):
    """A line of a file. `view`: a hash of its content, so that journeys count the same row of two files once."""

    ms: int
    visitor: int
    type: str
    value: float | None
    label: str
    coarse: bool
    view: int


@dataclass(frozen=True)
class KeyMatch:
    """How many keys the stored rows of a batch have, and how many of them are known on the web."""

    keys: int = 0
    known: int = 0

    @property
    def share(self) -> float | None:
        return self.known / self.keys if self.keys else None


def insert_offsite(
    store: Store, batch: OffsiteBatch, rows: Sequence[OffsiteRow], team: frozenset[int], number: int
) -> None:
    """Store the rows; `number` counts the inserts of a batch. `team`: visitors who are not counted."""
    n = len(rows)
    store.insert(
        "events",
        {
            "site": [int(batch.site)] * n,
            "page": [TOUCHPOINT + row.label if row.label else "" for row in rows],
            "kind": ["custom"] * n,
            "day": [day_numbered(row.ms // DAY_MS) for row in rows],
            "time": [row.ms for row in rows],
            "view": [row.view for row in rows],
            "visitor": [row.visitor for row in rows],
            "name": [row.type for row in rows],
            "value": [row.value for row in rows],
            "excluded": [int(row.visitor in team) for row in rows],
            "flags": [COARSE if row.coarse else 0 for row in rows],
            "sender": [batch.sender] * n,
        },
        token=f"{batch.sender}/{number}",
    )


def erase_offsite(store: Store, batch: OffsiteBatch) -> int:
    """Erase the rows of a batch; returns how many there were. They are in no answer any more when this returns."""
    where = f"site = {{site:UInt32}} AND {_OF_FILES} AND sender = {{sender:String}}"
    values = {"site": int(batch.site), "sender": batch.sender}
    rows = int(store.rows(f"SELECT count() AS n FROM events WHERE {where}", **values)[0]["n"])
    if rows:
        erase_rows(store, "events", f"WHERE {where}", **values)
    return rows


def key_matches(store: Store, site: int) -> Mapping[str, KeyMatch]:
    """Sender → the keys of its rows, and those that are visitors with a view on the site (bots and the team are not).

    Counted when it is asked: a customer may come to the site after the file did.
    """
    rows = f"FROM events WHERE site = {{site:UInt32}} AND {_OF_FILES} AND startsWith(sender, {{files:String}})"
    known = (
        "SELECT visitor FROM touches WHERE site = {site:UInt32} AND bot = '' AND excluded = 0 "
        f"AND visitor GLOBAL IN (SELECT visitor {rows})"
    )
    found = store.rows(
        f"SELECT toString(sender) AS batch, uniqExact(visitor) AS keys, "
        f"uniqExactIf(visitor, visitor GLOBAL IN ({known})) AS known_keys {rows} GROUP BY batch",
        site=site,
        files=SENDER,
    )
    return {row["batch"]: KeyMatch(int(row["keys"]), int(row["known_keys"])) for row in found}
