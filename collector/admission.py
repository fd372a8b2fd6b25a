"""May this request come in? Named steps, asked in order before its body is read; the first refusal stops."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from collector.known_sites import KnownSite
from collector.limits import Buckets, address_prefix
from collector.origins import allowed
from collector.refusal import Because, Refusal
from collector.settings import CollectorSettings

CONTENT_TYPES = {"text/plain", "application/json"}
ENCODINGS = {"", "identity", "gzip"}


class Arrival(Struct, frozen=True, gc=False):
    """What is known of a request from its head."""

    known: KnownSite | None
    address: str  # in memory only
    origin: str  # Origin, else Referer, "" for neither
    content_type: str
    content_encoding: str
    content_length: int  # -1 when not said


class Load(Struct, frozen=True, gc=False):
    """How full the collector is."""

    stopping: bool
    waiting: int  # requests that wait for the disk
    oldest_wait: float  # s
    backlog_bytes: int
    free_bytes: int


class Admission:
    """The steps, with the buckets that they draw from."""

    def __init__(self, settings: CollectorSettings, load: Callable[[], Load]) -> None:
        self._settings = settings
        self._load = load
        self._by_site = Buckets(settings.site_rate)
        self._by_address = Buckets(settings.address_rate)
        self._steps = (
            self.has_room,
            self.known_site,
            self.content_type,
            self.content_encoding,
            self.content_length,
            self.origin,
            self.address_rate,
            self.site_rate,
        )

    def refusal(self, arrival: Arrival) -> Refusal | None:
        """The first reason to refuse, or None. Counting and answering are the caller's."""
        for step in self._steps:
            refused = step(arrival)
            if refused is not None:
                return refused
        return None

    def has_room(self, _: Arrival) -> Refusal | None:
        load, settings = self._load(), self._settings
        if load.stopping:
            return Because.STOPPING.value
        if load.waiting >= settings.max_waiting or load.oldest_wait > settings.max_wait_seconds:
            return Because.BUSY.value.saying(f"{load.waiting} batches wait for the disk.")
        if load.backlog_bytes > settings.max_backlog_bytes:
            return Because.BACKLOG.value
        if load.free_bytes < settings.min_free_bytes:
            return Because.DISK_FULL.value
        return None

    def known_site(self, arrival: Arrival) -> Refusal | None:
        return None if arrival.known is not None else Because.UNKNOWN_SITE.value

    def content_type(self, arrival: Arrival) -> Refusal | None:
        kind = arrival.content_type.partition(";")[0].strip().lower()
        if kind in CONTENT_TYPES:
            return None
        return Because.CONTENT_TYPE.value.saying(f"The content type is {kind[:60] or 'missing'!r}.")

    def content_encoding(self, arrival: Arrival) -> Refusal | None:
        if arrival.content_encoding in ENCODINGS:
            return None
        return Because.ENCODING.value.saying(f"The content encoding {arrival.content_encoding[:60]!r} is unknown here.")

    def content_length(self, arrival: Arrival) -> Refusal | None:
        if arrival.content_length <= self._settings.max_body:
            return None
        return too_large(f"The body has {arrival.content_length} bytes", self._settings.max_body)

    def origin(self, arrival: Arrival) -> Refusal | None:
        """Only what the browser says of the page; a batch without either is held against its URL later."""
        if arrival.known is None or not arrival.origin or allowed(arrival.origin, arrival.known.site.domains):
            return None
        return foreign(arrival.origin, arrival.known)

    def address_rate(self, arrival: Arrival) -> Refusal | None:
        wait = self._by_address.take(address_prefix(arrival.address))
        return None if not wait else Because.ADDRESS_RATE.value

    def site_rate(self, arrival: Arrival) -> Refusal | None:
        if arrival.known is None:
            return None
        wait = self._by_site.take(arrival.known.number)
        return None if not wait else Because.SITE_RATE.value


def too_large(what: str, limit: int) -> Refusal:
    return Because.TOO_LARGE.value.saying(f"{what}; at most {limit} are taken.")


def foreign(address: str, known: KnownSite) -> Refusal:
    """The refusal of a page that is not on the site's domains."""
    domains = ", ".join(known.site.domains)
    return Because.ORIGIN.value.saying(f"{address[:200]!r} is not on a domain of this site ({domains}).")
