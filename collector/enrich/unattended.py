"""Visitors that come by a timetable and never touch a page: monitors that do not say what they are.

One view without input is what any visitor may leave. Several in a row, at equal intervals and with no other view
between, are a program's, or a page that reloads itself before nobody.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from collector.wire import Batch

VIEWS = 6  # in a row, the newest included
LEAST_INTERVAL = 30_000  # ms between two views; people who click through pages are faster
SPREAD = 0.1  # longest minus shortest interval / their mean
MAX_VISITORS = 5_000  # that are remembered; a visitor takes about 400 bytes


def attended(batch: Batch) -> bool:
    """Whether somebody did something in the view, as far as this batch says."""
    kinds = (batch.click, batch.hover, batch.input, batch.submit)
    scrolled = batch.scroll is not None and batch.scroll.depth > batch.ctx.vh + 1
    return scrolled or batch.sum.cut > 0 or any(kind is not None and kind.e for kind in kinds)


class UnattendedViews:
    """The latest unattended views of each visitor. For the event loop only; forgets the visitor seen longest ago."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[int, int], list[int]] = OrderedDict()

    def scheduled(self, visitor: tuple[int, int], begun: int, batch: Batch) -> bool:
        """Note a batch of a view that began at `begun` (ms since 1970); whether the visitor comes by a timetable.

        `visitor`: site and number.
        """
        if attended(batch):
            self._begun.pop(visitor, None)
            return False
        if batch.seq:
            return False  # its view is noted
        times = self._begun.pop(visitor, [])[1 - VIEWS :]
        times.append(begun)
        self._begun[visitor] = times
        if len(self._begun) > MAX_VISITORS:
            self._begun.popitem(last=False)
        if len(times) < VIEWS:
            return False
        intervals = [after - before for before, after in pairwise(times)]
        shortest, mean = min(intervals), (times[-1] - times[0]) / len(intervals)
        return shortest >= LEAST_INTERVAL and max(intervals) - shortest <= SPREAD * mean
