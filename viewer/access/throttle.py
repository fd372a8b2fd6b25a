"""Slows down whoever guesses passwords."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class _Failures:
    count: int = 0
    until: float = 0.0  # no try before
    last: float = 0.0


class Throttle:
    """Makes guessing slow: after `free` failures of one key each further one doubles the wait.

    Keys are what the caller says (a name with an address, an address alone). Kept in
    memory: a restart forgives.
    """

    FIRST_WAIT = 5.0  # seconds
    LONGEST_WAIT = 900.0
    FORGET_AFTER = 3600.0
    MOST_KEYS = 10_000

    def __init__(self, free: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.free = free
        self._clock = clock
        self._failures: dict[str, _Failures] = {}
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds to wait before the next try, 0 when it may be now."""
        with self._lock:
            found = self._failures.get(key)
            return max(0.0, found.until - self._clock()) if found else 0.0

    def failed(self, key: str) -> None:
        now = self._clock()
        with self._lock:
            if len(self._failures) >= self.MOST_KEYS:
                self._failures = {k: f for k, f in self._failures.items() if f.last > now - self.FORGET_AFTER}
            found = self._failures.setdefault(key, _Failures())
            if now - found.last > self.FORGET_AFTER:
                found.count = 0
            found.count += 1
            found.last = now
            over = found.count - self.free
            if over >= 0:
                found.until = now + min(self.LONGEST_WAIT, self.FIRST_WAIT * 2.0 ** min(over, 16))

    def succeeded(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)
