"""Waiting at start for a ClickHouse server that does not answer yet, as after a reboot of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from store.errors import StoreAway

T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two attempts; doubled each time


@dataclass(frozen=True)
class Patience:
    """For how long to wait. Tests replace the clock."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def when_there(open_: Callable[[], T], patience: Patience, say: Callable[[str], None]) -> T:
    """The result of `open_` once it does not raise StoreAway; `say` receives what is waited for, and that it is there.

    Raises StoreAway when the time is over, and every other error at once: a wrong password does not become right.
    """
    began, pause, waited = patience.clock(), FIRST_PAUSE, False
    while True:
        try:
            opened = open_()
        except StoreAway as error:
            left = patience.seconds - (patience.clock() - began)
            if left <= 0:
                setting = f"Gave up after {patience.seconds:g} s (PARCOURS_DATABASE_WAIT)."
                raise StoreAway(f"{error} {setting}" if patience.seconds else str(error)) from None
            if not waited:
                say(f"{error} Waiting for it for up to {patience.seconds:g} s (PARCOURS_DATABASE_WAIT) …")
            waited = True
            patience.sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            if waited:
                say(f"The database answers after {patience.clock() - began:.0f} s.")
            return opened
