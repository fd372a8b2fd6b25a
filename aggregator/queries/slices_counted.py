"""How far a count of a journey's figures has come: slices of its visitors that are counted, of all.

The slices have as many visitors each, but for chance: they are equal parts of the numbers that visitors have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Report = Callable[[int, int], None]  # slices done, of all
_report: ContextVar[Report | None] = ContextVar("who is told how many slices are counted", default=None)


@contextmanager
def told_of_slices(report: Report) -> Iterator[None]:
    """While the block runs in this thread, `report` is called at the beginning of each count and after each slice. It
    must return quickly."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def slices_counted(done: int, of: int) -> None:
    """Tell who wants to know."""
    if report := _report.get():
        report(done, of)
