"""The collector's settings, with units. An invalid setting raises `SettingsError` before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from collector.addresses import network_of
from collector.wire import MAX_BODY


class SettingsError(ValueError):
    """An invalid setting; `str()` names it and says what is valid."""


@dataclass(frozen=True)
class Rate:
    """A token bucket: `per_second` on average, `burst` at once."""

    per_second: float
    burst: float


@dataclass(frozen=True)
class DayLimit:
    """What one site may store in a day (UTC) with its public key."""

    bytes: int = 4_000_000_000  # of batches as text; the tables need about a tenth
    pages: int = 50_000  # different ones, as the three below
    elements: int = 200_000
    names: int = 1_000  # of events and of variants
    askings: int = 200_000  # of surveys, those included in which the visitor was not drawn

    def __post_init__(self) -> None:
        for name in ("bytes", "pages", "elements", "names", "askings"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} a day must be 1 or more, not {getattr(self, name)!r}")


@dataclass(frozen=True)
class CollectorSettings:
    journal: Path  # folder; one process at a time
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is trusted
    geoip: Path | None = None  # MMDB file with countries
    datacentres: Path | None = None  # file of networks, one per line, whose visits count as robots
    segment_seconds: float = 1.0  # least age at which a segment is sealed; up to 5 s, or 60 s while many wait
    insert_share: float = 0.05  # of the time that inserts may take; above it, segments are sealed later
    segment_bytes: int = 16 << 20  # size at which a segment is sealed
    max_body: int = MAX_BODY  # bytes, after inflating
    max_inflation: int = 20  # largest ratio of the inflated size to the compressed size
    body_seconds: float = 10.0  # for a whole body to arrive
    site_rate: Rate = Rate(1000, 5000)  # batches
    # Batches from one /24 (IPv4) or /56 (IPv6): an office, a school, or customers of a carrier. As many more requests
    # are rejected with their own reason, before the answer to them is 429 too.
    address_rate: Rate = Rate(100, 1000)
    day: DayLimit = DayLimit()  # per site
    max_waiting: int = 4000  # requests that wait for the disk
    max_wait_seconds: float = 2.0  # of the oldest of them
    max_backlog_bytes: int = 512 << 20  # sealed but not yet in the store
    min_free_bytes: int = 1 << 30  # of the journal's disk
    keep_done_seconds: float = 600.0  # inserted segments are kept so long (docs/decisions/0005)
    keep_done_bytes: int = 1 << 30  # and no more than this
    attempts: int = 5  # to insert a segment before it goes to quarantine
    stop_seconds: float = 5.0  # for the last inserts at shutdown; the next start does the rest
    metrics_token: str = ""  # bearer token of /metrics; without one it is only for this machine
    tune_gc: bool = True  # freeze the objects made at startup and collect garbage less often: halves the p99

    def __post_init__(self) -> None:
        for name in (
            "segment_seconds",
            "insert_share",
            "segment_bytes",
            "max_body",
            "body_seconds",
            "max_waiting",
            "attempts",
        ):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} must be more than 0, not {getattr(self, name)!r}")
        for rate in (self.site_rate, self.address_rate):
            if rate.per_second <= 0 or rate.burst < 1:
                raise SettingsError(f"a rate must be above 0 with a burst of at least 1, not {rate!r}")
        for network in self.trusted_proxies:
            try:
                network_of(network)
            except ValueError as error:
                raise SettingsError(f"trusted_proxies: {network!r} is no address or network: {error}") from None
