"""Limits of a backend's request, with units."""

from __future__ import annotations

from dataclasses import dataclass

from collector.settings import Rate

DAY_MS = 86_400_000


@dataclass(frozen=True)
class BackendSettings:
    max_body: int = 1 << 20  # bytes, after inflating
    max_events: int = 1_000  # in one request
    body_seconds: float = 30.0  # for a whole body to arrive
    rate: Rate = Rate(20, 100)  # requests of one token
    guesses: Rate = Rate(0.1, 30)  # unknown tokens from one /24 (IPv4) or /56 (IPv6)
    at_once: int = 2  # requests handled at the same time; the others wait, so that visitors' batches are not delayed
    max_age: int = 1_100 * DAY_MS  # ms before now that an event may be: three years
    max_ahead: int = 600_000  # ms after now
