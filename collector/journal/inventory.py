"""The contents of a journal, by segment and by site. Read-only: the collector may be running."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector.journal.quarantine import DAMAGED, Quarantine, QuarantineNote, batches_by_site
from collector.journal.segments import DONE, OPEN, SEALED, JournalRecord, paths, read_records

STATES = ("open", "sealed", "done", "quarantined")  # in the order in which a batch passes through them
_SUFFIXES = {OPEN: "open", SEALED: "sealed", DONE: "done"}


@dataclass(frozen=True)
class JournalSegment:
    path: Path
    state: str  # of STATES
    size: int  # bytes
    good: int  # bytes that can be read; fewer than `size` when it is cut off or damaged
    age: float  # s since it was created
    batches: Counter[int]  # number of the site → batches
    why: QuarantineNote | None = None  # if it is in quarantine

    @property
    def whole(self) -> bool:
        return self.good == self.size


def inventory(journal: Path) -> list[JournalSegment]:
    """Every segment, in the order of STATES, oldest first."""
    quarantine = Quarantine(journal)
    found = [_look(path, state) for suffix, state in _SUFFIXES.items() for path in paths(journal, suffix)]
    found += [_look(path, "quarantined", quarantine.why(path)) for path in quarantine.segments()]
    last = {one.path.stem: one for one in found if one}  # a segment may have changed state in between
    return sorted(last.values(), key=lambda one: (STATES.index(one.state), one.path.name))


def damaged(journal: Path) -> list[Path]:
    """Copies of segments that the disk damaged."""
    return paths(journal / "quarantine", DAMAGED)


def find(journal: Path, name: str) -> Path | None:
    """The segment of this name in any state; the file ending is optional."""
    stem = name
    for ending in (*_SUFFIXES, DAMAGED):
        stem = stem.removesuffix(ending)
    if not stem or "/" in stem:
        return None
    return next((path for path in _places(journal, stem) if path.is_file()), None)


def records_of(path: Path) -> list[JournalRecord]:
    return list(read_records(path.read_bytes()))


def _places(journal: Path, stem: str) -> Iterator[Path]:
    for ending in (SEALED, DAMAGED):
        yield journal / "quarantine" / f"{stem}{ending}"
    for ending in _SUFFIXES:
        yield journal / f"{stem}{ending}"


def _look(path: Path, state: str, why: QuarantineNote | None = None) -> JournalSegment | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    records = list(read_records(data))
    good = records[-1].end if records else 0
    return JournalSegment(path, state, len(data), good, _age(path), batches_by_site(records), why)


def _age(path: Path) -> float:
    """From the name, which begins with the time in µs; 0 for any other name."""
    begun = path.name.split("-")[0]
    return max(0.0, time.time() - int(begun) / 1e6) if begun.isdigit() else 0.0
