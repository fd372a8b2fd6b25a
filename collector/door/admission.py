"""Whether a request is admitted: named checks, in order, before its body is read. The first refusal ends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec import Struct

from collector.door.limits import Buckets
from collector.door.refusal import Reason, Refusal
from collector.known_sites import KnownSite
from collector.origins import allowed
from collector.settings import CollectorSettings, Rate

CONTENT_TYPES = {"text/plain", "application/json"}
ENCODINGS = {"", "identity", "gzip"}


class RequestHead(Struct, frozen=True, gc=False):
    """What the head of a request says."""

    known: KnownSite | None
    network: str  # of the sender (collector.addresses.address_prefix); in memory only
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
    """The checks, with the token buckets they use.

    A request that is rejected costs its sender a token of a separate bucket: rejected requests cannot use up the tokens
    of the visitors who share the sender's network, or those of the site.
    """

    def __init__(self, settings: CollectorSettings, load: Callable[[], Load]) -> None:
        self._settings = settings
        self._load = load
        self._by_site = Buckets(settings.site_rate)
        self._by_network = Buckets(settings.address_rate)
        self._rejected = Buckets(settings.address_rate)
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
        """The first reason to refuse, or None, which takes a token of the network and one of the site."""
        for step in self._steps:
            refused = step(head)
            if refused is not None:
                return refused
        return None

    def give_back(self, head: RequestHead) -> None:
        """The body of an admitted request was rejected: return its tokens."""
        self._by_network.give_back(head.network)
        if head.known is not None:
            self._by_site.give_back(head.known.number)

    def charged(self, refusal: Refusal, network: str) -> Refusal:
        """The answer to a refused request: 429 instead of its own reason once its network has had too many.

        Only requests that can never be accepted are charged, so a full disk costs the senders nothing.
        """
        if refusal.retry_after or not self._rejected.take(network):
            return refusal
        return replace(self._too_many_rejected(), close=refusal.close)

    def rejections(self, network: str) -> Refusal | None:
        """429 when the network has had too many rejections, before something is looked up for it."""
        return self._too_many_rejected() if self._rejected.is_empty(network) else None

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
        if not self._by_network.take(head.network):
            return None
        return Reason.ADDRESS_RATE.with_message(f"More than {_words(self._settings.address_rate)} from this address.")

    def site_rate(self, head: RequestHead) -> Refusal | None:
        if head.known is None or not self._by_site.take(head.known.number):
            return None
        return Reason.SITE_RATE.with_message(f"More than {_words(self._settings.site_rate)} for this site.")

    def _too_many_rejected(self) -> Refusal:
        rate = self._settings.address_rate
        return Reason.REJECTED_RATE.with_message(
            f"More than {rate.per_second:g} rejected requests a second ({rate.burst:g} at once) from this address."
        )


def too_large(what: str, limit: int) -> Refusal:
    return Reason.TOO_LARGE.with_message(f"{what}; at most {limit} are accepted.")


def foreign(address: str, known: KnownSite) -> Refusal:
    """The refusal of a page outside the site's domains."""
    domains = ", ".join(known.site.domains)
    return Reason.ORIGIN.with_message(f"{address[:200]!r} is not on a domain of this site ({domains}).")


def _words(rate: Rate) -> str:
    return f"{rate.per_second:g} batches a second ({rate.burst:g} at once)"
