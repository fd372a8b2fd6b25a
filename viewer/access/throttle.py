"""Slows down whoever guesses passwords and tokens. Kept in memory: a restart forgives."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEYS = 10_000  # the one that was used longest ago is forgotten first


@dataclass
class _Failures:
    count: int = 0
    until: float = 0.0  # no try before
    last: float = 0.0


class Throttle:
    """Makes guessing slow: after `free` failures of one key each further one doubles the wait.

    Keys are what the caller says (a name with an address, an address alone).
    """

    FIRST_WAIT = 5.0  # seconds
    LONGEST_WAIT = 900.0
    FORGET_AFTER = 3600.0

    def __init__(self, free: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.free = free
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds to wait before the next try, 0 when it may be now."""
        with self._lock:
            found = self._failures.get(key)
            return max(0.0, found.until - self._clock()) if found else 0.0

    def failed(self, key: str) -> None:
        """Count a failure: also one that is only assumed, until the password has been checked."""
        now = self._clock()
        with self._lock:
            found = self._failures.setdefault(key, _Failures())
            self._failures.move_to_end(key)
            if len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)
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

    def undo(self, key: str) -> None:
        """Take back one failure that was only assumed."""
        with self._lock:
            if found := self._failures.get(key):
                found.count -= 1
                found.until = 0.0 if found.count < self.free else found.until


class SlowLimit:
    """A limit over a long time: `burst` attempts of one key at once, then one every `seconds`."""

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → attempts, when they were counted

    def wait(self, key: str) -> float:
        """Seconds to wait before the next attempt, 0 when it may be now."""
        return max(0.0, (self._left(key) - self._burst + 1) * self._seconds)

    def count(self, key: str) -> None:
        self._used[key] = (self._left(key) + 1, self._clock())
        self._used.move_to_end(key)
        if len(self._used) > MOST_KEYS:
            self._used.popitem(last=False)

    def undo(self, key: str) -> None:
        """Take back one attempt, which was right."""
        self._used[key] = (max(0.0, self._left(key) - 1), self._clock())

    def _left(self, key: str) -> float:
        """The attempts that still count against the key."""
        used, then = self._used.get(key, (0.0, 0.0))
        return max(0.0, used - (self._clock() - then) / self._seconds)
