"""Reads the lines of an off-site file one by one, and keeps the account of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rules.faults import Fault, fault
from rules.offsite import Columns, LineContext, read_line
from rules.offsite_text import MOST_LINE
from store.offsite import OffsiteRow, RejectedKind, RejectedLine

KEPT = 1_000  # rejected lines that are kept, beside the counts of all


@dataclass
class LineAccount:
    """`lines` = `header` + `blank` + `stored` + `rejected`. `since`, `until`: of the rows, ms since 1970; 0: none."""

    lines: int = 0
    header: int = 0
    blank: int = 0
    stored: int = 0
    rejected: int = 0
    coarse: int = 0
    since: int = 0
    until: int = 0
    first: list[RejectedLine] = field(default_factory=list)
    _kinds: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[RejectedKind, ...]:
        """The reasons, the most frequent first."""
        found = (RejectedKind(*reason, lines, first) for reason, (lines, first) in self._kinds.items())
        return tuple(sorted(found, key=lambda one: (-one.lines, one.first)))

    def store(self, row: OffsiteRow) -> None:
        self.stored += 1
        self.coarse += row.coarse
        self.since = min(self.since or row.ms, row.ms)
        self.until = max(self.until, row.ms)

    def reject(self, found: Fault) -> None:
        """Reject the line that was read last."""
        self.rejected += 1
        self._kinds.setdefault((found.field, found.code), [0, self.lines])[0] += 1
        if len(self.first) < KEPT:
            self.first.append(_rejected(self.lines, found))


def _rejected(line: int, found: Fault) -> RejectedLine:
    numbers = {name: value for name, value in found.values.items() if isinstance(value, int)}
    words = {name: str(value) for name, value in found.values.items() if name not in numbers}
    return RejectedLine(line, found.field, found.code, words, numbers)


def rows_of(
    lines: Iterable[str | None], columns: Columns, context: LineContext, account: LineAccount
) -> Iterator[OffsiteRow]:
    """The rows of a file; what is no row is in the account. None among the lines stands for one that is too long."""
    for line in lines:
        account.lines += 1
        if account.lines <= columns.lines:
            account.header += 1
        elif line is None:
            account.reject(fault("", "offsite_long", most=MOST_LINE))
        elif not line.strip():
            account.blank += 1
        elif isinstance(found := read_line(line, columns, context), Fault):
            account.reject(found)
        else:
            account.store(found)
            yield found
