"""Converting times from the visitor's clock to the server's."""

from __future__ import annotations

from msgspec import Struct

TOLERANCE = 5_000  # ms; a clock that differs by less (including network time) counts as right
MAX_AGE = 24 * 3_600_000  # ms before now that an event may be
MAX_AGE_DEMO = 400 * MAX_AGE
MAX_AHEAD = 600_000  # ms after now


class Shift(Struct, frozen=True, gc=False):
    ms: int  # server time = visitor's time + ms
    clamped: bool  # the times were impossible: the last event is set to the time of receipt


def shift(received: int, sent: int, began: int, span: int, max_age: int = MAX_AGE) -> Shift:
    """How to shift the times of a batch (all in ms since 1970; `span`: from `began` to its last event).

    A clock that is right is not shifted, so that all batches of a view begin at the same instant: a later batch
    replaces the row of its view, which is stored under the day of that instant.
    """
    off = received - sent
    if abs(off) < TOLERANCE:
        off = 0
    begins, ends = began + off, began + span + off
    if begins < received - max_age or ends > received + MAX_AHEAD:
        return Shift(received - began - span, True)
    return Shift(off, False)
