"""Whether a request is admitted: named checks, in order, before its body is read. The first refusal ends them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from collector.addresses import address_prefix
from collector.door.limits import Buckets
from collector.door.refusal import Reason, Refusal
from collector.known_sites import KnownSite
from collector.origins import allowed
from collector.settings import CollectorSettings

CONTENT_TYPES = {"text/plain", "application/json"}
ENCODINGS = {"", "identity", "gzip"}


class RequestHead(Struct, frozen=True, gc=False):
    """What the head of a request says."""

    known: KnownSite | None
    address: str  # in memory only
    origin: str  # Origin, else Referer, "" for neither
    content_type: str
    content_encoding: str
    content_length: int  # -1 when unknown


class Load(Struct, frozen=True, gc=False):
    """How full the collector is."""

    stopping: bool
    waiting: int  # batches that wait for the disk
    oldest_wait: float  # s
    backlog_bytes: int
    free_bytes: int


class Admission:
    """The checks, with the token buckets they use."""

    def __init__(self, settings: CollectorSettings, load: Callable[[], Load]) -> None:
        self._settings = settings
        self._load = load
        self._by_site = Buckets(settings.site_rate)
        self._by_address = Buckets(settings.address_rate)
        self._steps = (
            self.capacity,
            self.known_site,
            self.content_type,
            self.content_encoding,
            self.content_length,
            self.origin,
            self.address_rate,
            self.site_rate,
        )

    def refusal(self, head: RequestHead) -> Refusal | None:
        """The first reason to refuse, or None. The caller counts and answers it."""
        for step in self._steps:
            refused = step(head)
            if refused is not None:
                return refused
        return None

    def capacity(self, _: RequestHead) -> Refusal | None:
        load, settings = self._load(), self._settings
        if load.stopping:
            return Reason.STOPPING.value
        if load.waiting >= settings.max_waiting or load.oldest_wait > settings.max_wait_seconds:
            return Reason.BUSY.with_message(f"{load.waiting} batches wait for the disk.")
        if load.backlog_bytes > settings.max_backlog_bytes:
            return Reason.BACKLOG.value
        if load.free_bytes < settings.min_free_bytes:
            return Reason.DISK_FULL.value
        return None

    def known_site(self, head: RequestHead) -> Refusal | None:
        return None if head.known is not None else Reason.UNKNOWN_SITE.value

    def content_type(self, head: RequestHead) -> Refusal | None:
        kind = head.content_type.partition(";")[0].strip().lower()
        if kind in CONTENT_TYPES:
            return None
        return Reason.CONTENT_TYPE.with_message(f"The content type is {kind[:60] or 'missing'!r}.")

    def content_encoding(self, head: RequestHead) -> Refusal | None:
        if head.content_encoding in ENCODINGS:
            return None
        return Reason.ENCODING.with_message(f"The content encoding {head.content_encoding[:60]!r} is not supported.")

    def content_length(self, head: RequestHead) -> Refusal | None:
        if head.content_length <= self._settings.max_body:
            return None
        return too_large(f"The body has {head.content_length} bytes", self._settings.max_body)

    def origin(self, head: RequestHead) -> Refusal | None:
        """Checks what the browser says about the page. Without Origin and Referer, the batch's URL is checked later."""
        if head.known is None or not head.origin or allowed(head.origin, head.known.site.domains):
            return None
        return foreign(head.origin, head.known)

    def address_rate(self, head: RequestHead) -> Refusal | None:
        wait = self._by_address.take(address_prefix(head.address))
        return None if not wait else Reason.ADDRESS_RATE.value

    def site_rate(self, head: RequestHead) -> Refusal | None:
        if head.known is None:
            return None
        wait = self._by_site.take(head.known.number)
        return None if not wait else Reason.SITE_RATE.value


def too_large(what: str, limit: int) -> Refusal:
    return Reason.TOO_LARGE.with_message(f"{what}; at most {limit} are accepted.")


def foreign(address: str, known: KnownSite) -> Refusal:
    """The refusal of a page outside the site's domains."""
    domains = ", ".join(known.site.domains)
    return Reason.ORIGIN.with_message(f"{address[:200]!r} is not on a domain of this site ({domains}).")
