"""Token buckets: a burst of batches at once, then a rate per second."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from collector.settings import Rate

MAX_BUCKETS = 20_000  # about 5 MB; full ones are dropped first


class Buckets:
    """One bucket per key; a new key has a full one."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}  # key → tokens, when counted

    def take(self, key: Hashable) -> float:
        """Take one token. Returns 0.0 if there was one, else the seconds until there will be one."""
        now = self._clock()
        tokens, then = self._left.get(key, (self._rate.burst, now))
        tokens = min(self._rate.burst, tokens + (now - then) * self._rate.per_second)
        if tokens < 1:
            self._left[key] = (tokens, now)
            return (1 - tokens) / self._rate.per_second
        if len(self._left) >= MAX_BUCKETS and key not in self._left:
            self._forget(now)
        self._left[key] = (tokens - 1, now)
        return 0.0

    def give_back(self, key: Hashable) -> None:
        """Undo a `take`."""
        tokens, then = self._left.get(key, (self._rate.burst, self._clock()))
        self._left[key] = (min(self._rate.burst, tokens + 1), then)

    def is_empty(self, key: Hashable) -> bool:
        """Whether `take` would have to wait."""
        tokens, then = self._left.get(key, (self._rate.burst, 0.0))
        return tokens + (self._clock() - then) * self._rate.per_second < 1

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again; if none are, the half that was used longest ago."""
        refill = self._rate.burst / self._rate.per_second
        fresh = {key: left for key, left in self._left.items() if now - left[1] < refill}
        if len(fresh) >= MAX_BUCKETS:
            newest = sorted(fresh.items(), key=lambda item: item[1][1])[MAX_BUCKETS // 2 :]
            fresh = dict(newest)
        self._left = fresh
