"""What time it was: from the visitor's clock to the server's."""

from __future__ import annotations

from msgspec import Struct

RIGHT = 5_000  # ms; a clock that differs by less (network included) is taken as right
MAX_AGE = 24 * 3_600_000  # ms before now that an event may lie
MAX_AGE_DEMO = 400 * MAX_AGE
MAX_AHEAD = 600_000  # ms after now


class Shift(Struct, frozen=True, gc=False):
    ms: int  # server time = visitor's time + ms
    clamped: bool  # the times could not be true: the last event is put at the time of receipt


def shift(received: int, sent: int, began: int, span: int, max_age: int = MAX_AGE) -> Shift:
    """How to move the times of a batch (all ms since 1970; `span`: from `began` to its last event).

    A clock that is right is left alone, so that all batches of a view begin at the same
    instant: the row of a view is replaced under its day.
    """
    off = received - sent
    if abs(off) < RIGHT:
        off = 0
    begins, ends = began + off, began + span + off
    if begins < received - max_age or ends > received + MAX_AHEAD:
        return Shift(received - began - span, True)
    return Shift(off, False)
