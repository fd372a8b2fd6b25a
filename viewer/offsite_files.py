"""Off-site files: checks a file that was sent, stores its rows in the background, and withdraws them.

Nothing of a batch is left if it fails or the process ends before all of it is stored: its rows are erased, and the
batch says so.
"""

from __future__ import annotations

import itertools
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from msgspec.structs import replace

from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.offsite import Columns, LineContext, columns_of
from rules.offsite_reading import LineAccount, rows_of
from rules.offsite_text import FileEncoding, FileText, examined, lines_of
from store.client import Store
from store.definitions import Conflict, Definitions, Missing
from store.errors import StoreError
from store.offsite import (
    BatchState,
    KeyMatch,
    OffsiteBatch,
    OffsiteReport,
    erase_offsite,
    insert_offsite,
    key_matches,
)
from store.records import Site
from store.visitors import owners_secret, staff_numbers
from store.worker import Worker
from store.zones import now_ms

log = logging.getLogger("parcours.viewer.offsite")
ROWS_AT_ONCE = 50_000
HEAD_LINES = 50  # among which the columns are named
ABANDONED_MS = 3_600_000  # after which another process takes a batch for abandoned
STOP_SECONDS = 5.0
_COPIED = 1 << 20  # bytes at a time


@dataclass(frozen=True)
class OffsiteUpload:
    """`raw` is read from its beginning and stays the sender's to close. `by`: who sent it."""

    raw: IO[bytes]
    name: str
    encoding: FileEncoding = ""
    by: str = ""


@dataclass(frozen=True)
class FileProgress:
    """Bytes read, of how many."""

    done: int
    of: int


@dataclass(frozen=True)
class _Reading:
    """What is read in the background: a batch, and a copy of its file."""

    site: Site
    batch: OffsiteBatch
    raw: IO[bytes]
    text: FileText
    columns: Columns


class _Stopped(Exception):
    """The process ends."""


class OffsiteFiles:
    """The batches of all sites, and one thread that reads them. All methods can be called from any thread and query.

    `changed` is called when rows were stored or erased.
    """

    def __init__(self, store: Store, definitions: Definitions, server: str, changed: Callable[[], None]) -> None:
        self._store = store
        self._definitions = definitions
        self._server = server
        self._changed = changed
        self._progress: dict[str, FileProgress] = {}
        self._ended = threading.Condition()
        self._stopping = False
        self._worker: Worker[_Reading | None] = Worker("off-site files", self._handle, lambda: ABANDONED_MS / 1000)

    def start(self) -> None:
        """Erase what an earlier process began to store."""
        self._stopping = False
        self._worker.start()
        self._worker.put(None)

    def stop(self) -> None:
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def receive(self, site: Site, sent: OffsiteUpload) -> OffsiteBatch:
        """The batch of a file, whose lines are read soon. InvalidDefinition if the file is no such text, or was sent
        before and is not withdrawn."""
        text = accepted(examined(sent.raw, sent.encoding))
        columns = accepted(columns_of(_head(sent.raw, text)))
        same = [one for one in self._definitions.find(OffsiteBatch, site=site.id) if one.digest == text.digest]
        known = next((one for one in same if one.state in ("reading", "stored")), None)
        if known:
            raise InvalidDefinition(Faults((_known(site, known),)))
        now = now_ms()
        batch = OffsiteBatch(
            id=f"{text.digest[:12]}-{len(same) + 1}",
            site=site.id,
            name=(sent.name or "file.csv")[:120],
            digest=text.digest,
            at=now,
            by=sent.by,
            server=self._server,
            changed=now,
            bytes=text.size,
            encoding=text.encoding,
            separator=columns.separator,
            ignored=columns.ignored,
        )
        raw = _copy(sent.raw)
        try:
            batch = self._definitions.put(batch, sent.by)
        except Conflict:  # the same file was sent twice at the same moment
            raw.close()
            raise InvalidDefinition(Faults((_known(site, self.get(site.id, batch.id)),))) from None
        self._progress[batch.id] = FileProgress(0, text.size)
        self._worker.start()
        self._worker.put(_Reading(site, batch, raw, text, columns))
        return batch

    def of_site(self, site: str) -> list[OffsiteBatch]:
        """The batches of a site, the newest first."""
        return sorted(self._definitions.find(OffsiteBatch, site=site), key=lambda one: (-one.at, one.id))

    def get(self, site: str, id: str) -> OffsiteBatch:
        """Missing if the site has no such batch."""
        found = self._definitions.get(OffsiteBatch, id)
        if found.site != site:
            raise Missing(f"There is no off-site file {id!r}")
        return found

    def report(self, batch: OffsiteBatch) -> OffsiteReport:
        """The rejected lines of a batch; none while it is being read."""
        try:
            return self._definitions.get(OffsiteReport, batch.id)
        except Missing:
            return OffsiteReport(id=batch.id, site=batch.site)

    def matches(self, batches: Sequence[OffsiteBatch]) -> dict[str, KeyMatch]:
        """The id of each batch → how many of its keys are known on the web now."""
        of_sites = {site: key_matches(self._store, int(site)) for site in {one.site for one in batches}}
        return {one.id: of_sites[one.site].get(one.sender, KeyMatch()) for one in batches}

    def progress(self, batch: OffsiteBatch) -> FileProgress:
        """How much of a file was read; nothing is known of one that another process reads."""
        return self._progress.get(batch.id, FileProgress(0 if batch.state == "reading" else batch.bytes, batch.bytes))

    def wait(self, site: str, id: str, seconds: float) -> OffsiteBatch:
        """The batch once it is read, or as it is after `seconds`."""
        with self._ended:
            self._ended.wait_for(lambda: self.get(site, id).state != "reading", seconds)
        return self.get(site, id)

    def withdraw(self, site: str, id: str, by: str) -> OffsiteBatch:
        """Erase the rows of a batch. It stays in the list, as withdrawn. InvalidDefinition while it is being read."""
        batch = self.get(site, id)
        if batch.state == "reading" and not self._is_abandoned(batch):
            raise InvalidDefinition(Faults((fault("file", "offsite_reading"),)))
        if batch.state == "withdrawn":
            return batch
        batch = self._put(replace(batch, withdrawn_by=by), "withdrawing")
        return self._erase(batch, "withdrawn")

    def _is_abandoned(self, batch: OffsiteBatch) -> bool:
        is_ours = batch.server == self._server and batch.id not in self._progress
        return is_ours or now_ms() - batch.changed > ABANDONED_MS

    def _put(self, batch: OffsiteBatch, state: BatchState) -> OffsiteBatch:
        stored = self._definitions.put(
            replace(batch, state=state, changed=now_ms(), server=self._server), batch.withdrawn_by or batch.by
        )
        if state != "reading":
            self._progress.pop(batch.id, None)
        with self._ended:
            self._ended.notify_all()
        return stored

    def _erase(self, batch: OffsiteBatch, state: BatchState) -> OffsiteBatch:
        erase_offsite(self._store, batch)
        self._store.sync()
        self._changed()
        return self._put(batch, state)

    def _handle(self, reading: _Reading | None) -> None:
        if reading is None:
            self._repair()
            return
        with reading.raw:
            try:
                self._read(reading)
            except Exception as error:
                log.warning("off-site file %s: %s", reading.batch.id, error)
                stopped = "Parcours was stopped while it read the file."
                problem = stopped if isinstance(error, _Stopped) else str(error)
                self._erase(replace(self.get(reading.site.id, reading.batch.id), problem=problem[:500]), "failed")

    def _repair(self) -> None:
        """Erase the rows of batches that another process left half stored or half withdrawn."""
        for batch in self._definitions.find(OffsiteBatch):
            if batch.state not in ("reading", "withdrawing") or not self._is_abandoned(batch):
                continue
            problem = "Parcours was stopped while it read the file."
            try:
                if batch.state == "reading":
                    self._erase(replace(batch, problem=problem), "failed")
                else:
                    self._erase(batch, "withdrawn")
            except StoreError as error:
                log.warning("off-site file %s: %s", batch.id, error)

    def _read(self, reading: _Reading) -> None:
        batch, site, account = reading.batch, reading.site, LineAccount()
        context = LineContext(int(site.id), site.zone, owners_secret(self._definitions), now_ms())
        team = staff_numbers(site.staff_ids)
        lines = lines_of(reading.raw, reading.text.codec)
        rows = rows_of(self._followed(lines, reading), reading.columns, context, account)
        for number in itertools.count():
            block = list(itertools.islice(rows, ROWS_AT_ONCE))
            if not block:
                break
            insert_offsite(self._store, batch, block, team, number)
        self._store.sync()
        self._definitions.put(
            OffsiteReport(id=batch.id, site=batch.site, first=tuple(account.first), kinds=account.kinds), batch.by
        )
        self._changed()
        self._put(
            replace(
                batch,
                lines=account.lines,
                header=account.header,
                blank=account.blank,
                stored=account.stored,
                rejected=account.rejected,
                coarse=account.coarse,
                since=account.since,
                until=account.until,
            ),
            "stored",
        )

    def _followed(self, lines: Iterator[str | None], reading: _Reading) -> Iterator[str | None]:
        """The lines, with their progress. _Stopped when the process ends."""
        for n, line in enumerate(lines):
            if n % 1_000 == 0:
                self._progress[reading.batch.id] = FileProgress(reading.raw.tell(), reading.text.size)
                if self._stopping:
                    raise _Stopped
            yield line


def _head(raw: IO[bytes], text: FileText) -> list[str]:
    return [line or "" for line in itertools.islice(lines_of(raw, text.codec), HEAD_LINES)]


def _copy(raw: IO[bytes]) -> IO[bytes]:
    """A file that is deleted when it is closed."""
    copied = tempfile.TemporaryFile()  # noqa: SIM115 - the thread that reads it closes it
    raw.seek(0)
    while block := raw.read(_COPIED):
        copied.write(block)
    return copied


def _known(site: Site, batch: OffsiteBatch) -> Fault:
    day = str(site.zone.day(batch.at))
    return fault("file", "offsite_known", name=batch.name, day=day, by=batch.by or "–", batch=batch.id)
